/**
 * Program headers from words, and predicted mappings as words, so that a rule of the layout is a line or two of test:
 *
 *   LOAD rw- 3e00+210/500 @2e00      type, flags, vaddr+filesz/memsz, file offset (that of vaddr unless told)
 *   3000-4000 rw- @2000 relro        start-end, protection, file offset (none: anonymous), what it is besides
 *
 * All numbers are hexadecimal.
 */
import { type LayoutRules, predictLayout } from '../../src/correlate/layout.ts';
import type { ElfFile, ProgramHeader, Section } from '../../src/model/elf.ts';
import type { Piece } from '../../src/model/module.ts';
import { fileOffset, type LoadBias, vaddr } from '../../src/model/units.ts';

const hex = (digits: string): bigint => BigInt(`0x${digits}`);

const SEGMENT = /^(\w+) ([r-][w-][x-]) ([0-9a-f]+)\+([0-9a-f]+)(?:\/([0-9a-f]+))?(?: @([0-9a-f]+))?$/;

export function segment(words: string, index: number): ProgramHeader {
  const match = SEGMENT.exec(words);
  if (!match) throw new Error(`no program header: ${words}`);
  const [, type, flags, at, filesz, memsz, offset] = match;
  return {
    index,
    type: type!,
    flags: { read: flags![0] === 'r', write: flags![1] === 'w', execute: flags![2] === 'x' },
    offset: fileOffset(hex(offset ?? at!)),
    vaddr: vaddr(hex(at!)),
    filesz: hex(filesz!),
    memsz: hex(memsz ?? filesz!),
    align: 0x1000n,
  };
}

const SECTION = /^(\S+) (\w*) ([0-9a-f]+)\+([0-9a-f]+)(?: @([0-9a-f]+|none))?$/;

/** `.text AX 1000+200 @1000`: name, flags, vaddr+size, file offset (that of vaddr unless told, none: NOBITS). */
export function section(words: string, i: number): Section {
  const match = SECTION.exec(words);
  if (!match) throw new Error(`no section: ${words}`);
  const [, name, flags, at, size, offset = at] = match;
  return {
    index: i + 1,
    name: name!,
    type: offset === 'none' ? 'NOBITS' : 'PROGBITS',
    flags: flags!,
    vaddr: vaddr(hex(at!)),
    offset: fileOffset(offset === 'none' ? 0n : hex(offset!)),
    size: hex(size!),
  };
}

/** A 64-bit file of these program headers and sections; the rest is as empty as can be. */
export function elfOf(
  segments: readonly string[],
  sections: readonly string[] = [],
  rest: Partial<ElfFile> = {},
): ElfFile {
  return {
    class: 64,
    byteOrder: 'little',
    type: 'DYN',
    machine: 'x86-64',
    entry: vaddr(0n),
    header: { size: 64, phoff: fileOffset(64n), phsize: 0, shoff: fileOffset(0n), shsize: 0 },
    programHeaders: segments.map(segment),
    sections: sections.map(section),
    sectionsFrom: 'headers',
    fileSize: null,
    buildId: null,
    interpreter: null,
    textRelocations: false,
    depth: 'full',
    dynamic: null,
    slots: null,
    flaws: [],
    ...rest,
  };
}

export const RULES: LayoutRules = {
  loader: 'kernel',
  pageSize: 4096,
  relro: true,
  relroRoundsUp: false,
  readImpliesExec: false,
};

export interface Prediction {
  readonly rules?: Partial<LayoutRules>;
  readonly elf?: Partial<ElfFile>;
  readonly bias?: bigint;
}

/** The predicted mappings of an image as words. */
export function layout(segments: readonly string[], { rules, elf, bias = 0n }: Prediction = {}): string[] {
  const file = elfOf(segments, [], elf);
  return predictLayout(file, bias as LoadBias, { ...RULES, ...rules }).map(showPiece);
}

export function showPiece({ start, end, protection, offset, contents }: Piece): string {
  const besides = [
    contents.every(({ role }) => role === 'reservation') ? ' hole' : '',
    contents.some(({ relro }) => relro) ? ' relro' : '',
  ];
  const file = offset === null ? '' : ` @${offset.toString(16)}`;
  return `${start.toString(16)}-${end.toString(16)} ${protection}${file}${besides.join('')}`;
}
