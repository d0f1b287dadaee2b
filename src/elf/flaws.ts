/**
 * Header values that lie, in plain words. None of them stops the reading: whatever can be read is, within bounds, and the
 * report's notes name what cannot be true. Of many flaws of one kind, the first few are named.
 */
import type { ProgramHeader, Section } from '../model/elf.ts';
import { MOST_PAIRS } from '../model/section-to-segment.ts';
import { SPACE_END } from '../model/units.ts';
import { headerSize, type RawHeader, sectionHeaderSize } from './header.ts';
import { linkOf } from './sections.ts';
import type { RawTable } from './tables.ts';

const MOST_FLAWS = 20;

/** Adds what is wrong with the header, the segments and the sections. */
export function addFlaws(
  flaws: string[],
  header: RawHeader,
  segments: readonly ProgramHeader[],
  table: RawTable,
  sections: readonly Section[],
  fileSize: number | null,
): void {
  addHeaderFlaws(flaws, header);
  addFirst(flaws, add => findSegmentFlaws(segments, fileSize, add));
  addFirst(flaws, add => findOrderFlaws(segments, add));
  addFirst(flaws, add => findSectionFlaws(sections, fileSize, add));
  addFirst(flaws, add => findLinkFlaws(table, add));
  addCountFlaws(flaws, segments.length, sections.length);
}

/** Takes one flaw; false where no more of its kind are wanted. */
type Add = (flaw: string) => boolean;

const MORE = 'there are more flaws of this kind';

/** Adds the first few flaws that `find` finds, and that there are more. */
function addFirst(flaws: string[], find: (add: Add) => void): void {
  let left = MOST_FLAWS;
  find(flaw => {
    flaws.push(left > 0 ? flaw : MORE);
    return left-- > 0;
  });
}

/** The first few of them, and that there are more. */
export const firstOf = (flaws: readonly string[]): readonly string[] =>
  flaws.length <= MOST_FLAWS ? flaws : [...flaws.slice(0, MOST_FLAWS), MORE];

function addHeaderFlaws(flaws: string[], { is64, phoff, phnum, shoff, shentsize }: RawHeader): void {
  const inside = (offset: bigint): boolean => offset > 0n && offset < BigInt(headerSize(is64));
  if (phnum > 0 && inside(phoff))
    flaws.push(`the program header table lies inside the ELF header (offset ${phoff})`);
  if (inside(shoff)) flaws.push(`the section header table lies inside the ELF header (offset ${shoff})`);
  if (shoff !== 0n && shentsize !== sectionHeaderSize(is64))
    flaws.push(
      `e_shentsize is ${shentsize}, not ${sectionHeaderSize(is64)}: the section headers are not read`,
    );
}

function addCountFlaws(flaws: string[], segments: number, sections: number): void {
  if (segments * sections > MOST_PAIRS)
    flaws.push(
      `it has ${segments} program headers and ${sections} sections: which the last segments hold is not listed`,
    );
}

function findSegmentFlaws(segments: readonly ProgramHeader[], fileSize: number | null, add: Add): void {
  const end = fileSize === null ? null : BigInt(fileSize);
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    const { type, offset, vaddr, filesz, memsz, align } = segment;
    if (type === 'NULL') continue;
    if (end !== null && filesz > 0n && offset + filesz > end)
      if (!add(`${nameOf(segment)} reaches past the end of the file`)) return;
    if (vaddr + memsz > SPACE_END) if (!add(`${nameOf(segment)} ends past the address space`)) return;
    if (align > 1n && (align & (align - 1n)) !== 0n)
      if (!add(`${nameOf(segment)} is aligned to ${align}, which is no power of two`)) return;
    if (type === 'LOAD' && filesz > memsz)
      if (!add(`${nameOf(segment)} has more bytes in the file than in memory`)) return;
  }
}

function findOrderFlaws(segments: readonly ProgramHeader[], add: Add): void {
  let previous: ProgramHeader | null = null;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment.type !== 'LOAD') continue;
    if (previous && segment.vaddr < previous.vaddr + previous.memsz) {
      const isBefore = segment.vaddr < previous.vaddr;
      const what = isBefore ? 'is not in address order' : 'overlaps the LOAD before it';
      if (!add(`${nameOf(segment)} ${what}`)) return;
    }
    previous = segment;
  }
}

const nameOf = ({ type, index }: ProgramHeader): string =>
  `program header ${index}${type === 'LOAD' ? ' (LOAD)' : ''}`;

/** Sums of what is larger are not exact as numbers. */
const EXACT = Number.MAX_SAFE_INTEGER / 2;

function findSectionFlaws(sections: readonly Section[], fileSize: number | null, add: Add): void {
  for (let i = 0; i < sections.length; i++) {
    const { index, type, vaddr, offset, size } = sections[i]!;
    const place = Number(vaddr);
    const extent = Number(size);
    if ((place > EXACT || extent > EXACT) && vaddr + size > SPACE_END) {
      if (!add(`section ${index} ends past the address space`)) return;
    } else if (fileSize !== null && Number(offset) + extent > fileSize) {
      const inFile = type !== 'NOBITS' && type !== 'NULL' && extent > 0;
      if (inFile && !add(`section ${index} reaches past the end of the file`)) return;
    }
  }
}

/** sh_link leads to another section, from there to another, and never back. Each section is visited once. */
function findLinkFlaws(table: RawTable, add: Add): void {
  const { count } = table;
  const walkOf = new Int32Array(count);
  for (let i = 1; i < count; i++) {
    let at = i;
    while (at !== 0 && walkOf[at] === 0) {
      walkOf[at] = i;
      const link = linkOf(table, at);
      if (link >= count) {
        if (!add(`section ${at} is linked to section ${link}, which does not exist`)) return;
        break;
      }
      at = link;
      if (at !== 0 && walkOf[at] === i && !add(`the links of section ${at} lead back to it`)) return;
    }
  }
}
