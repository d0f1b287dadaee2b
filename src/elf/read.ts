/** From bytes to an ElfFile: the ELF specification's structures in its own names, flaws named, nothing trusted. */
import type { ByteSource } from '../model/bytes.ts';
import { type ElfFile, hasDynamic, type ProgramHeader, type Section } from '../model/elf.ts';
import { fileOffset, vaddr } from '../model/units.ts';
import { decodeDynamic, hasTextRelocations, readDynamicEntries } from './dynamic.ts';
import { addFlaws } from './flaws.ts';
import { headerSize, programHeaderSize, type RawHeader, readHeader, sectionHeaderSize } from './header.ts';
import { fileTypeName, machineName } from './names.ts';
import { buildIdIn, notesIn } from './notes.ts';
import { type PlacedNote, rebuildSections } from './rebuild.ts';
import { alignmentOf, decodeSections } from './sections.ts';
import { readSlots } from './slots.ts';
import { StringTable } from './strings.ts';
import { type RawTable, readProgramHeaders, readSectionHeaders } from './tables.ts';

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

/**
 * Reads what `depth` asks for; `part`: an image in memory has no section headers.
 * @throws NotElf, MalformedElf where there is no usable ELF header; other faults become `flaws`.
 */
export function readElf(file: ByteSource, depth: Depth, part: 'file' | 'segments' = 'file'): ElfFile {
  const known = readHeader(file);
  const header = part === 'file' ? known : { ...known, shoff: 0n, shnum: 0 };
  const source = withTail(file, header);
  const { is64, little } = header;
  const flaws: string[] = [];
  const segments = readProgramHeaders(source, header, flaws);
  const table = readSectionHeaders(source, header, flaws);
  const named = decodeSections(source, header, table, flaws);
  const rebuilt = named.length === 0;
  const entries =
    depth === 'headers' && !rebuilt ? null : readDynamicEntries(source, segments, header, flaws);
  const sections = rebuilt ? rebuildSections(segments, entries, notesOf(source, header, segments)) : named;
  addFlaws(flaws, header, segments, table, named, file.size);
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
      shsize: table.count * sectionHeaderSize(is64),
    },
    programHeaders: segments,
    sections,
    sectionsFrom: rebuilt ? 'rebuilt' : 'headers',
    fileSize: file.size,
    buildId: findBuildId(source, header, segments, named, table),
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
  // Offsets of a file that is there are exact as numbers.
  const shoff = Number(header.shoff);
  if (shoff === 0 || size === 0 || size > 64 * 1024 || shoff >= (file.size ?? 0)) return file;
  const start = Math.max(0, shoff - NAMES_BEFORE_HEADERS);
  let tail: Uint8Array | null = null;
  return {
    size: file.size,
    read(offset, length) {
      const at = Number(offset) - start;
      if (at < 0 || at + length > shoff - start + size) return file.read(offset, length);
      tail ??= file.read(BigInt(start), shoff - start + size);
      return tail.subarray(at, at + length);
    },
  };
}

/** The notes of PT_NOTE segments, with their link-time addresses. */
function* notesOf(
  source: ByteSource,
  { is64, little }: RawHeader,
  segments: readonly ProgramHeader[],
): Generator<PlacedNote> {
  for (const { offset, vaddr: at, filesz, align } of noteSegments(segments)) {
    const bytes = readNotes(source, offset, filesz);
    for (const note of notesIn(bytes, is64, little, Number(align & 15n)))
      yield { ...note, vaddr: at + BigInt(note.start) };
  }
}

const noteSegments = (segments: readonly ProgramHeader[]): ProgramHeader[] =>
  segments.filter(({ type }) => type === 'NOTE').slice(0, MOST_NOTE_SEGMENTS);

const readNotes = (source: ByteSource, offset: bigint, size: bigint): Uint8Array =>
  source.read(offset, size < LONGEST_NOTES ? Number(size) : LONGEST_NOTES);

function findBuildId(
  source: ByteSource,
  header: RawHeader,
  segments: readonly ProgramHeader[],
  sections: readonly Section[],
  table: RawTable,
): string | null {
  const { is64, little } = header;
  for (const { offset, filesz, align } of noteSegments(segments)) {
    const id = buildIdIn(readNotes(source, offset, filesz), is64, little, Number(align & 15n));
    if (id !== null) return id;
  }
  // Go's linker leaves it out of its PT_NOTE.
  const section = sections.find(({ name, type }) => name === '.note.gnu.build-id' && type === 'NOTE');
  if (!section) return null;
  const bytes = readNotes(source, section.offset, section.size);
  const align = Number(alignmentOf(table, section.index) & 15n);
  return buildIdIn(bytes, is64, little, align);
}

function readInterpreter(source: ByteSource, segments: readonly ProgramHeader[]): string | null {
  const segment = segments.find(({ type }) => type === 'INTERP');
  if (!segment) return null;
  const length = segment.filesz < LONGEST_INTERPRETER ? Number(segment.filesz) : LONGEST_INTERPRETER;
  return new StringTable(source.read(segment.offset, length)).at(0);
}
