/**
 * The program headers and section headers, read by elfy.
 *
 * elfy wants the whole file in one Buffer, throws on files without section headers or with extended numbering,
 * rounds above 2^53, and does not know every type. So it is given a compact image that holds nothing but
 *
 *   [ELF header][program headers][section headers][header of an empty string table]
 *
 * with the offsets patched; fields that it rounds, misplaces (sh_addralign, sh_entsize) or names (types, flags)
 * are taken from the same bytes. Tables of more than 65,000 entries go to it in several images.
 */
import elfy from 'elfy';
import type { ByteSource } from '../model/bytes.ts';
import { headerSize, programHeaderSize, type RawHeader, sectionHeaderSize } from './header.ts';
import { Words } from './words.ts';

export interface RawProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

export interface RawSection {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly vaddr: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly align: bigint;
  readonly entsize: bigint;
  readonly link: number;
  readonly info: number;
}

export interface RawTables {
  readonly programHeaders: readonly RawProgramHeader[];
  readonly sections: readonly RawSection[];
  readonly flaws: readonly string[];
}

/** More entries than any real file has; the rest is left unread and named as a flaw. */
const MOST_ENTRIES = 200_000;
const IMAGE_ENTRIES = 65_000;
const SHT_STRTAB = 3;

/** Reads both tables. What lies past the end of the file is left out and named. */
export function readTables(source: ByteSource, header: RawHeader): RawTables {
  const flaws: string[] = [];
  const programs = readTable(
    source,
    'program header',
    header.phoff,
    header.phnum,
    programHeaderSize(header.is64),
    flaws,
  );
  const sections = readTable(
    source,
    'section header',
    header.shoff,
    header.shnum,
    sectionHeaderSize(header.is64),
    flaws,
  );
  const programHeaders: RawProgramHeader[] = [];
  const sectionHeaders: RawSection[] = [];
  const phsize = IMAGE_ENTRIES * programHeaderSize(header.is64);
  const shsize = IMAGE_ENTRIES * sectionHeaderSize(header.is64);
  for (let i = 0; i * phsize < programs.length || i * shsize < sections.length; i++)
    parseImage(
      header,
      programs.subarray(i * phsize, (i + 1) * phsize),
      sections.subarray(i * shsize, (i + 1) * shsize),
      programHeaders,
      sectionHeaders,
    );
  return { programHeaders, sections: sectionHeaders, flaws };
}

function readTable(
  source: ByteSource,
  what: string,
  offset: bigint,
  count: number,
  entrySize: number,
  flaws: string[],
): Uint8Array {
  if (count === 0) return new Uint8Array(0);
  if (offset === 0n) {
    flaws.push(`${count} ${what}s are declared, but no table`);
    return new Uint8Array(0);
  }
  const wanted = Math.min(count, MOST_ENTRIES);
  if (wanted < count) flaws.push(`${count} ${what}s are declared; the first ${wanted} are read`);
  const bytes = source.read(offset, wanted * entrySize).slice();
  const entries = Math.floor(bytes.length / entrySize);
  if (entries < wanted)
    flaws.push(`the ${what} table is cut: ${entries} of ${wanted} entries are in the file`);
  return bytes.subarray(0, entries * entrySize);
}

function parseImage(
  header: RawHeader,
  programs: Uint8Array,
  sections: Uint8Array,
  programHeaders: RawProgramHeader[],
  sectionHeaders: RawSection[],
): void {
  const { is64, little } = header;
  const image = compactImage(header, programs, sections);
  const words = new Words(image, is64, little);
  const { body } = new HeaderParser(words).execute(image);
  const exact = (value: number, at: number): bigint =>
    Number.isSafeInteger(value) ? BigInt(value) : words.word(at);

  let at = headerSize(is64);
  for (const program of body.programs) {
    programHeaders.push({
      type: words.u32(at),
      flags: words.u32(at + (is64 ? 4 : 24)),
      offset: exact(program.offset, at + (is64 ? 8 : 4)),
      vaddr: exact(program.vaddr, at + (is64 ? 16 : 8)),
      filesz: exact(program.filesz, at + (is64 ? 32 : 16)),
      memsz: exact(program.memsz, at + (is64 ? 40 : 20)),
      align: words.word(at + (is64 ? 48 : 28)),
    });
    at += programHeaderSize(is64);
  }
  for (const section of body.sections.slice(0, -1)) {
    sectionHeaders.push({
      nameOffset: words.u32(at),
      type: words.u32(at + 4),
      flags: Number(words.word(at + 8) & 0xffffffffn),
      vaddr: exact(section.addr, at + (is64 ? 16 : 12)),
      offset: exact(section.off, at + (is64 ? 24 : 16)),
      size: exact(section.size, at + (is64 ? 32 : 20)),
      align: words.word(at + (is64 ? 48 : 32)),
      entsize: words.word(at + (is64 ? 56 : 36)),
      link: section.link,
      info: section.info,
    });
    at += sectionHeaderSize(is64);
  }
}

/**
 * elfy's parser over one image, spared what costs most and nobody uses: a Buffer for each entry (here its position
 * serves), one for the contents of each segment and section, and the names of flags, of which it knows only some.
 */
class HeaderParser extends elfy.Parser {
  readonly #words: Words;

  constructor(words: Words) {
    super();
    this.#words = words;
  }

  override sliceChunks(_image: Buffer, offset: number, count: number, size: number): number[] {
    return Array.from({ length: count }, (_, i) => offset + i * size);
  }

  override readUInt32(entry: Buffer | number, at: number): number {
    return typeof entry === 'number' ? this.#words.u32(entry + at) : this.#words.u32(at);
  }

  override mapFlags(): object {
    return NO_FLAGS;
  }
}

const NO_FLAGS = {};
const NO_CONTENTS = Buffer.alloc(0);

/** Builds the image that elfy reads: real headers, patched offsets, and one empty string table to please it. */
function compactImage(header: RawHeader, programs: Uint8Array, sections: Uint8Array): Buffer {
  const { is64, little } = header;
  const size = headerSize(is64);
  const shsize = sectionHeaderSize(is64);
  const shoff = size + programs.length;
  const image = Buffer.alloc(shoff + sections.length + shsize);
  image.set(header.bytes, 0);
  image.set(programs, size);
  image.set(sections, shoff);
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const putWord = (at: number, value: number): void => {
    if (is64) view.setBigUint64(at, BigInt(value), little);
    else view.setUint32(at, value, little);
  };
  const count = sections.length / shsize;
  putWord(is64 ? 32 : 28, size);
  putWord(is64 ? 40 : 32, shoff);
  const tail = is64 ? 52 : 40;
  const fields = [
    size,
    programHeaderSize(is64),
    programs.length / programHeaderSize(is64),
    shsize,
    count + 1,
    count,
  ];
  fields.forEach((value, i) => {
    view.setUint16(tail + 2 * i, value, little);
  });
  view.setUint32(shoff + sections.length + 4, SHT_STRTAB, little);
  // elfy slices the image for the magic number, and for contents that are not in it.
  const magic = image.subarray(0, 4);
  image.slice = (_start, end) => (end === 4 ? magic : NO_CONTENTS);
  return image;
}
