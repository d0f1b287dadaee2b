/** Core files that no program here writes: both classes and byte orders, damaged ones, and very large ones. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { correlate } from '../../src/correlate/report.ts';
import { type ByteSource, bytesInMemory } from '../../src/model/bytes.ts';
import type { Capture } from '../../src/model/capture.ts';
import { captureCore } from '../../src/source/core.ts';
import { FileBytes } from '../../src/source/file-bytes.ts';
import type { BinaryOptions } from '../../src/source/find-binary.ts';
import { ByteOrder, note, type SegmentToWrite, writeElf } from '../support/write-elf.ts';

const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-core-unit-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const [LOAD, NOTE, RELRO] = [1, 4, 0x6474e552];
const [NT_PRSTATUS, NT_PRPSINFO, NT_AUXV, NT_FILE] = [1, 3, 6, 0x46494c45];
const X86_64 = new ByteOrder(true, true);

type File = readonly [start: bigint, end: bigint, page: bigint, name: string];
type Registers = readonly [pid: number, stackPointerWord: number, stackPointer: bigint];

interface CoreToWrite {
  readonly order?: ByteOrder;
  readonly machine?: number;
  readonly loads: readonly SegmentToWrite[];
  readonly files?: readonly File[];
  readonly unit?: bigint;
  readonly auxv?: Readonly<Record<number, bigint>>;
  readonly threads?: readonly Registers[];
  readonly command?: string;
  readonly more?: readonly Uint8Array[];
}

function writeCore(core: CoreToWrite): Uint8Array {
  const { order = X86_64, machine = 62, threads = [[7, 19, 0x7ffe00001800n]], command = './x a b ' } = core;
  const word = order.is64 ? 8 : 4;
  const notes: Uint8Array[] = threads.map(([pid, index, sp]) => {
    const status = Buffer.alloc((order.is64 ? 112 : 72) + 40 * word);
    status.set(order.u32(pid), order.is64 ? 32 : 24);
    status.set(order.word(sp), (order.is64 ? 112 : 72) + index * word);
    return note(order, 'CORE', NT_PRSTATUS, status);
  });
  const info = Buffer.alloc(order.is64 ? 136 : 124);
  info.set(order.u32(threads[0]?.[0] ?? 0), order.is64 ? 24 : 12);
  info.write('x', info.length - 96);
  info.write(command, info.length - 80, 'latin1');
  notes.push(note(order, 'CORE', NT_PRPSINFO, info));
  if (core.auxv) {
    const pairs = [...Object.entries(core.auxv), ['0', 0n] as const];
    const words = pairs.flatMap(([type, value]) => [...order.word(BigInt(type)), ...order.word(value)]);
    notes.push(note(order, 'CORE', NT_AUXV, Buffer.from(words)));
  }
  if (core.files) {
    const numbers = [
      BigInt(core.files.length),
      core.unit ?? 4096n,
      ...core.files.flatMap(file => file.slice(0, 3)),
    ];
    const names = core.files.map(([, , , name]) => `${name}\0`).join('');
    const table = numbers.flatMap(value => order.word(value as bigint));
    notes.push(
      note(order, 'CORE', NT_FILE, Buffer.concat([Buffer.from(table), Buffer.from(names, 'latin1')])),
    );
  }
  const bytes = Buffer.concat([...notes, ...(core.more ?? [])]);
  const noteSegment: SegmentToWrite = { type: NOTE, flags: 0, bytes, memsz: 0n, align: 4n };
  return writeElf({
    class: order.is64 ? 64 : 32,
    byteOrder: order.little ? 'little' : 'big',
    type: 4,
    machine,
    segments: [noteSegment, ...core.loads],
  });
}

const NOTHING: BinaryOptions = { sysroots: [], elf: new Map(), useHost: false };

const capture = (bytes: Uint8Array | ByteSource, options: Partial<BinaryOptions> = {}): Capture =>
  captureCore('read' in bytes ? bytes : bytesInMemory(bytes), '/cores/x', {
    ...NOTHING,
    ...options,
    depth: 'full',
  });

const vmaLines = ({ vmas }: Capture): string[] =>
  vmas.map(({ start, end, permissions, offset, name }) =>
    `${start.toString(16)}-${end.toString(16)} ${permissions} ${offset ?? ''} ${name}`.trimEnd(),
  );
const codes = ({ notes }: Capture): string[] => notes.map(({ code }) => code);

/** An empty VMA of one page, or of more. */
const vma = (vaddr: bigint, flags: number, memsz = 0x1000n): SegmentToWrite => ({
  type: LOAD,
  flags,
  vaddr,
  memsz,
  filesz: 0n,
});

