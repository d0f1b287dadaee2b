/**
 * Evidence made to cost as much as it can: what one process, one file or one text may ask for is bounded, and where a
 * bound was met, a note says so. The times are a safety net, generous enough for a slow machine.
 */
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import { correlate } from '../../src/correlate/report.ts';
import { rebuildSections } from '../../src/elf/rebuild.ts';
import type { Capture } from '../../src/model/capture.ts';
import type { ElfFile, Section } from '../../src/model/elf.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { address, fileOffset, vaddr } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import { mappingDocument, moduleDocument } from '../../src/render/document.ts';
import { TargetError } from '../../src/source/errors.ts';
import { HeaderBudget, readImage } from '../../src/source/read-image.ts';
import { CountingBytes } from '../fuzz/support/counting-bytes.ts';
import { explainElf } from '../fuzz/support/targets.ts';
import { captureOf } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { ByteOrder, note, writeElf } from '../support/write-elf.ts';

const SECONDS = 20;
const BASE = 0x7f00_0000_0000n;

function within<T>(seconds: number, action: () => T): T {
  const start = performance.now();
  const result = action();
  expect(performance.now() - start).toBeLessThan(seconds * 1000);
  return result;
}

/** A process of `count` mappings of one page each, all of one file at offset 0 unless told otherwise. */
function manyMappings(image: ElfFile, count: number, of: (i: number) => Partial<Vma> = () => ({})): Capture {
  const capture = captureOf({ modules: { lie: { path: '/lie', base: BASE, elf: image } }, maps: '' });
  const vmas = Array.from({ length: count }, (_, i): Vma => {
    const start = BASE + BigInt(i) * 0x2000n;
    return {
      start: address(start),
      end: address(start + 0x1000n),
      permissions: 'r-xp',
      offset: fileOffset(0n),
      device: 'fe:00',
      inode: '100',
      name: '/lie',
      figures: null,
      vmFlags: null,
      file: 0,
      ...of(i),
    };
  });
  return { ...capture, vmas };
}

/** Explained, and made into a document as JSON has it. */
function explained(capture: Capture): Report {
  const report = correlate(capture);
  expect(report.modules.length).toBeGreaterThan(0);
  let parts = 0;
  for (const mapping of report.mappings) parts += mappingDocument(report, mapping).parts.length;
  expect(parts).toBeLessThan(4_000_000);
  for (const module of report.modules) moduleDocument(report, module);
  return report;
}

const codes = (report: Report): string[] => [...new Set(report.notes.map(({ code }) => code))];

const sections = (count: number, of: (i: number) => Partial<Section>): Section[] =>
  Array.from({ length: count }, (_, i) => ({
    index: i + 1,
    name: '.s',
    type: 'PROGBITS',
    flags: 'A',
    vaddr: vaddr(BigInt(i)),
    offset: fileOffset(BigInt(i)),
    size: 1n,
    ...of(i),
  }));

it('100,000 headers of a file without section headers', () => {
  const headers = elf('DYN', ...Array.from({ length: 100_000 }, () => 'TLS rw- 0 8')).programHeaders;
  expect(within(SECONDS, () => rebuildSections(headers, null, [])).length).toBeLessThan(20);
});

