/**
 * Writes small ELF files from a few words, so that each odd header is one line of a test:
 *
 *   [ELF header][program headers][section 0, if the program headers are too many][bytes of the segments …]
 *   [bytes of the sections …][.shstrtab][section headers]           where there are sections
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

export interface SectionToWrite {
  readonly name: string;
  /** 1: PROGBITS unless told. */
  readonly type?: number;
  readonly flags?: bigint;
  readonly vaddr?: bigint;
  /** Content; appended to the file unless `offset` says where it is already. */
  readonly bytes?: Uint8Array;
  readonly offset?: bigint;
  readonly size?: bigint;
  readonly align?: bigint;
  readonly entsize?: bigint;
  readonly link?: number;
  readonly info?: number;
}

/** Fields of the ELF header that are to say something else than what is true. */
export type HeaderLie = 'phoff' | 'shoff' | 'phentsize' | 'phnum' | 'shentsize' | 'shnum' | 'shstrndx';

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
  /** Behind the null section; .shstrtab is added as the last. */
  readonly sections?: readonly SectionToWrite[];
  /** Counts of sections and the index of their names go to section 0, as if they did not fit the header. */
  readonly extendedSections?: boolean;
  readonly lies?: Readonly<Partial<Record<HeaderLie, number>>>;
}

const PN_XNUM = 0xffff;
const PT_NOTE = 4;

/** The file's bytes. A PT_LOAD without any size covers the whole file. */
export function writeElf(wanted: ElfToWrite): Uint8Array {
  const order = new ByteOrder(wanted.class !== 32, wanted.byteOrder !== 'big');
  const body = writeSegments(wanted);
  const whole = wanted.sections
    ? appendSections(order, body, wanted.sections, wanted.extendedSections)
    : body;
  const fields = headerFields(order);
  for (const [name, value] of Object.entries(wanted.lies ?? {})) {
    const field = fields[name as HeaderLie];
    whole.set(field.wide ? order.word(BigInt(value)) : order.half(value), field.at);
  }
  return whole;
}

/** Where the header's fields are, by class; the wide ones are address-sized. */
function headerFields({ is64 }: ByteOrder): Record<HeaderLie, { at: number; wide: boolean }> {
  const half = is64 ? 54 : 42;
  return {
    phoff: { at: is64 ? 32 : 28, wide: true },
    shoff: { at: is64 ? 40 : 32, wide: true },
    phentsize: { at: half, wide: false },
    phnum: { at: half + 2, wide: false },
    shentsize: { at: half + 4, wide: false },
    shnum: { at: half + 6, wide: false },
    shstrndx: { at: half + 8, wide: false },
  };
}

function appendSections(
  order: ByteOrder,
  body: Uint8Array,
  wanted: readonly SectionToWrite[],
  extended = false,
): Uint8Array {
  const chunks: Uint8Array[] = [body];
  let end = body.length;
  const append = (bytes: Uint8Array): bigint => {
    chunks.push(bytes);
    end += bytes.length;
    return BigInt(end - bytes.length);
  };
  const names = ['', ...wanted.map(({ name }) => name), '.shstrtab'];
  let length = 0;
  const nameAt = names.map(name => {
    length += name.length + 1;
    return length - name.length - 1;
  });
  const placed = wanted.map(section => ({
    ...section,
    offset: section.offset ?? append(section.bytes ?? new Uint8Array(0)),
  }));
  const strings = Buffer.from(names.map(name => `${name}\0`).join(''), 'latin1');
  const all = [...placed, { name: '.shstrtab', type: 3, bytes: strings, offset: append(strings) }];
  const count = all.length + 1;
  const header = (name: number, section: Omit<SectionToWrite, 'name'>): number[] => {
    const { type = 1, flags = 0n, vaddr = 0n, offset = 0n, bytes, link = 0, info = 0 } = section;
    const size = section.size ?? BigInt(bytes?.length ?? 0);
    return [
      ...[...order.u32(name), ...order.u32(type)],
      ...[flags, vaddr, offset, size].flatMap(order.word),
      ...[...order.u32(link), ...order.u32(info)],
      ...[section.align ?? 1n, section.entsize ?? 0n].flatMap(order.word),
    ];
  };
  const zero = extended ? { size: BigInt(count), link: count - 1 } : {};
  const shoff = append(
    new Uint8Array([
      ...header(0, { type: 0, align: 0n, ...zero }),
      ...all.flatMap((section, i) => header(nameAt[i + 1]!, section)),
    ]),
  );
  const file = Buffer.concat(chunks);
  const fields = headerFields(order);
  file.set(order.word(shoff), fields.shoff.at);
  file.set(order.half(extended ? 0 : count), fields.shnum.at);
  file.set(order.half(extended ? 0xffff : count - 1), fields.shstrndx.at);
  return file;
}

function writeSegments(wanted: ElfToWrite): Uint8Array {
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