describe('what the notes tell', () => {
  // Word of pr_reg that is the stack pointer, by machine (kernel arch/*/include/asm/elf.h).
  const machines = [
    ['x86-64', 62, true, true, 19],
    ['i386', 3, false, true, 15],
    ['aarch64', 183, true, true, 31],
    ['arm, big-endian', 40, false, false, 13],
    ['riscv64', 243, true, true, 2],
    ['ppc64, big-endian', 21, true, false, 1],
    ['ppc64, little-endian', 21, true, true, 1],
    ['s390x', 22, true, false, 17],
  ] as const;
  for (const [title, machine, is64, little, stackPointer] of machines)
    it(title, () => {
      const core = writeCore({
        order: new ByteOrder(is64, little),
        machine,
        loads: [vma(0x10000n, 5), vma(0x20000n, 6), vma(0x70000000n, 6, 0x21000n), vma(0x71000000n, 0)],
        files: [
          [0x10000n, 0x11000n, 0n, '/bin/x'],
          [0x20000n, 0x21000n, 3n, '/lib/new\nline (deleted)'],
        ],
        auxv: { 6: 4096n, 9: 0x10040n, 25: 0x70020ff0n },
        threads: [
          [42, stackPointer, 0x70001234n],
          [43, stackPointer, 0x20800n],
        ],
      });
      const told = capture(core);
      expect(vmaLines(told)).toEqual([
        '10000-11000 r-x? 0 /bin/x',
        '20000-21000 rw-? 12288 /lib/new\nline (deleted)',
        '70000000-70021000 rw-?  [stack]',
        '71000000-71001000 ---?',
      ]);
      expect(told.process).toMatchObject({
        ...{ pid: 42, command: './x a b', executable: '/bin/x', executableFile: 0 },
        ...{ pageSize: 4096, pageSizeFrom: 'auxv', stackPointers: [0x20800n, 0x70001234n] },
      });
      expect(told.files.map(({ path, deleted }) => [path, deleted])).toEqual([
        ['/bin/x', false],
        ['/lib/new\nline', true],
      ]);
      expect(codes(told)).toEqual(['core-limits', 'names-inferred']);
    });

  it('no stack pointer is made up for a machine whose registers are not known', () => {
    const core = writeCore({ machine: 258, loads: [vma(0x10000n, 6)], threads: [[1, 3, 0x10800n]] });
    expect(capture(core).process.stackPointers).toEqual([]);
    expect(vmaLines(capture(core))).toEqual(['10000-11000 rw-?']);
  });

  it('the name without arguments, and the page size without auxv', () => {
    const core = writeCore({
      command: '',
      loads: [vma(0x10000n, 4)],
      files: [[0x10000n, 0x20000n, 1n, '/x']],
      unit: 65536n,
    });
    expect(capture(core).process).toMatchObject({ command: 'x', pageSize: 65536, pageSizeFrom: 'core' });
    expect(vmaLines(capture(core))[0]).toBe('10000-11000 r--? 65536 /x');
    expect(codes(capture(core))).toContain('auxv-unreadable');
  });

  it('that names are lost where the kernel left them out', () => {
    const told = capture(writeCore({ loads: [vma(0x10000n, 5)] }));
    expect(codes(told)).toContain('no-file-names');
    expect(told.files).toEqual([]);
  });
});