describe('a process that asks for much work', () => {
  it('60,000 loaded instances of which each claims the whole address space', () => {
    const lie = elf('DYN static', 'LOAD r-x 0 1000', 'LOAD rw- 1000 400000000000');
    const report = within(SECONDS, () => explained(manyMappings(lie, 60_000)));
    expect(codes(report)).toContain('work-bound');
  });

  it('1024 segments in no order, 60,000 mappings that could be any of them', () => {
    const loads = Array.from(
      { length: 1024 },
      (_, i) => `LOAD r-x ${(((i * 397) % 1024) * 0x1000).toString(16)} 1000`,
    );
    const lie = elf('DYN static', ...loads);
    within(SECONDS, () =>
      explained(
        manyMappings(lie, 60_000, i => ({ offset: fileOffset(BigInt(((i * 7919) % 1024) * 0x1000)) })),
      ),
    );
  });

  it('150,000 sections in one mapping, and the file mapped 20,000 times more, each time from another place', () => {
    const image = { ...elf('DYN static', 'LOAD r-x 0 1000000'), sections: sections(150_000, () => ({})) };
    const capture = manyMappings(image, 20_000, i => {
      const start = address(BASE + BigInt(i) * 0x200_0000n);
      const end = address(start + 0x100_0000n);
      return i === 0 ? { start, end } : { start, end, permissions: 'r--s', offset: fileOffset(BigInt(i)) };
    });
    const { mappings } = within(SECONDS, () => explained(capture));
    expect(mappings[0]!.parts).toHaveLength(149_939);
    expect(mappings[1]!.deviations).toMatchObject([{ code: 'mapped-again' }]);
  });

  it('100,000 sections in each of 2,000 segments', () => {
    const loads = Array.from({ length: 2000 }, () => 'NOTE r-- 0 1000000');
    const image = {
      ...elf('DYN static', 'LOAD r-x 0 1000000', ...loads),
      sections: sections(100_000, () => ({})),
    };
    within(SECONDS, () => explained(manyMappings(image, 1, () => ({ end: address(BASE + 0x100_0000n) }))));
  });

  it('60,000 holes in one segment', () => {
    const lie = elf('DYN static', 'LOAD r-x 0 20000000');
    const at = (i: number) => fileOffset(BigInt(i) * 0x2000n);
    within(SECONDS, () => explained(manyMappings(lie, 60_000, i => ({ offset: at(i) }))));
  });

  it('100,000 stack pointers', () => {
    const capture = manyMappings(elf('DYN static', 'LOAD r-x 0 1000'), 60_000, i =>
      i === 0 ? {} : { file: null, name: '', permissions: 'rw-p' },
    );
    const stackPointers = Array.from({ length: 100_000 }, (_, i) => address(BigInt(i)));
    within(SECONDS, () => explained({ ...capture, process: { ...capture.process, stackPointers } }));
  });

  it('300 instances of one file cost the others nothing', () => {
    const image = elf('DYN static', 'LOAD r-x 0 1000');
    const capture = manyMappings(image, 301, i => ({ file: i === 300 ? 1 : 0 }));
    const report = explained({ ...capture, files: [capture.files[0]!, capture.files[0]!] });
    expect(codes(report)).toContain('work-bound');
    expect(report.modules.at(-1)).toMatchObject({
      file: 1,
      placement: { bias: report.mappings[300]!.vma.start },
    });
    expect(report.mappings[300]).toMatchObject({ kind: 'elf', deviations: [] });
  });

  it('30,000 files, each with a .bss over everything above it', () => {
    const image = elf('DYN static', 'LOAD r-x 0 1000', 'LOAD rw- 1000 400000000000');
    const capture = manyMappings(image, 60_000, i =>
      i % 2 === 0 ? { file: i / 2 } : { file: null, name: '' },
    );
    const files = Array.from({ length: 30_000 }, () => capture.files[0]!);
    expect(codes(within(SECONDS, () => explained({ ...capture, files })))).toContain('work-bound');
  });

  it('30,000 files with 1024 segments in no order', () => {
    const loads = Array.from(
      { length: 1024 },
      (_, i) => `LOAD r-x ${(((i * 397) % 1024) * 0x1000).toString(16)} 1000`,
    );
    const image = elf('DYN static', ...loads);
    const capture = manyMappings(image, 60_000, i => ({ file: i >> 1, permissions: 'r--p' }));
    const files = Array.from({ length: 30_000 }, () => capture.files[0]!);
    within(SECONDS, () => correlate({ ...capture, files }));
  });

  it('GNU_RELRO over everything, in 2,000 modules', () => {
    const image = elf('DYN static', 'LOAD r-x 0 1000', 'GNU_RELRO r-- 1000 7fffffffe000');
    const capture = manyMappings(image, 60_000, i =>
      i % 30 === 0 ? { file: i / 30 } : { file: null, name: '' },
    );
    const files = Array.from({ length: 2000 }, () => capture.files[0]!);
    within(SECONDS, () => explained({ ...capture, files }));
  });
});

