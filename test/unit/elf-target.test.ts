/** ELF files as targets: any machine, any page size, and files that nothing can map. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureElf, captureElfTarget } from '../../src/cli/elf-target.ts';
import { correlate } from '../../src/correlate/report.ts';
import { readElf } from '../../src/elf/read.ts';
import { bytesInMemory } from '../../src/model/bytes.ts';
import { hasGlibcStart } from '../../src/model/elf.ts';
import type { Report } from '../../src/model/report.ts';
import { TargetError } from '../../src/source/errors.ts';
import { build } from '../support/build.ts';
import { patchElf } from '../support/patch-elf.ts';
import { readelfSections } from '../support/readelf.ts';
import { describeWith, itWith, which } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements, variant } from '../support/variant.ts';
import { type ElfToWrite, type SegmentToWrite, writeElf } from '../support/write-elf.ts';

const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-elf-target-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const explain = (bytes: Uint8Array, pageSize: number | null = null): Report =>
  correlate(captureElf(bytesInMemory(bytes), '/x', pageSize));

/** "start-end permissions offset" of each mapping. */
const lines = ({ capture }: Report): string[] =>
  capture.vmas.map(
    ({ start, end, permissions, offset, name }) =>
      `${start.toString(16)}-${end.toString(16)} ${permissions} ${name === '' ? 'anonymous' : offset!.toString(16)}`,
  );

const deviations = (report: Report): string[] =>
  [...report.mappings, ...report.modules].flatMap(({ deviations: found }) => found.map(({ code }) => code));

function refusal(bytes: Uint8Array, pageSize: number | null = null): string {
  try {
    captureElf(bytesInMemory(bytes), '/x', pageSize);
  } catch (error) {
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({ kind: 'unusable' });
    return (error as TargetError).message;
  }
  return 'none';
}

const LOAD = 1;
const RELRO = 0x6474e552;
const text: SegmentToWrite = { type: LOAD, flags: 5, vaddr: 0n, offset: 0n, filesz: 0x1800n, memsz: 0x1800n };
const data: SegmentToWrite = {
  ...{ type: LOAD, flags: 6, vaddr: 0x2800n, offset: 0x1800n },
  ...{ bytes: new Uint8Array(0x900), memsz: 0x3000n },
};
const elf = (more: Partial<ElfToWrite> = {}): Uint8Array =>
  writeElf({ type: 3, segments: [text, data], ...more });

