/** Snapshots: every version that was ever written is read; a damaged one is refused in words, never with a crash. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { correlate } from '../../src/correlate/report.ts';
import type { ReportDocument } from '../../src/model/document.ts';
import { toDocument } from '../../src/render/document.ts';
import { TargetError } from '../../src/source/errors.ts';
import { captureSnapshot } from '../../src/source/snapshot-read.ts';
import { captureFile } from '../../src/source/target-file.ts';
import { expectValid } from '../support/schema.ts';
import { ROOT } from '../support/shell.ts';

const unpacked = (path: string): string => gunzipSync(readFileSync(join(ROOT, path))).toString('utf8');

const reportOf = (text: string): ReportDocument => toDocument(correlate(captureSnapshot(text, null, 'full')));

describe('version 1', () => {
  // Written by the first release. It must give the same for ever.
  const report = reportOf(unpacked('test/fixtures/snapshot-version-1.json.gz'));

  it('tells the process', () => {
    expectValid(report);
    expect(report.origin).toEqual({ kind: 'snapshot', variant: null, path: null });
    expect(report.process).toMatchObject({
      pid: 3278,
      command: '/usr/bin/sleep 1000',
      executable: '/usr/bin/sleep',
      machine: 'x86-64',
      pageSize: 4096,
      pageSizeFrom: 'auxv',
    });
    expect(report.totals).toEqual({ mappings: 26, size: 2949120, rss: 1777664, pss: 148480 });
    expect(report.notes).toEqual([]);
  });

  it('tells the modules', () => {
    const modules = report.modules.map(({ path, role, loadBias, relro, sections }) => [
      path.slice(path.lastIndexOf('/') + 1),
      role,
      loadBias,
      `${relro.declared} ${relro.inForce}`,
      sections.length,
    ]);
    expect(modules).toEqual([
      ['sleep', 'executable', '0x555e87396000', 'partial yes', 30],
      ['libc.so.6', 'library', '0x7fd377f37000', 'partial yes', 63],
      ['[vdso]', 'vdso', '0x7fd37812a000', 'none not-applicable', 16],
      ['ld-linux-x86-64.so.2', 'interpreter', '0x7fd37812c000', 'partial yes', 22],
    ]);
  });

  it('tells the parts', () => {
    const parts = report.mappings[3]!.parts.map(({ name, start, size }) => `${start} ${size} ${name ?? ''}`);
    expect(parts).toEqual([
      '0x555e8739f000 3344 ',
      '0x555e8739fd10 8 .init_array',
      '0x555e8739fd18 8 .fini_array',
      '0x555e8739fd20 184 .data.rel.ro',
      '0x555e8739fdd8 480 .dynamic',
      '0x555e8739ffb8 40 .got',
      '0x555e8739ffe0 8 ',
      '0x555e8739ffe8 24 .got.plt',
    ]);
  });
});

describe('a snapshot that is none', () => {
  const cases: Readonly<Record<string, [text: string, message: RegExp]>> = {
    'cut short': ['{"format": "vmaexplain-snapshot", "ver', /begins like JSON but is none/],
    'a list': ['[1]', /damaged snapshot: snapshot should be an object/],
    'of another format': ['{"format": "something"}', /no snapshot of vmaexplain/],
    'a report': ['{"format": "vmaexplain-report"}', /a report, not evidence/],
    'of a later version': ['{"format": "vmaexplain-snapshot", "version": 2}', /of version 2; .* up to 1/],
    'of version 0': ['{"format": "vmaexplain-snapshot", "version": 0}', /there is no version 0/],
    'without a version': ['{"format": "vmaexplain-snapshot"}', /version should be a whole number/],
    empty: ['{}', /no snapshot of vmaexplain/],
  };
  for (const [name, [text, message]] of Object.entries(cases))
    it(name, () => {
      expect(() => reportOf(text)).toThrow(TargetError);
      expect(() => reportOf(text)).toThrow(message);
    });
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place in a JSON value, as the words that lead to it. */
function* places(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* places(member, [...path, key]);
}

function replaced(
  value: Json,
  [key, ...rest]: readonly string[],
  change: (old: Json) => Json | undefined,
): Json {
  if (key === undefined || typeof value !== 'object' || value === null) return change(value) ?? null;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as { [key: string]: Json };
  if (rest.length > 0) copy[key] = replaced(copy[key]!, rest, change);
  else {
    const member = change(copy[key]!);
    if (member === undefined) delete copy[key];
    else copy[key] = member;
  }
  return copy;
}