describe('a process that is judged, and asks for much work', () => {
  const judged = (capture: Capture): readonly Finding[] =>
    check(correlate(capture), DEFAULT_POLICY, '2026-01-01').findings;
  const verdicts = (findings: readonly Finding[], rule: string): string[] => [
    ...new Set(findings.filter(finding => finding.rule === rule).map(({ outcome }) => outcome)),
  ];
  const writable = (i: number): Partial<Vma> => ({
    ...(i === 0 ? {} : { file: null, name: '' }),
    permissions: 'rw-p',
  });

  it('300,000 slots in 150,000 sections, all of them writable', () => {
    const image: ElfFile = {
      ...elf('DYN static', 'LOAD rw- 0 10000000'),
      sections: sections(150_000, i => ({ vaddr: vaddr(BigInt(i) * 16n), size: 16n })),
      slots: Array.from({ length: 300_000 }, (_, i) => ({ vaddr: vaddr(BigInt(i) * 16n) })),
    };
    const capture = manyMappings(image, 1, () => ({
      permissions: 'rw-p',
      end: address(BASE + 0x1000_0000n),
    }));
    const findings = within(SECONDS, () => judged(capture));
    expect(findings.find(({ rule }) => rule === 'got-writable')!.facts).toMatchObject({
      slots: 300_000,
      writableSlots: 300_000,
    });
  });

  it('200 instances of a file with 300,000 slots, each by itself', () => {
    const image: ElfFile = {
      ...elf('DYN static', 'LOAD rw- 0 1000000', 'GNU_RELRO r-- 1000 800'),
      slots: Array.from({ length: 300_000 }, (_, i) => ({ vaddr: vaddr(BigInt(i) * 16n) })),
    };
    const capture = manyMappings(image, 200, i => {
      const start = BASE + BigInt(i) * 0x200_0000n;
      return { start: address(start), end: address(start + 0x100_0000n), permissions: 'rw-p' };
    });
    const findings = within(SECONDS, () => judged(capture));
    expect(verdicts(findings, 'relro-partial')).toEqual(['fail']);
    expect(verdicts(findings, 'got-writable')).toEqual(['fail', 'inconclusive']);
  });

  it('GNU_RELRO over 60,000 mappings, in 2,000 modules with 100 sections', () => {
    const image = {
      ...elf('DYN static', 'LOAD r-x 0 1000', 'GNU_RELRO r-- 1000 7fffffffe000'),
      sections: sections(100, i => ({ vaddr: vaddr(BigInt(i) * 0x1000n) })),
    };
    const capture = manyMappings(image, 60_000, i => (i % 30 === 0 ? { file: i / 30 } : writable(i)));
    const files = Array.from({ length: 2000 }, () => capture.files[0]!);
    expect(
      verdicts(
        within(SECONDS, () => judged({ ...capture, files })),
        'relro-not-in-force',
      ),
    ).toEqual(['fail']);
  });

  it('GNU_RELRO over 60,000 writable mappings, and 150,000 sections', () => {
    const image = {
      ...elf('DYN static', 'LOAD r-x 0 1000', 'GNU_RELRO r-- 1000 7fffffffe000'),
      sections: sections(150_000, i => ({ vaddr: vaddr(BigInt(i) * 0x1000n) })),
    };
    const findings = within(SECONDS, () =>
      judged(manyMappings(image, 60_000, i => (i === 0 ? {} : writable(i)))),
    );
    expect(verdicts(findings, 'relro-not-in-force')).toEqual(['fail']);
  });

  it('30,000 modules in 60,000 mappings', () => {
    const image = elf('DYN static', 'LOAD r-x 0 1000', 'LOAD rw- 2000 1000');
    const capture = manyMappings(image, 60_000, i =>
      i % 2 === 0 ? { file: i / 2 } : { file: (i - 1) / 2, offset: fileOffset(0x2000n), permissions: 'rw-p' },
    );
    const files = Array.from({ length: 30_000 }, () => ({ ...capture.files[0]!, path: '/lie' }));
    const findings = within(SECONDS, () => judged({ ...capture, files }));
    expect(findings.filter(({ rule }) => rule === 'image-mismatch')).toHaveLength(30_000);
  });
});

