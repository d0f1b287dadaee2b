import type { FileOffset, Vaddr } from './units.ts';

/** An ELF file as its headers describe it, in the terms of the ELF specification (gABI). */
export interface ElfFile {
  readonly class: 32 | 64;
  readonly byteOrder: 'little' | 'big';
  /** REL, EXEC, DYN, CORE, or the number where it has no name. */
  readonly type: string;
  /** "x86-64", "aarch64", …, or "machine N". */
  readonly machine: string;
  readonly entry: Vaddr;
  readonly header: ElfHeader;
  readonly programHeaders: readonly ProgramHeader[];
  readonly sections: readonly Section[];
  /** 'headers', or 'rebuilt' from segments and the dynamic table where the file has no section headers. */
  readonly sectionsFrom: 'headers' | 'rebuilt';
  /** Size of the file in bytes; null where only its headers are known. */
  readonly fileSize: number | null;
  /** Lower-case hexadecimal NT_GNU_BUILD_ID. */
  readonly buildId: string | null;
  /** PT_INTERP. */
  readonly interpreter: string | null;
  /** DT_TEXTREL or DF_TEXTREL, on which musl's layout depends. Of 'headers' not known, and false. */
  readonly textRelocations: boolean;
  /** What was asked for: up to 'layout' the dynamic table is null, up to 'dynamic' the slots are. */
  readonly depth: 'headers' | 'layout' | 'dynamic' | 'full';
  /** null: no dynamic table (static), or one that cannot be read (then named in `flaws`). */
  readonly dynamic: DynamicTable | null;
  /** Slots that dynamic relocations fill; null where they were not asked for or could not be read. */
  readonly slots: readonly Slot[] | null;
  /** Header values that cannot be true, in plain words. */
  readonly flaws: readonly string[];
}

/** Position and extent of the tables, needed to say where they lie in memory. Sizes in bytes. */
export interface ElfHeader {
  readonly size: number;
  readonly phoff: FileOffset;
  readonly phsize: number;
  readonly shoff: FileOffset;
  readonly shsize: number;
}

export interface ProgramHeader {
  readonly index: number;
  /** PT_ name without prefix: LOAD, DYNAMIC, GNU_RELRO, …; a number in hexadecimal where it has none. */
  readonly type: string;
  /** p_flags' lowest bits. */
  readonly flags: SegmentFlags;
  readonly offset: FileOffset;
  readonly vaddr: Vaddr;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

export interface SegmentFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

export interface Section {
  readonly index: number;
  readonly name: string;
  /** SHT_ name without prefix, or a number in hexadecimal. */
  readonly type: string;
  /** As readelf -SW prints them: W A X M S I L O G T C …, in that order. */
  readonly flags: string;
  readonly vaddr: Vaddr;
  readonly offset: FileOffset;
  readonly size: bigint;
}

export interface DynamicTable {
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** DT_BIND_NOW, DF_BIND_NOW in DT_FLAGS or DF_1_NOW in DT_FLAGS_1. */
  readonly bindNow: boolean;
  /** DF_1_PIE. */
  readonly pie: boolean;
  /** DT_DEBUG, which linkers put into executables only. */
  readonly debug: boolean;
}

/** A pointer-sized place of the GOT that the loader writes. */
export interface Slot {
  readonly vaddr: Vaddr;
}

/** Was the dynamic table asked for? */
export const hasDynamic = (depth: ElfFile['depth']): boolean => depth === 'dynamic' || depth === 'full';

/** The section of a section-table index. Section 0 is left out of `sections`, and no other. */
export const sectionAt = (elf: ElfFile, index: number): Section | undefined => elf.sections[index - 1];

/** Does the section take addresses of its own? SHF_ALLOC, not empty, and not a TLS NOBITS template. */
export function occupiesMemory(section: Section): boolean {
  return section.flags.includes('A') && section.size > 0n && !isTlsNobits(section);
}

/** .tbss and its like: laid out in each thread's block, at no address of the image. */
export function isTlsNobits(section: Section): boolean {
  return section.type === 'NOBITS' && section.flags.includes('T');
}

/** PT_GNU_RELRO; loaders heed the last one. */
export const relroHeader = (elf: ElfFile): ProgramHeader | undefined =>
  elf.programHeaders.findLast(({ type }) => type === 'GNU_RELRO');

/** Does it run without a dynamic loader? Then it binds nothing lazily and relocates itself. */
export function isStaticProgram({ type, interpreter, dynamic }: ElfFile): boolean {
  if (interpreter !== null) return false;
  return type === 'EXEC' ? !dynamic?.needed.length : dynamic?.pie === true && dynamic.soname === null;
}

/** Was it linked with glibc's start code (csu/abi-note.S)? */
export const hasGlibcStart = ({ sections }: ElfFile): boolean =>
  sections.some(({ name }) => name === '.note.ABI-tag');

/** Why a file that has all sections of an image but none of its code is none (objcopy(1) --only-keep-debug, eu-strip(1) -f). */
export const DEBUG_FILE =
  'it is a separate debug file, without the content of its sections: the file that was stripped is wanted';

/** Is it one? Sections with code have no bytes in it (SHT_NOBITS). */
export function isDebugFile({ sections }: ElfFile): boolean {
  const code = sections.filter(({ flags }) => flags.includes('A') && flags.includes('X'));
  return code.length > 0 && code.every(({ type }) => type === 'NOBITS');
}

/**
 * Is the file to be started by the kernel, rather than to be loaded as a library? Its own headers' word. An interpreter
 * alone does not make a program: libc.so.6 has one too, and a name for others to need it by.
 */
export function isProgram(elf: ElfFile): boolean {
  return (
    elf.type === 'EXEC' ||
    (elf.interpreter !== null && !elf.dynamic?.soname) ||
    elf.dynamic?.pie === true ||
    elf.dynamic?.debug === true
  );
}