describe('names are inferred where something proves them', () => {
  const loads = [
    vma(0x1000n, 6),
    vma(0x2000n, 4),
    vma(0x3000n, 4),
    vma(0x4000n, 5),
    vma(0x6000n, 6),
    vma(0x7000n, 6),
  ];
  const names = (auxv: Record<number, bigint>, stackPointer = 0n): string[] =>
    capture(writeCore({ loads, auxv, threads: [[1, 19, stackPointer]] })).vmas.map(({ name }) => name);

  it('[vdso] by AT_SYSINFO_EHDR and [vvar] right below', () => {
    expect(names({ 33: 0x4000n })).toEqual(['', '[vvar]', '[vvar]', '[vdso]', '', '']);
  });
  it('[stack] by AT_RANDOM, even where the main thread runs elsewhere', () => {
    expect(names({ 25: 0x7ff0n }, 0x1800n)).toEqual(['', '', '', '', '', '[stack]']);
  });
  it('[stack] below the part that was split off it', () => {
    expect(names({ 25: 0x7ff0n }, 0x6800n)).toEqual(['', '', '', '', '[stack]', '']);
  });
  it('[stack] by the main thread without AT_RANDOM', () => {
    expect(names({}, 0x6800n)).toEqual(['', '', '', '', '[stack]', '']);
  });
  it('[vsyscall] by its address', () => {
    const core = writeCore({ loads: [vma(0xffffffffff600000n, 1)] });
    expect(vmaLines(capture(core))).toEqual(['ffffffffff600000-ffffffffff601000 --x?  [vsyscall]']);
  });
});

/** A library of a page of text, with its build ID right behind the headers, and a page of data that RELRO protects. */
function library(buildId: string): Uint8Array {
  const bytes = note(X86_64, 'GNU', 3, Buffer.from(buildId, 'hex'));
  const at = 64n + 4n * 56n;
  return writeElf({
    type: 3,
    segments: [
      { type: LOAD, flags: 5, offset: 0n, filesz: 0x1000n },
      { type: RELRO, vaddr: 0x1000n, offset: 0x1000n, filesz: 0x800n, memsz: 0x1000n },
      { type: LOAD, flags: 6, vaddr: 0x1000n, offset: 0x1000n, bytes: new Uint8Array(0x1000) },
      { type: NOTE, vaddr: at, offset: at, bytes, align: 4n },
    ],
  });
}

describe('images', () => {
  const id = 'a1b2c3d4a1b2c3d4';
  const start = 0x7f0000000000n;
  const files: File[] = [
    [start, start + 0x1000n, 0n, '/lib/libx.so'],
    [start + 0x1000n, start + 0x2000n, 1n, '/lib/libx.so'],
  ];
  const page = library(id).subarray(0, 0x1000);
  const core = writeCore({
    files,
    loads: [{ type: LOAD, flags: 5, vaddr: start, memsz: 0x1000n, bytes: page }, vma(start + 0x1000n, 4)],
  });
  let roots = 0;
  function sysroot(content: Uint8Array): string {
    const root = join(scratch, `root${roots++}`);
    mkdirSync(join(root, 'lib'), { recursive: true });
    writeFileSync(join(root, 'lib/libx.so'), content);
    return root;
  }

  it('are verified by the build ID in the first page', () => {
    const told = capture(core, { sysroots: [sysroot(library(id))] });
    expect(told.files[0]!.image).toMatchObject({ status: 'read', candidates: [{ identity: 'build-id' }] });
    expect(codes(told)).toEqual(['core-limits', 'auxv-unreadable']);
  });

  it('are refused where the user names another build, naming both', () => {
    const told = capture(core, { sysroots: [sysroot(library('0123012301230123'))] });
    expect(told.files[0]!.image).toMatchObject({
      status: 'unavailable',
      reason: 'mismatch',
      message: expect.stringMatching(/a1b2c3d4a1b2c3d4.*0123012301230123/),
    });
  });

  it('are only found by path where nothing of them was dumped', () => {
    const bare = writeCore({ files, loads: [vma(start, 5), vma(start + 0x1000n, 4)] });
    const told = capture(bare, { sysroots: [sysroot(library(id))] });
    expect(told.files[0]!.image).toMatchObject({ candidates: [{ identity: 'path-only' }] });
    expect(codes(told)).toContain('path-only');
    expect(capture(bare).files[0]!.image).toMatchObject({ status: 'unavailable' });
  });

  it('are placed by their headers in memory where this machine has another build', () => {
    const name = join(sysroot(library('0123012301230123')), 'lib/libx.so');
    const here = writeCore({
      files: files.map(([from, to, page]) => [from, to, page, name]),
      loads: [{ type: LOAD, flags: 5, vaddr: start, memsz: 0x1000n, bytes: page }, vma(start + 0x1000n, 4)],
    });
    const told = capture(here, { useHost: true });
    expect(told.files[0]!.image).toMatchObject({
      candidates: [{ identity: 'build-id', elf: { buildId: id } }],
    });
    expect(told.notes.find(({ code }) => code === 'image-from-memory')!.message).toMatch(/0123012301230123/);
  });

  it('are placed by their headers in memory where no file is found', () => {
    const told = capture(core);
    expect(told.files[0]!.image).toMatchObject({
      candidates: [
        { identity: 'build-id', path: '/cores/x', elf: { buildId: id, fileSize: null, flaws: [] } },
      ],
    });
    const report = correlate(told);
    expect(report.modules).toMatchObject([{ placement: { bias: start }, relro: { inForce: 'yes' } }]);
    expect(report.mappings.map(({ segments, relro }) => [segments, relro])).toEqual([
      [[0], null],
      [[2], 'in-force'],
    ]);
    expect(report.notes.map(({ code }) => code)).toEqual([
      'core-limits',
      'auxv-unreadable',
      'image-from-memory',
    ]);
  });
});