describe('a core file that asks for much work', () => {
  const order = new ByteOrder(true, true);
  const PAGE = 0x1000n;
  const COUNT = 20_000;

  it('20,000 mapped files, each of which begins with the same 20,000 program headers', () => {
    // The core itself is the image in every mapping: its own header says how many program headers there are.
    const files = Array.from({ length: COUNT }, (_, i) => [
      BASE + BigInt(i) * PAGE,
      BASE + BigInt(i + 1) * PAGE,
      0n,
    ]);
    const words = [BigInt(COUNT), 1n, ...files.flat()].flatMap(value => order.word(value));
    const names = Buffer.from(Array.from({ length: COUNT }, (_, i) => `/none/${i}\0`).join(''));
    const file = note(order, 'CORE', 0x46494c45, Buffer.concat([Buffer.from(words), names]));
    const loads = Array.from({ length: COUNT }, (_, i) => ({
      type: 1,
      flags: 5,
      vaddr: BASE + BigInt(i) * PAGE,
      offset: 0n,
      filesz: 1n << 24n,
      memsz: PAGE,
    }));
    const core = writeElf({ type: 4, segments: [{ type: 4, bytes: file }, ...loads] });
    const reports = within(SECONDS, () => explainElf(new CountingBytes(core)));
    expect(reports).not.toBeInstanceOf(TargetError);
  });

  it('40,000 segments over each other, and notes between them', () => {
    const segments = Array.from({ length: 2 * COUNT }, (_, i) => ({
      type: i % 2 === 0 ? 1 : 4,
      vaddr: 0x1000n,
      memsz: PAGE,
      filesz: 1n << 20n,
      offset: 0n,
    }));
    const core = new CountingBytes(writeElf({ type: 4, segments }));
    const reports = within(SECONDS, () => explainElf(core));
    expect(core.bytesRead).toBeLessThan(256 << 20);
    if (reports instanceof TargetError) throw reports;
    expect(reports[0]!.notes.length).toBeLessThan(50);
  });
});

describe('the files of one process', () => {
  const reading = (elf: ElfFile, budget: HeaderBudget): string =>
    readImage(() => elf, '/lie', 'inode', budget).status;

  it('have 500,000 headers together, and those behind them are not read', () => {
    const image = { ...elf('DYN static', 'LOAD r-x 0 1000'), sections: sections(100_000, () => ({})) };
    const budget = new HeaderBudget();
    const states = Array.from({ length: 10 }, () => reading(image, budget));
    expect(states).toEqual([...Array(5).fill('read'), ...Array(5).fill('unavailable')]);
  });

  it('have some 50,000 flaws together', () => {
    const image = {
      ...elf('DYN static', 'LOAD r-x 0 1000'),
      flaws: Array.from({ length: 10_000 }, () => 'a lie'),
    };
    const budget = new HeaderBudget();
    const states = Array.from({ length: 7 }, () => reading(image, budget));
    expect(states).toEqual([...Array(5).fill('read'), ...Array(2).fill('unavailable')]);
  });

  it('have 1,000,000 slots together', () => {
    const slots = Array.from({ length: 400_000 }, (_, i) => ({ vaddr: vaddr(BigInt(i)) }));
    const image = { ...elf('DYN static', 'LOAD r-x 0 1000'), slots };
    const budget = new HeaderBudget();
    const states = Array.from({ length: 4 }, () => reading(image, budget));
    expect(states).toEqual(['read', 'read', 'read', 'unavailable']);
  });

  it('are read for 256 MiB together', () => {
    const budget = new HeaderBudget();
    const source = budget.metered(new CountingBytes(new Uint8Array(1 << 20)));
    const image = elf('DYN static', 'LOAD r-x 0 1000');
    for (let i = 0; i < 256; i++) source.read(0n, 1 << 20);
    expect(reading(image, budget)).toBe('unavailable');
  });
});
