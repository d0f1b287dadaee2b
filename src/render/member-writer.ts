import { stringify } from './stringify.ts';

/**
 * Writes the members of a list of the document as stringify(…, 2) would write them there. What thousands of them have in
 * common is written once.
 */
export class MemberWriter {
  readonly #keys = new Map<string, string>();
  readonly #shared = new WeakMap<object, string>();

  write(member: Readonly<Record<string, unknown>>): string {
    const texts: string[] = [];
    for (const key in member) texts.push(this.#before(key), this.#value(key, member[key]));
    // Each begins with the comma that separates it from the one before.
    texts[0] = `    {${texts[0]!.slice(1)}`;
    texts.push('\n    }');
    return texts.join('');
  }

  /** What stands before the value of a key. */
  #before(key: string): string {
    let text = this.#keys.get(key);
    if (text === undefined) {
      text = `,\n      "${key}": `;
      this.#keys.set(key, text);
    }
    return text;
  }

  #value(key: string, value: unknown): string {
    if (typeof value === 'string') return INERT.test(value) ? `"${value}"` : stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value) && value.length === 0) return '[]';
    if (!SHARED.has(key)) return nested(value);
    let text = this.#shared.get(value);
    if (text === undefined) {
      text = nested(value);
      this.#shared.set(value, text);
    }
    return text;
  }
}

/** The values of which many mappings have the very same. */
const SHARED = new Set(['memory', 'vmFlags']);

/** Text that JSON.stringify does no more to than to quote it. */
const INERT = /^[ !#-[\]-~]*$/;

/** Indented as a member of a member of a list of the document, as whose member of members of lists it is written here. */
const nested = (value: object): string => stringify([[[value]]], 2).slice(BEFORE.length, -AFTER.length);
const BEFORE = '[\n  [\n    [\n      ';
const AFTER = '\n    ]\n  ]\n]';
