/**
 * A core file (core(5); kernel fs/binfmt_elf.c elf_core_dump, gdb gcore.c): an ELF file of type CORE with
 *
 *   PT_NOTE   what the kernel knew of the process: registers, auxiliary vector, names of mapped files
 *   PT_LOAD   one for each VMA: p_memsz its size, p_filesz as much of its content as was dumped
 *
 * Its size is the process's, so nothing is read here but the headers and the notes.
 */
import type { ByteSource } from '../model/bytes.ts';
import type { ProgramHeader, SegmentFlags } from '../model/elf.ts';
import { type Address, address, ascending, type FileOffset, type Range, SPACE_END } from '../model/units.ts';
import { type CoreNotes, readCoreNotes } from './core-notes.ts';
import { firstOf } from './flaws.ts';
import { type RawHeader, readHeader } from './header.ts';
import { machineName } from './names.ts';
import { readProgramHeaders } from './tables.ts';

/** Readable as an ELF file, but not the core of a process. */
export class NotCore extends Error {}

export interface CoreFile {
  readonly class: 32 | 64;
  readonly byteOrder: 'little' | 'big';
  /** As ElfFile.machine. */
  readonly machine: string;
  /** In address order, without overlap. */
  readonly segments: readonly CoreSegment[];
  readonly notes: CoreNotes;
  /** Written by gdb's gcore rather than by the kernel. */
  readonly byGdb: boolean;
  /** Header values that cannot be true, in plain words. */
  readonly flaws: readonly string[];
}

/** A PT_LOAD. */
export interface CoreSegment extends Range {
  readonly flags: SegmentFlags;
  /** Where in the core file its content begins. */
  readonly offset: FileOffset;
  /** Bytes of content, from `start` on. */
  readonly dumped: bigint;
}

export const ET_CORE = 4;
/** Notes hold all registers of every thread, some 16 KiB each. */
const MOST_NOTES = 64 << 20;

/**
 * Reads headers and notes.
 * @throws NotElf, MalformedElf without a usable ELF header, NotCore where it is another kind of ELF file.
 */
export function readCore(source: ByteSource): CoreFile {
  const header = readHeader(source);
  if (header.type !== ET_CORE) throw new NotCore('its ELF type is not CORE');
  const flaws: string[] = [];
  const headers = readProgramHeaders(source, header, flaws);
  const notes = readCoreNotes(noteBytes(source, headers, flaws), header);
  if (notes.ofKernel) throw new NotCore('it is a dump of the kernel, not of a process');
  const segments = coreSegments(headers, flaws);
  if (segments.length === 0) throw new NotCore('it holds no mappings (no PT_LOAD)');
  const last = segments.reduce((a, b) => (b.offset + b.dumped > a.offset + a.dumped ? b : a));
  if (source.size !== null && last.offset + last.dumped > BigInt(source.size))
    flaws.push(`it is cut: ${source.size} of ${last.offset + last.dumped} bytes are there`);
  return {
    ...facts(header),
    segments,
    notes,
    // What gdb's bfd writes: its own note, and segments that are aligned to a single byte.
    byGdb: notes.byGdb || headers.every(({ align }) => align === 1n),
    flaws: firstOf(flaws),
  };
}

const facts = (header: RawHeader): Pick<CoreFile, 'class' | 'byteOrder' | 'machine'> => ({
  class: header.is64 ? 64 : 32,
  byteOrder: header.little ? 'little' : 'big',
  machine: machineName(header.machine),
});

function noteBytes(source: ByteSource, headers: readonly ProgramHeader[], flaws: string[]): Uint8Array[] {
  let room = MOST_NOTES;
  return headers
    .filter(({ type, filesz }) => type === 'NOTE' && filesz > 0n)
    .map(({ offset, filesz }) => {
      const length = filesz > BigInt(room) ? room : Number(filesz);
      if (BigInt(length) < filesz) flaws.push(`its notes have ${filesz} bytes; ${length} of them are read`);
      room -= length;
      return source.read(offset, length);
    });
}

function coreSegments(headers: readonly ProgramHeader[], flaws: string[]): CoreSegment[] {
  const segments: CoreSegment[] = [];
  const loads = headers.filter(({ type, memsz }) => type === 'LOAD' && memsz > 0n);
  for (const load of loads.sort((a, b) => ascending(a.vaddr, b.vaddr))) {
    const start = address(load.vaddr);
    const end = (load.vaddr + load.memsz) as Address;
    if (end > SPACE_END || start < (segments.at(-1)?.end ?? 0n)) {
      const what = end > SPACE_END ? 'ends past the address space' : 'overlaps another';
      flaws.push(`the segment at ${start.toString(16)} ${what} and is left out`);
      continue;
    }
    segments.push({
      start,
      end,
      flags: load.flags,
      offset: load.offset,
      dumped: load.filesz < load.memsz ? load.filesz : load.memsz,
    });
  }
  return segments;
}
