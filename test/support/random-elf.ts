/** Programs and libraries with random segments that the kernel, ld.so and musl load all the same. */
import fc from 'fast-check';
import { ByteOrder, type SegmentToWrite, writeElf } from './write-elf.ts';

const PAGE = 0x1000n;
const [PT_NULL, PT_LOAD, PT_DYNAMIC, PT_GNU_RELRO, PT_GNU_STACK] = [0, 1, 2, 0x6474e552, 0x6474e551];
const [ET_EXEC, ET_DYN] = [2, 3];

interface Shape {
  /** 4: read, 2: write, 1: execute. */
  readonly flags: number;
  /** Pages left out before it; 0: it may share a page with the one before. */
  readonly gap: number;
  readonly into: number;
  readonly filesz: number;
  readonly bss: number;
}

const extent = fc.oneof(fc.constant(0), fc.nat(0x40), fc.nat(0x2800), fc.constantFrom(0x1000, 0x2000));

const shape: fc.Arbitrary<Shape> = fc.record({
  flags: fc.nat(7),
  gap: fc.nat(3),
  into: fc.oneof(fc.constant(0), fc.nat(0xfff)),
  filesz: extent,
  bss: extent,
});

export const shapes: fc.Arbitrary<readonly Shape[]> = fc.array(shape, { minLength: 1, maxLength: 5 });

/** From `start` on, in address order, offsets congruent to addresses. */
function place(wanted: readonly Shape[], start: bigint): SegmentToWrite[] {
  let [at, offset] = [start, PAGE];
  return wanted.map(({ flags, gap, into, filesz, bss }) => {
    at = gap === 0 ? at : ((at + PAGE - 1n) / PAGE + BigInt(gap - 1)) * PAGE + BigInt(into);
    offset += (at - offset) & (PAGE - 1n);
    const memsz = BigInt(filesz + bss);
    const stored = filesz > 0 ? { bytes: new Uint8Array(filesz).fill(0xaa) } : { filesz: 0n };
    const segment = { type: PT_LOAD, flags, vaddr: at, offset, memsz, ...stored };
    at += memsz;
    offset += BigInt(filesz);
    return segment;
  });
}

/** write(1, "ready\n", 6); while (read(0, rsp - 8, 1) > 0); exit(0); */
const CODE = Buffer.concat([
  Buffer.from('b801000000bf01000000488d3524000000ba060000000f05', 'hex'),
  Buffer.from('31c031ff488d7424f8ba010000000f0585c07fec', 'hex'),
  Buffer.from('b83c00000031ff0f05', 'hex'),
  Buffer.from('ready\n'),
]);
const CODE_AT = 0x800n;

/** A static x86-64 program that says "ready" and waits; position independent or not. */
export function randomProgram(wanted: readonly Shape[], pie: boolean): Uint8Array {
  const base = pie ? 0n : 0x400000n;
  return writeElf({
    type: pie ? ET_DYN : ET_EXEC,
    entry: base + CODE_AT,
    segments: [
      { type: PT_GNU_STACK, flags: 6, memsz: 0n, filesz: 0n },
      { type: PT_LOAD, flags: 5, vaddr: base + CODE_AT, offset: CODE_AT, bytes: CODE },
      ...place(wanted, base + PAGE),
    ],
  });
}

/**
 * ld.so writes to a read-only page in which .bss begins. Whether two such pages merge depends on which was written to
 * first, and so is not predicted: there is one at most, and no RELRO then.
 */
function onePageZeroed(wanted: readonly Shape[]): { segments: readonly Shape[]; zeroed: boolean } {
  const isZeroed = ({ flags, bss }: Shape): boolean => (flags & 2) === 0 && bss > 0;
  const first = wanted.findIndex(isZeroed);
  const segments = wanted.map((shape, i) => (isZeroed(shape) && i !== first ? { ...shape, bss: 0 } : shape));
  return { segments, zeroed: first >= 0 };
}

/** Of one writable segment, for the same reason. */
export interface RelroShape {
  readonly which: number;
  readonly start: number;
  readonly size: number;
}

export const relro: fc.Arbitrary<RelroShape> = fc.record({
  which: fc.nat(5),
  start: fc.nat(0x1fff),
  size: fc.nat(0x4000),
});

/** A library without a symbol: its first page is writable, since ld.so relocates the dynamic table in place. */
export function randomLibrary(wanted: readonly Shape[], { which, start, size }: RelroShape): Uint8Array {
  const { word, u32 } = new ByteOrder(true, true);
  const [DYNAMIC, STRINGS, SYMBOLS, HASH] = [0x400n, 0x600n, 0x608n, 0x620n];
  const table = [
    [5n, STRINGS],
    [10n, 8n],
    [6n, SYMBOLS],
    [11n, 24n],
    [4n, HASH],
    [0n, 0n],
  ];
  const page = new Uint8Array(0xc00);
  const at = (address: bigint): number => Number(address - DYNAMIC);
  page.set(table.flat().flatMap(word), 0);
  page.set([1, 1, 0, 0].flatMap(u32), at(HASH));
  const first = { type: PT_LOAD, flags: 6, vaddr: DYNAMIC, offset: DYNAMIC, bytes: page };
  const { segments: shaped, zeroed } = onePageZeroed(wanted);
  const loads = place(
    shaped.filter(({ filesz, bss }) => filesz + bss > 0),
    PAGE,
  );
  const writable = [first, ...loads].filter(({ flags = 0 }) => (flags & 2) !== 0);
  const owner: SegmentToWrite = writable[which % writable.length]!;
  const end = owner.vaddr! + (owner.memsz ?? BigInt(page.length));
  const limit = (end + PAGE - 1n) & -PAGE;
  const from = owner.vaddr! + BigInt(start) < limit ? owner.vaddr! + BigInt(start) : owner.vaddr!;
  const to = from + BigInt(size) < limit ? from + BigInt(size) : limit;
  return writeElf({
    type: ET_DYN,
    segments: [
      first,
      ...loads,
      { type: PT_DYNAMIC, flags: 6, vaddr: DYNAMIC, offset: DYNAMIC, filesz: 96n, memsz: 96n },
      { type: PT_GNU_RELRO, vaddr: from, filesz: 0n, memsz: zeroed ? 0n : to - from },
      { type: PT_GNU_STACK, flags: 6, memsz: 0n, filesz: 0n },
      // Loaders that zero the rest of a page need that page to be in the file.
      { type: PT_NULL, bytes: new Uint8Array(0x2000) },
    ],
  });
}