describe("gcore's cores", () => {
  const start = 0x7f0000000000n;
  const gdb = note(X86_64, 'GDB', 0xff000000, Buffer.from('<target/>'));
  const files: File[] = [
    [start, start + 0x1000n, 0n, '/lib/a\\012b'],
    [start + 0x1000n, start + 0x2000n, 0x1000n, '/lib/a\\012b'],
    [start + 0x9000n, start + 0xa000n, 0x5000n, '/data'],
  ];
  const page = library('a1b2c3d4').subarray(0, 0x1000);
  const write = (more: readonly Uint8Array[], align: bigint): Uint8Array =>
    writeCore({
      files,
      unit: 1n,
      more,
      loads: [
        { type: LOAD, flags: 6, vaddr: start + 0x1000n, bytes: new Uint8Array(0x1000), align },
        { type: LOAD, flags: 4, vaddr: start + 0x5000n, bytes: new Uint8Array(0x1000), align },
        { type: LOAD, flags: 5, vaddr: start - 0x2000n, bytes: page, align },
      ].sort((a, b) => (a.vaddr < b.vaddr ? -1 : 1)),
    });

  it('have the mappings of NT_FILE restored, and do not know what is readable', () => {
    const told = capture(write([gdb], 0x1000n));
    expect(vmaLines(told)).toEqual([
      '7effffffe000-7efffffff000 r-x?',
      '7f0000000000-7f0000001000 ???? 0 /lib/a\nb',
      '7f0000001000-7f0000002000 rw-? 4096 /lib/a\nb',
      '7f0000005000-7f0000006000 ?--?',
      '7f0000009000-7f000000a000 ???? 20480 /data',
    ]);
    expect(told.origin.variant).toBe('gcore');
    expect(codes(told)).toContain('gcore-incomplete');
  });

  it('are known by the alignment of their segments too', () => {
    const core = write([], 1n);
    new DataView(core.buffer).setBigUint64(64 + 48, 1n, true); // p_align of the PT_NOTE
    expect(capture(core).origin.variant).toBe('gcore');
    expect(capture(write([], 0x1000n)).origin.variant).toBe(null);
  });

  it('take the permissions of what is missing from the file', () => {
    const root = join(scratch, 'gcore');
    mkdirSync(join(root, 'lib'), { recursive: true });
    writeFileSync(join(root, 'lib/a\nb'), library('a1b2c3d4'));
    expect(vmaLines(capture(write([gdb], 0x1000n), { sysroots: [root] }))[1]).toBe(
      '7f0000000000-7f0000001000 r-x? 0 /lib/a\nb',
    );
  });
});

