/** From bytes to an ElfFile: the ELF specification's structures in its own names, flaws named, nothing trusted. */
import type { ByteSource } from '../model/bytes.ts';
import { type ElfFile, hasDynamic, type ProgramHeader, type Section } from '../model/elf.ts';
import { fileOffset, vaddr } from '../model/units.ts';
import { decodeDynamic, hasTextRelocations, readDynamicEntries } from './dynamic.ts';
import { flawsOf } from './flaws.ts';
import { headerSize, programHeaderSize, type RawHeader, readHeader, sectionHeaderSize } from './header.ts';
import { fileTypeName, machineName, sectionFlagLetters, sectionTypeName, segmentTypeName } from './names.ts';
import { buildIdIn } from './notes.ts';
import { rebuildSections } from './rebuild.ts';
import { readSlots } from './slots.ts';
import { StringTable } from './strings.ts';
import { type RawProgramHeader, type RawSection, readTables } from './tables.ts';

/**
 * How much to read, each with all before it: 'headers', with section names and notes; what the 'layout' follows from, which
 * with musl is one entry of the dynamic table; what the 'dynamic' table tells; the slots.
 */
export type Depth = ElfFile['depth'];

const LONGEST_NOTES = 64 * 1024;
/** Linkers make a segment for each alignment of notes, hence two. */
const MOST_NOTE_SEGMENTS = 64;
const LONGEST_INTERPRETER = 4096;
/** Linkers put the section names right before the section headers; reading both at once saves a call. */
const NAMES_BEFORE_HEADERS = 2048;
const PT_INTERP = 3;
const PT_NOTE = 4;

/**
 * Reads what `depth` asks for.
 * @throws NotElf, MalformedElf where there is no usable ELF header; other faults become `flaws`.
 */
export function readElf(file: ByteSource, depth: Depth): ElfFile {
  const header = readHeader(file);
  const source = withTail(file, header);
  const { is64, little } = header;
  const tables = readTables(source, header);
  const flaws = [...tables.flaws];
  const segments = tables.programHeaders;
  const named = nameSections(source, header, tables.sections, flaws);
  const rebuilt = named.length === 0;
  const entries = depth === 'headers' && !rebuilt ? null : readDynamicEntries(source, segments, is64, little);
  const sections = rebuilt ? rebuildSections(segments, entries, is64) : named;
  flaws.push(...flawsOf(header, segments, tables.sections, named, file.size));
  return {
    class: is64 ? 64 : 32,
    byteOrder: little ? 'little' : 'big',
    type: fileTypeName(header.type),
    machine: machineName(header.machine),
    entry: vaddr(header.entry),
    header: {
      size: headerSize(is64),
      phoff: fileOffset(header.phoff),
      phsize: segments.length * programHeaderSize(is64),
      shoff: fileOffset(header.shoff),
      shsize: tables.sections.length * sectionHeaderSize(is64),
    },
    programHeaders: segments.map((segment, index) => programHeader(segment, index, header.machine)),
    sections,
    sectionsFrom: rebuilt ? 'rebuilt' : 'headers',
    fileSize: file.size,
    buildId: findBuildId(source, header, segments, named),
    interpreter: readInterpreter(source, segments),
    textRelocations: entries !== null && hasTextRelocations(entries),
    depth,
    dynamic: entries && hasDynamic(depth) ? decodeDynamic(source, segments, entries) : null,
    slots: entries && depth === 'full' ? readSlots(source, header, segments, entries) : null,
    flaws,
  };
}

/** Serves the section headers and the names before them from one read. */
function withTail(file: ByteSource, header: RawHeader): ByteSource {
  const size = header.shnum * sectionHeaderSize(header.is64);
  if (header.shoff === 0n || size === 0 || size > 64 * 1024) return file;
  const before = header.shoff < BigInt(NAMES_BEFORE_HEADERS) ? header.shoff : BigInt(NAMES_BEFORE_HEADERS);
  const start = header.shoff - before;
  let tail: Uint8Array | null = null;
  return {
    size: file.size,
    read(offset, length) {
      if (offset < start || offset + BigInt(length) > header.shoff + BigInt(size))
        return file.read(offset, length);
      tail ??= file.read(start, Number(before) + size).slice();
      return tail.subarray(Number(offset - start), Number(offset - start) + length);
    },
  };
}

function programHeader(raw: RawProgramHeader, index: number, machine: number): ProgramHeader {
  return {
    index,
    type: segmentTypeName(raw.type, machine),
    flags: { read: (raw.flags & 4) !== 0, write: (raw.flags & 2) !== 0, execute: (raw.flags & 1) !== 0 },
    offset: fileOffset(raw.offset),
    vaddr: vaddr(raw.vaddr),
    filesz: raw.filesz,
    memsz: raw.memsz,
    align: raw.align,
  };
}

/** Sections 1 and up; [] where the file has none. The null section 0 is left out. */
function nameSections(
  source: ByteSource,
  header: RawHeader,
  raw: readonly RawSection[],
  flaws: string[],
): Section[] {
  if (raw.length <= 1) return [];
  const table = raw[header.shstrndx];
  if (!table) flaws.push(`the section name table (section ${header.shstrndx}) does not exist`);
  const names = table ? StringTable.read(source, table.offset, table.size) : null;
  const sections: Section[] = [];
  for (let index = 1; index < raw.length; index++) {
    const section = raw[index]!;
    sections.push({
      index,
      name: names?.at(section.nameOffset) ?? '',
      type: sectionTypeName(section.type, header.machine),
      flags: sectionFlagLetters(section.flags, header.machine, header.bytes[7]!),
      vaddr: vaddr(section.vaddr),
      offset: fileOffset(section.offset),
      size: section.size,
      align: section.align,
      entsize: section.entsize,
      link: section.link,
      info: section.info,
    });
  }
  return sections;
}

function findBuildId(
  source: ByteSource,
  header: RawHeader,
  segments: readonly RawProgramHeader[],
  sections: readonly Section[],
): string | null {
  const idAt = (offset: bigint, size: bigint, align: bigint): string | null => {
    const bytes = source.read(offset, size < LONGEST_NOTES ? Number(size) : LONGEST_NOTES);
    return buildIdIn(bytes, header.is64, header.little, Number(align & 15n));
  };
  const notes = segments.filter(({ type }) => type === PT_NOTE).slice(0, MOST_NOTE_SEGMENTS);
  for (const { offset, filesz, align } of notes) {
    const id = idAt(offset, filesz, align);
    if (id) return id;
  }
  // Go's linker leaves it out of its PT_NOTE.
  const section = sections.find(({ name, type }) => name === '.note.gnu.build-id' && type === 'NOTE');
  return section ? idAt(section.offset, section.size, section.align) : null;
}

function readInterpreter(source: ByteSource, segments: readonly RawProgramHeader[]): string | null {
  const segment = segments.find(({ type }) => type === PT_INTERP);
  if (!segment) return null;
  const length = segment.filesz < LONGEST_INTERPRETER ? Number(segment.filesz) : LONGEST_INTERPRETER;
  return new StringTable(source.read(segment.offset, length).slice()).at(0);
}