const SMALL = unpacked('samples/hardening/static-musl.json.gz');

/** A report, or a refusal in one line; anything else is a bug. */
function explainOrRefuse(text: string): 'explained' | 'refused' {
  return explainedOrRefused(() => reportOf(text));
}

function explainedOrRefused(report: () => ReportDocument): 'explained' | 'refused' {
  try {
    expectValid(report());
    return 'explained';
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    expect(error.kind).toBe('unusable');
    expect(error.message).not.toMatch(/\n/);
    return 'refused';
  }
}

describe('damage', () => {
  const intact = JSON.parse(SMALL) as Json;

  it('of a mapping is told, not passed over', () => {
    const damaged = SMALL.replace(' r-xp ', ' r-zp ');
    expect(damaged).not.toBe(SMALL);
    const { mappings, notes } = reportOf(damaged);
    expect(mappings).toHaveLength(reportOf(SMALL).mappings.length - 1);
    expect(notes.map(({ code }) => code)).toContain('unparsed-line');
  });

  it.each(['personality', 'randomizeVaSpace'])(
    'of %s is refused: it would be a number that is none',
    name => {
      const damaged = JSON.stringify({ ...(intact as object), [name]: 'who knows' });
      expect(() => reportOf(damaged)).toThrow(`damaged snapshot: snapshot.${name} should be like`);
    },
  );

  it('of page sizes leaves the usual one', () => {
    const damaged = { ...(intact as object), auxv: null };
    const sized = (size: string): ReportDocument['process'] =>
      reportOf(JSON.stringify(damaged).replace(/(KernelPageSize: +)\d+/g, `$1${size}`)).process;
    expect(sized('16')).toMatchObject({ pageSize: 16384, pageSizeFrom: 'smaps' });
    for (const size of ['3', '1000000000000'])
      expect(sized(size)).toMatchObject({ pageSize: 4096, pageSizeFrom: 'assumed' });
  });

  const everywhere = [...places(intact)].filter(path => path.length > 0);

  it('leaves the intact one explained', () => {
    expect(explainOrRefuse(SMALL)).toBe('explained');
  });

  it('of types is refused or explained', () => {
    const junk: fc.Arbitrary<Json | undefined> = fc.constantFrom<Json | undefined>(
      ...[undefined, null, true, -1, 1.5, 1e300, '', 'x', '\0\n\x1b[31m', 'ffff-eeee', [], [[]], {}, [null]],
    );
    fc.assert(
      fc.property(fc.constantFrom(...everywhere), junk, (path, value) => {
        explainOrRefuse(JSON.stringify(replaced(intact, path, () => value)));
      }),
      { numRuns: 2000 },
    );
  });

  it('of texts and bytes is refused or explained', () => {
    const strings = everywhere.filter(path => typeof path.reduce<unknown>(memberOf, intact) === 'string');
    const edit = fc.record({ at: fc.nat(), length: fc.nat(8), insert: fc.string({ unit: 'binary-ascii' }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...strings),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        (path, edits) => {
          const change = (old: Json): Json =>
            edits.reduce((text, { at, length, insert }) => {
              const from = at % (text.length + 1);
              return text.slice(0, from) + insert + text.slice(from + length);
            }, old as string);
          explainOrRefuse(JSON.stringify(replaced(intact, path, change)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('of the packed file is refused or changes nothing', () => {
    const packed = readFileSync(join(ROOT, 'samples/hardening/static-musl.json.gz'));
    const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-damage-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'snapshot.json.gz');
    const options = { depth: 'full', pageSize: null, sysroots: [], elf: new Map(), useHost: false } as const;
    const elf = () => expect.unreachable();
    const explain = (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      return explainedOrRefused(() => toDocument(correlate(captureFile(path, options, elf)[0]!)));
    };
    expect(explain(packed)).toBe('explained');
    // Two bytes tell gzip. A bit that fills up the last byte of the packed data means nothing.
    const byte = fc.integer({ min: 2, max: packed.length - 1 });
    fc.assert(
      fc.property(byte, fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(packed);
        damaged[at]! ^= flip;
        explain(damaged);
      }),
    );
    expect(explain(packed.subarray(0, -9))).toBe('refused');
  });

  it('by cutting is refused', () => {
    const lengths = Array.from({ length: 50 }, (_, i) => Math.floor((SMALL.length * i) / 51));
    for (const length of lengths) expect(explainOrRefuse(SMALL.slice(0, length))).toBe('refused');
  });
});

const memberOf = (value: unknown, key: string): unknown => (value as Record<string, unknown>)[key];