describe('size', () => {
  /** Counts what is read. */
  class Counted implements ByteSource {
    readonly size: number | null;
    readonly #source: ByteSource;
    bytes = 0;
    constructor(source: ByteSource) {
      this.#source = source;
      this.size = source.size;
    }
    read(offset: bigint, length: number): Uint8Array {
      this.bytes += length;
      return this.#source.read(offset, length);
    }
  }

  it('66,000 segments (PN_XNUM), both classes', () => {
    for (const is64 of [true, false]) {
      const loads = Array.from({ length: 66_000 }, (_, i) =>
        vma(0x10000n + BigInt(i) * 0x2000n, i % 2 ? 6 : 4),
      );
      const told = capture(writeCore({ order: new ByteOrder(is64, true), machine: is64 ? 62 : 3, loads }));
      expect(told.vmas).toHaveLength(66_000);
      expect(vmaLines(told).at(-1)).toBe('203ae000-203af000 rw-?');
    }
  });

  it('a core of 20 GiB costs its headers and notes', () => {
    const path = join(scratch, 'huge');
    const size = 20n << 30n;
    writeFileSync(
      path,
      writeCore({ loads: [{ ...vma(0x10000n, 6, size), offset: 0x10000n, filesz: size }] }),
    );
    truncateSync(path, Number(size + 0x10000n));
    const fd = openSync(path, 'r');
    try {
      const counted = new Counted(new FileBytes(fd, fstatSync(fd).size));
      expect(capture(counted).vmas).toHaveLength(1);
      expect(codes(capture(counted))).not.toContain('damaged-core');
      expect(counted.bytes).toBeLessThan(16 << 10);
    } finally {
      closeSync(fd);
    }
  });
});

describe('damage', () => {
  const whole = writeCore({
    loads: [vma(0x10000n, 5), vma(0x20000n, 6), { ...vma(0x30000n, 6), offset: 0x1000n, filesz: 0x1000n }],
    files: [[0x10000n, 0x11000n, 0n, '/bin/x']],
    auxv: { 6: 4096n, 9: 0x10040n, 25: 0x30ff0n, 33: 0x20000n },
  });

  it('a cut core is explained as far as it goes, and said to be cut', () => {
    const told = capture(whole);
    expect(told.notes[0]).toMatchObject({
      code: 'damaged-core',
      message: expect.stringContaining('it is cut'),
    });
    expect(told.vmas).toHaveLength(3);
  });

  it('segments that overlap or leave the address space are left out and named', () => {
    const core = writeCore({
      loads: [vma(0x10000n, 5, 0x3000n), vma(0x11000n, 6), vma(0xfffffffffffff000n, 6, 0x2000n)],
    });
    expect(vmaLines(capture(core))).toEqual(['10000-13000 r-x?']);
    expect(codes(capture(core)).filter(code => code === 'damaged-core')).toHaveLength(2);
  });

  it('NT_FILE that lies is ignored', () => {
    const lie = Buffer.from([...X86_64.word(1n << 60n), ...X86_64.word(4096n)]);
    const core = writeCore({ loads: [vma(0x10000n, 5)], more: [note(X86_64, 'CORE', NT_FILE, lie)] });
    expect(codes(capture(core))).toContain('no-file-names');
  });

  it('any byte may be wrong', () => {
    for (let at = 0; at < whole.length; at++)
      for (const value of [0x00, 0x41, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        try {
          correlate(capture(damaged));
        } catch (error) {
          expect(error).toMatchObject({ kind: 'unusable' });
        }
      }
  });

  it('what is no core of a process is refused with the reason', () => {
    const refused = (bytes: Uint8Array) => () => capture(bytes);
    expect(refused(new Uint8Array(10))).toThrow(/no core file of a process: no ELF magic/);
    expect(refused(writeElf({ type: 3, segments: [] }))).toThrow(/its ELF type is not CORE/);
    expect(refused(writeCore({ loads: [] }))).toThrow(/holds no mappings/);
    const kernel = note(X86_64, 'VMCOREINFO', 0, Buffer.from('OSRELEASE=6.1'));
    expect(refused(writeCore({ loads: [vma(0n, 7)], more: [kernel] }))).toThrow(/a dump of the kernel/);
  });
});
