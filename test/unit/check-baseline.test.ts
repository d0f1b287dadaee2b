/** A baseline silences exactly the findings that it was made of, wherever everything lies next time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Baseline, parseBaseline } from '../../src/check/baseline.ts';
import { check } from '../../src/check/check.ts';
import { openIdentities } from '../../src/check/identity.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import type { Finding } from '../../src/model/finding.ts';
import { renderBaseline } from '../../src/render/check/baseline.ts';
import { reportOf, type World } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { TODAY } from '../support/judge-rows.ts';
import {
  alsoMapped,
  DYNAMIC,
  EAGER,
  LAZY,
  LIBC,
  ordinary,
  remapped,
  withApp,
  withLibrary,
} from '../support/worlds.ts';

const judge = (world: World, baseline: Baseline | null = null): Finding[] =>
  check(reportOf(world), DEFAULT_POLICY, TODAY, baseline).findings.filter(
    ({ outcome }) => outcome === 'fail' || outcome === 'inconclusive',
  );
const written = (world: World): string => renderBaseline(openIdentities(judge(world)));
const counted = (world: World, baseline: string): string[] =>
  judge(world, parseBaseline(baseline))
    .filter(({ excuse }) => excuse === null)
    .map(({ rule, path, subject }) => `${rule} ${path} ${subject}`);

const WORLDS: readonly World[] = [
  ordinary,
  alsoMapped('7f3000000000-7f3000010000 rwxp', '7f5000000000-7f5000010000 r-xp [anon:jit]'),
  remapped('rw-p [stack]', 'rwxp [stack]'),
  remapped('app:3000-4000 r--p', 'app:3000-4000 rw-p'),
  withApp({ path: '/tmp/\xff\x1b[2J"app', deleted: true }),
  withApp({ elf: elf('EXEC interp=/lib64/ld-linux-x86-64.so.2', ...LAZY), base: 0x400000n }),
  withLibrary(elf('DYN textrel', ...EAGER)),
];

describe('a baseline', () => {
  it('silences its own run at any other place, and nothing else', () => {
    const page = fc.bigInt(-0x7000_0000n, 0x7000_0000n).map(pages => pages * 4096n);
    fc.assert(
      fc.property(fc.constantFrom(...WORLDS), fc.constantFrom(...WORLDS), page, (world, other, shift) => {
        const baseline = written(world);
        expect(counted({ ...world, shift }, baseline)).toEqual([]);
        const known = new Set(judge(world).map(identity));
        const fresh = judge(other).filter(finding => !known.has(identity(finding)));
        expect(new Set(counted({ ...other, shift }, baseline))).toEqual(new Set(fresh.map(identity)));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same text at every run', () => {
    for (const world of WORLDS) expect(written({ ...world, shift: 0x12345000n })).toBe(written(world));
  });

  it('follows its schema and keeps every byte of a path', () => {
    const schemas = join(import.meta.dirname, '..', '..', 'src', 'render', 'schema');
    const ajv = new Ajv({ strictTypes: false });
    for (const name of ['policy.json', 'baseline.json'])
      ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), 'utf8')));
    for (const world of WORLDS) {
      const document = JSON.parse(written(world));
      const valid = ajv.validate('https://www.npmjs.com/package/vmaexplain/schema/baseline.json', document);
      expect(valid, ajv.errorsText()).toBe(true);
    }
  });

  it('knows an inconclusive finding as no failure', () => {
    const hidden = remapped('libc:3000-4000 r--p', 'libc:3000-4000 r??p');
    const open = remapped('libc:3000-4000 r--p', 'libc:3000-4000 rw-p');
    expect(counted(open, written(hidden))).toEqual([
      `relro-not-in-force ${LIBC.path} GNU_RELRO`,
      `got-writable ${LIBC.path} GOT`,
    ]);
    expect(counted(hidden, written(open)).filter(text => /^(relro|got)/.test(text))).toEqual([]);
  });

  it('leaves out what an exception covers: that ends by itself', () => {
    const policy = {
      ...DEFAULT_POLICY,
      exceptions: [
        {
          rule: 'got-writable',
          module: () => true,
          pattern: '**',
          subject: null,
          reason: 'x',
          expires: TODAY,
        },
      ] as const,
    };
    const { findings } = check(reportOf(withApp({ elf: elf(DYNAMIC, ...LAZY) })), policy, TODAY);
    expect(openIdentities(findings).map(({ rule }) => rule)).toEqual(['relro-partial']);
  });

  it.each([
    ['{}', 'format: missing'],
    ['{"format":"vmaexplain-baseline","version":2,"findings":[]}', 'version: expected one of 1'],
    ['{"format":"vmaexplain-baseline","version":1,"findings":[{}]}', 'findings[0].rule: missing'],
    ['{"format":"vmaexplain-baseline","version":1,"findings":[],"x":1}', 'x: unknown key'],
  ])('is refused: %s', (text, message) => {
    expect(() => parseBaseline(text)).toThrow(message);
  });
});

const identity = ({ rule, path, subject }: Finding): string => `${rule} ${path} ${subject}`;
