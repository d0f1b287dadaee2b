/**
 * Writes small ELF files from a few words, so that each odd header is one line of a test:
 *
 *   [ELF header][program headers][section 0, if the program headers are too many][bytes of the segments …]
 */

export interface SegmentToWrite {
  readonly type: number;
  /** 4: read, 2: write, 1: execute. */
  readonly flags?: number;
  readonly vaddr?: bigint;
  /** Content; its length is p_filesz unless that is given. */
  readonly bytes?: Uint8Array;
  /** Where in the file; behind what is there already, unless given. */
  readonly offset?: bigint;
  readonly filesz?: bigint;
  readonly memsz?: bigint;
  readonly align?: bigint;
}

export interface ElfToWrite {
  readonly class?: 32 | 64;
  readonly byteOrder?: 'little' | 'big';
  /** 2: EXEC, 3: DYN, 4: CORE. */
  readonly type: number;
  /** 62: x86-64. */
  readonly machine?: number;
  readonly entry?: bigint;
  readonly segments: readonly SegmentToWrite[];
  /** Hexadecimal; adds a PT_NOTE. */
  readonly buildId?: string;
}

const PN_XNUM = 0xffff;
const PT_NOTE = 4;

/** The file's bytes. A PT_LOAD without any size covers the whole file. */
export function writeElf(wanted: ElfToWrite): Uint8Array {
  const is64 = wanted.class !== 32;
  const order = new ByteOrder(is64, wanted.byteOrder !== 'big');
  const segments = [...wanted.segments];
  if (wanted.buildId)
    segments.push({ type: PT_NOTE, bytes: note(order, 'GNU', 3, Buffer.from(wanted.buildId, 'hex')) });
  const [ehsize, phentsize, shentsize] = is64 ? [64, 56, 64] : [52, 32, 40];
  const extended = segments.length >= PN_XNUM;
  const shoff = ehsize + segments.length * phentsize;
  let end = BigInt(shoff + (extended ? shentsize : 0));
  const placed = segments.map(segment => {
    const offset = segment.offset ?? (segment.bytes ? end : 0n);
    if (segment.bytes) end = max(end, offset + BigInt(segment.bytes.length));
    return { ...segment, offset };
  });
  const file = new Uint8Array(Number(end));
  const header = [
    ...order.half(wanted.type),
    ...order.half(wanted.machine ?? 62),
    ...order.u32(1),
    ...order.word(wanted.entry ?? 0n),
    ...order.word(BigInt(ehsize)),
    ...order.word(extended ? BigInt(shoff) : 0n),
    ...order.u32(0),
    ...[ehsize, phentsize, extended ? PN_XNUM : segments.length, shentsize, extended ? 1 : 0, 0].flatMap(
      value => order.half(value),
    ),
  ];
  file.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, order.little ? 1 : 2, 1], 0);
  file.set(header, 16);
  placed.forEach((segment, i) => {
    const filesz =
      segment.filesz ?? BigInt(segment.bytes?.length ?? (segment.memsz === undefined ? Number(end) : 0));
    const { type, flags = 4, vaddr = 0n, offset, memsz = filesz, align = 0x1000n } = segment;
    const words = [offset, vaddr, 0n, filesz, memsz].map(value => order.word(value));
    const before = is64 ? [...order.u32(flags)] : [];
    const after = is64 ? [] : [...order.u32(flags)];
    const bytes = [...order.u32(type), ...before, ...words.flat(), ...after, ...order.word(align)];
    file.set(bytes, ehsize + i * phentsize);
    if (segment.bytes) file.set(segment.bytes, Number(offset));
  });
  // Section 0's sh_info is the number of program headers.
  if (extended) file.set(order.u32(segments.length), shoff + (is64 ? 44 : 28));
  return file;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** One note, padded to 4 bytes. */
export function note(order: ByteOrder, name: string, type: number, descriptor: Uint8Array): Uint8Array {
  const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes], Math.ceil(bytes.length / 4) * 4);
  const text = Buffer.from(`${name}\0`, 'latin1');
  const head = [text.length, descriptor.length, type].flatMap(value => order.u32(value));
  return Buffer.concat([Buffer.from(head), padded(text), padded(descriptor)]);
}

/** Numbers as bytes of one class and byte order. */
export class ByteOrder {
  readonly is64: boolean;
  readonly little: boolean;

  constructor(is64: boolean, little: boolean) {
    this.is64 = is64;
    this.little = little;
  }

  half = (value: number): number[] => this.#bytes(BigInt(value), 2);
  u32 = (value: number): number[] => this.#bytes(BigInt(value), 4);
  /** 8 bytes in ELFCLASS64, 4 in ELFCLASS32. */
  word = (value: bigint): number[] => this.#bytes(value, this.is64 ? 8 : 4);

  #bytes(value: bigint, length: number): number[] {
    const bytes = Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    return this.little ? bytes : bytes.reverse();
  }
}
