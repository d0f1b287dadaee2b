/**
 * The program headers and section headers, as they lie in the file.
 *
 * Program headers are read by elfy. It wants the whole file in one Buffer, rounds above 2^53, and does not know every type,
 * so its parser of the table alone is used, over the table's own bytes, with a reader of words that does not round; what it
 * names (type, flags) is taken from the same bytes. Of section headers it would give four fields of six, at half of what a
 * file costs: they are read without it (sections.ts).
 */
import elfy from 'elfy';
import type { ByteSource } from '../model/bytes.ts';
import type { ProgramHeader, SegmentFlags } from '../model/elf.ts';
import type { FileOffset, Vaddr } from '../model/units.ts';
import { programHeaderSize, type RawHeader, sectionHeaderSize } from './header.ts';
import { segmentTypeName } from './names.ts';
import { Words } from './words.ts';

/** A table's entries that are in the file. */
export interface RawTable {
  readonly count: number;
  readonly words: Words;
}

/** More entries than any real file has; the rest is left unread and named as a flaw. */
const MOST_ENTRIES = 200_000;

/** Reads the program headers. What lies past the end of the file is left out and named in `flaws`. */
export function readProgramHeaders(source: ByteSource, header: RawHeader, flaws: string[]): ProgramHeader[] {
  const { is64, machine, phoff, phnum } = header;
  const size = programHeaderSize(is64);
  const { count, words } = readTable(source, header, 'program header', phoff, phnum, size, flaws);
  const programs = new ProgramHeaderParser(words).parse(count, size);
  return programs.map(({ offset, vaddr, filesz, memsz, align }, index) => {
    const at = index * size;
    return {
      index,
      type: segmentTypeName(words.u32(at), machine),
      flags: SEGMENT_FLAGS[words.u32(at + (is64 ? 4 : 24)) & 7]!,
      offset: offset as FileOffset,
      vaddr: vaddr as Vaddr,
      filesz,
      memsz,
      align,
    };
  });
}

/** PF_X, PF_W, PF_R: every combination once. */
const SEGMENT_FLAGS: readonly SegmentFlags[] = Array.from({ length: 8 }, (_, flags) => ({
  read: (flags & 4) !== 0,
  write: (flags & 2) !== 0,
  execute: (flags & 1) !== 0,
}));

/** Reads the section headers, section 0 among them, to be decoded one by one. */
export function readSectionHeaders(source: ByteSource, header: RawHeader, flaws: string[]): RawTable {
  const { is64, shoff, shnum } = header;
  return readTable(source, header, 'section header', shoff, shnum, sectionHeaderSize(is64), flaws);
}

function readTable(
  source: ByteSource,
  { is64, little }: RawHeader,
  what: string,
  offset: bigint,
  declared: number,
  entrySize: number,
  flaws: string[],
): RawTable {
  const wanted = offset === 0n ? 0 : Math.min(declared, MOST_ENTRIES);
  if (wanted === 0) {
    if (declared > 0) flaws.push(`${declared} ${what}s are declared, but no table`);
    return { count: 0, words: new Words(NO_BYTES, is64, little) };
  }
  if (wanted < declared) flaws.push(`${declared} ${what}s are declared; the first ${wanted} are read`);
  const bytes = source.read(offset, wanted * entrySize);
  const count = Math.floor(bytes.length / entrySize);
  if (count < wanted) flaws.push(`the ${what} table is cut: ${count} of ${wanted} entries are in the file`);
  return { count, words: new Words(bytes, is64, little) };
}

const NO_BYTES = new Uint8Array(0);

/**
 * elfy's parser over one table, with readers of its own for the words that it asks for. It is spared what costs most and nobody
 * uses: a Buffer for each entry (here its position serves), one for the contents of each segment, and the names of flags, of
 * which it knows only some.
 */
class ProgramHeaderParser extends elfy.Parser {
  readonly #words: Words;

  constructor(words: Words) {
    super();
    this.#words = words;
  }

  parse(count: number, size: number): ReturnType<ProgramHeaderParser['parsePrograms']> {
    // It takes offset 0 for no table.
    const header = {
      class: this.#words.is64 ? '64' : '32',
      phoff: 1,
      phnum: count,
      phentsize: size,
    } as const;
    return this.parsePrograms(NO_CONTENTS, header);
  }

  override sliceChunks(_image: Buffer, _offset: number, count: number, size: number): number[] {
    const positions = new Array<number>(count);
    for (let i = 0; i < count; i++) positions[i] = i * size;
    return positions;
  }

  /** With 64 bits these are but the type and the flags. */
  override readUInt32(entry: number, at: number): bigint | number {
    const word = this.#words.u32(entry + at);
    return this.#words.is64 ? word : BigInt(word);
  }

  override readUInt64(entry: number, at: number): bigint {
    return this.#words.u64(entry + at);
  }

  override mapFlags(): object {
    return NO_FLAGS;
  }
}

const NO_FLAGS = {};
const NO_CONTENTS = Buffer.alloc(0);
NO_CONTENTS.slice = () => NO_CONTENTS;