describe('the layout of a file alone', () => {
  it('is that of a library at bias 0 unless it says that it is a program', () => {
    const report = explain(elf());
    expect(lines(report)).toEqual(['0-2000 r-xp 0', '2000-4000 rw-p 1000', '4000-6000 rw-p anonymous']);
    expect(deviations(report)).toEqual([]);
    expect(report.modules).toMatchObject([{ role: 'library', loader: 'glibc', placement: { bias: 0n } }]);
  });

  it('keeps the reservation between distant segments of a library, not of a program', () => {
    const far = { ...data, vaddr: 0x202800n, align: 0x200000n };
    const middle = [
      { ...text, align: 0x200000n },
      { ...far, offset: 0x1800n },
    ];
    expect(lines(explain(elf({ segments: middle })))[1]).toBe('2000-202000 ---p 2000');
    expect(lines(explain(elf({ type: 2, segments: middle })))).not.toContain('2000-202000 ---p 2000');
  });

  it('has GNU_RELRO applied', () => {
    const relro = { type: RELRO, vaddr: 0x2800n, offset: 0x1800n, filesz: 0x800n, memsz: 0x800n };
    const report = explain(elf({ segments: [text, data, relro] }));
    expect(lines(report)[1]).toBe('2000-3000 r--p 1000');
    expect(report.modules[0]!.relro).toMatchObject({ inForce: 'yes' });
  });

  it('is at its fixed addresses for ET_EXEC', () => {
    const moved = [text, data].map(segment => ({ ...segment, vaddr: segment.vaddr! + 0x400000n }));
    const report = explain(elf({ type: 2, entry: 0x400100n, segments: moved }));
    expect(lines(report)[0]).toBe('400000-402000 r-xp 0');
    expect(report.modules).toMatchObject([{ role: 'executable', placement: { bias: 0n, from: 'auxv' } }]);
  });

  it('is predicted for either byte order and class', () => {
    for (const byteOrder of ['little', 'big'] as const)
      for (const size of [32, 64] as const) {
        const report = explain(elf({ class: size, byteOrder, machine: size === 64 ? 21 : 20 }));
        expect(lines(report)).toEqual(lines(explain(elf())));
        expect(deviations(report)).toEqual([]);
      }
  });

  it('says that it is a prediction, for which pages and by whose rules', () => {
    const wide = [text, data].map(segment => ({ ...segment, align: 0x4000n }));
    const { notes, capture } = explain(elf({ segments: [{ ...wide[0]!, filesz: 0x78n }] }), 16384);
    expect(notes).toMatchObject([{ code: 'predicted' }, { code: 'no-section-headers' }]);
    expect(notes[0]!.message).toMatch(/by the rules of glibc's ld.so, for pages of 16 KiB, at load bias 0/);
    expect(capture.process).toMatchObject({ pid: null, pageSize: 16384, pageSizeFrom: 'option' });
  });

  it('of an i386 program without GNU_STACK is executable wherever it is readable', () => {
    const i386 = { class: 32, machine: 3, type: 2 } as const;
    const segments = [text, data].map(segment => ({ ...segment, vaddr: segment.vaddr! + 0x8048000n }));
    const stack = { type: 0x6474e551, flags: 6, filesz: 0n, memsz: 0n };
    expect(lines(explain(elf({ ...i386, segments }))).every(line => / r.xp /.test(line))).toBe(true);
    expect(lines(explain(elf({ ...i386, segments: [...segments, stack] })))[1]).toContain('rw-p');
  });
});

describeWith(requirements(variant('aarch64-linux-gnu-gcc', 'bfd', 'pie'), 'build'), 'aarch64', () => {
  for (const kind of ['pie', 'static'] as const)
    for (const kilobytes of [4, 16, 64])
      it(`${kind}, pages of ${kilobytes} KiB`, () => {
        const bytes = readFileSync(build('plain.c', variant('aarch64-linux-gnu-gcc', 'bfd', kind)));
        const report = explain(bytes, kilobytes << 10);
        const page = BigInt(kilobytes << 10);
        expect(deviations(report)).toEqual([]);
        for (const { start, end, offset } of report.capture.vmas)
          expect([start % page, end % page, (offset ?? 0n) % page]).toEqual([0n, 0n, 0n]);
        expect(report.modules[0]).toMatchObject({ role: 'executable', relro: { inForce: 'yes' } });
        const sections = report.mappings.flatMap(({ parts }) => parts.map(({ name }) => name));
        expect(sections).toEqual(expect.arrayContaining(['.text', '.rodata', '.data', '.bss']));
      });

  it('linked for 4 KiB loses its text with larger pages, which a note says', () => {
    const small = variant('aarch64-linux-gnu-gcc', 'bfd', 'pie', '4k', ['-Wl,-z,max-page-size=4096']);
    const bytes = readFileSync(build('plain.c', small));
    expect(deviations(explain(bytes, 4096))).toEqual([]);
    expect(explain(bytes, 4096).notes.map(({ code }) => code)).toEqual(['predicted']);
    const report = explain(bytes, 65536);
    expect(report.notes.map(({ code }) => code)).toEqual(['predicted', 'segments-share-page']);
    expect(report.capture.vmas.map(({ permissions }) => permissions)).toEqual(['rw-p']);
  });
});

/** lld lets GNU_RELRO end at a page of the size that it is told. */
const WIDE = variant('clang', 'lld', 'pie', 'wide-pages', [
  '-Wl,-z,common-page-size=65536,-z,max-page-size=65536',
]);
itWith(requirements(WIDE), 'GNU_RELRO that reaches beyond its segment is told to end the program', () => {
  const program = build('plain.c', WIDE);
  const said = spawnSync(program, { encoding: 'utf8' }).stderr;
  const { notes } = explain(readFileSync(program));
  const [note] = notes.filter(({ code }) => code === 'relro-unmapped');
  // Debian 13's lld pads the segment, and the program runs.
  expect(note === undefined).toBe(said === '');
  if (note) expect(said).toContain(/: (cannot.*)/.exec(note.message)![1]);
});

describe('without section headers', () => {
  for (const kind of ['pie', 'static', 'static-pie', 'shared'] as const) {
    const made = variant('gcc', 'bfd', kind);
    itWith(['readelf', ...requirements(made)], `${kind}: what is rebuilt lies where it lay`, () => {
      const whole = build(kind === 'shared' ? 'lib.c' : 'plain.c', made);
      const wanted = readelfSections(whole).map(({ name, address, size }) => [name, address, size]);
      const elf = readElf(bytesInMemory(readFileSync(patchElf(whole, 'sections-stripped'))), 'full');
      expect(elf.sectionsFrom).toBe('rebuilt');
      const found = elf.sections.map(({ name, vaddr, size }) => [name, vaddr, size]);
      expect(found.map(([name]) => name)).toContain('.note.gnu.build-id');
      for (const section of found) expect(wanted).toContainEqual(section);
      expect(hasGlibcStart(elf)).toBe(kind !== 'shared');
    });
  }
});

describe('roles', () => {
  itWith(['gcc'], 'a PIE is a program, a shared object a library', () => {
    expect(explain(readFileSync(build('plain.c', DEFAULT))).modules[0]!.role).toBe('executable');
    expect(explain(readFileSync(build('lib.c', LIBRARY))).modules[0]!.role).toBe('library');
  });

  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  const libc = sharedObjects.find(path => path.endsWith('/libc.so.6'));
  it.skipIf(libc === undefined)('libc.so.6 is a library although it names an interpreter', () => {
    const report = explain(readFileSync(libc!));
    expect(report.modules[0]).toMatchObject({ role: 'library', loader: 'glibc', placement: { bias: 0n } });
    expect(deviations(report)).toEqual([]);
  });

  for (const loader of ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-musl-x86_64.so.1'])
    itWith([loader], `${loader} is mapped by the kernel`, () => {
      const report = correlate(captureElf(bytesInMemory(readFileSync(loader)), loader, null));
      expect(report.modules[0]).toMatchObject({ role: 'executable', loader: 'kernel' });
      expect(deviations(report)).toEqual([]);
    });

  itWith(['musl-gcc'], 'what needs the libc.so of musl is laid out by musl', () => {
    const path = build('lib-relro.c', variant('musl-gcc', 'bfd', 'shared'));
    const report = explain(readFileSync(path));
    expect(report.modules[0]!.loader).toBe('musl');
    expect(deviations(report)).toEqual([]);
  });
});

describe('what cannot be mapped is refused with the reason', () => {
  itWith(['gcc'], 'a relocatable object', () => {
    const object = join(scratch, 'x.o');
    execFileSync(which('gcc')!, ['-xc', '-c', '-o', object, '-'], { input: 'int x = 1;' });
    expect(refusal(readFileSync(object))).toMatch(/relocatable object \(ET_REL\)/);
  });

  it('no segments, another type, an empty or a cut file', () => {
    expect(refusal(elf({ segments: [] }))).toMatch(/no PT_LOAD segment/);
    expect(refusal(elf({ type: 0xfe00 }))).toMatch(/ELF type is 0xfe00/);
    expect(refusal(new Uint8Array(0))).toMatch(/no usable ELF file: no ELF magic/);
    expect(refusal(elf().subarray(0, 40))).toMatch(/no usable ELF file/);
    expect(refusal(elf().subarray(0, 64))).toMatch(/program header table is cut/);
  });

  it('segments that no loader takes', () => {
    const one = (change: Partial<SegmentToWrite>) => refusal(elf({ segments: [{ ...text, ...change }] }));
    expect(one({ offset: 0x10n })).toMatch(/differ within a page of 4 KiB/);
    expect(one({ memsz: 1n })).toMatch(/more bytes in the file/);
    expect(one({ vaddr: 0xffffffff81000000n })).toMatch(/beyond what a process can have/);
    expect(one({ align: 16n })).toMatch(/aligned to 0x10, less than a page/);
    expect(refusal(elf({ class: 32, segments: [{ ...text, vaddr: 0xfffff000n }] }))).toMatch(/beyond/);
    const many = Array.from({ length: 2000 }, (_, i) => ({ ...text, vaddr: BigInt(i) * 0x2000n }));
    expect(refusal(elf({ segments: many }))).toMatch(/1024 PT_LOAD segments or more/);
  });

  it('random damage is refused or explained, never an internal error', () => {
    const whole = Buffer.from(elf());
    for (let at = 0; at < 64 + 2 * 56; at++)
      for (const value of [0x00, 0x7f, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        expect(() => refusal(damaged)).not.toThrow();
        if (refusal(damaged) === 'none') explain(damaged);
      }
  });
});

it('tells a core file from a program by its type', () => {
  const options = { sysroots: [], elf: new Map(), useHost: false, depth: 'layout', pageSize: null } as const;
  const core = elf({ type: 4 });
  expect(captureElfTarget(bytesInMemory(core), null, options).origin.kind).toBe('core');
  expect(captureElfTarget(bytesInMemory(elf()), null, options).origin.kind).toBe('elf');
});
