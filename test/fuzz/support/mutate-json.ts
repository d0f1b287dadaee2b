import type { Random } from './random.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '/',
  '[vdso]',
  '\u0000',
  '\ud800',
  '\udcff',
  '\u202e',
  'x'.repeat(5000),
  '0-1 r--p 0 0:0 1 /a',
  '99999999999999999999',
  [],
  {},
  [[]],
  { __proto__: null },
  { toString: 1 },
];

/** A copy in which one member, wherever it is, has gone, has become another's value, or is of another type. */
export function mutateJson(document: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(document);
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const members = membersOf(copy);
    const { owner, key } = random.pick(members);
    const other = random.pick(members);
    switch (random.below(5)) {
      case 0:
        Reflect.deleteProperty(owner, key);
        break;
      case 1:
        // A member within itself would be no JSON any more.
        owner[key] = structuredClone(other.owner[other.key]);
        break;
      case 2:
        owner[random.pick(['__proto__', 'constructor', 'extra', other.key])] = structuredClone(
          random.pick(VALUES),
        );
        break;
      default:
        owner[key] = structuredClone(random.pick(VALUES));
    }
  }
  return copy;
}

type Owner = Record<string, unknown>;

function membersOf(value: unknown): { owner: Owner; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Owner;
  return Object.keys(owner).flatMap(key => [{ owner, key }, ...membersOf(owner[key])]);
}
