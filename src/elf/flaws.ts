/**
 * Header values that lie, in plain words. None of them stops the reading: whatever can be read is, within bounds, and the
 * report's notes name what cannot be true. Of many flaws of one kind, the first few are named.
 */
import type { Section } from '../model/elf.ts';
import { MOST_PAIRS } from '../model/section-to-segment.ts';
import { SPACE_END } from '../model/units.ts';
import { headerSize, type RawHeader, sectionHeaderSize } from './header.ts';
import type { RawProgramHeader, RawSection } from './tables.ts';

const MOST_FLAWS = 20;
const PT_NULL = 0;
const PT_LOAD = 1;

/** What is wrong with the header, the segments and the sections. */
export function flawsOf(
  header: RawHeader,
  segments: readonly RawProgramHeader[],
  raw: readonly RawSection[],
  sections: readonly Section[],
  fileSize: number | null,
): string[] {
  return [
    ...headerFlaws(header),
    ...firstOf(segmentFlaws(segments, fileSize)),
    ...firstOf(orderFlaws(segments)),
    ...firstOf(sectionFlaws(sections, fileSize)),
    ...firstOf(linkFlaws(raw)),
    ...countFlaws(segments.length, sections.length),
  ];
}

/** The first few of them. */
export function firstOf(flaws: Iterable<string>): string[] {
  const kept: string[] = [];
  for (const flaw of flaws) {
    if (kept.length === MOST_FLAWS) return [...kept, 'there are more flaws of this kind'];
    kept.push(flaw);
  }
  return kept;
}

function headerFlaws({ is64, phoff, phnum, shoff, shentsize }: RawHeader): string[] {
  const flaws: string[] = [];
  const inside = (offset: bigint): boolean => offset > 0n && offset < BigInt(headerSize(is64));
  if (phnum > 0 && inside(phoff))
    flaws.push(`the program header table lies inside the ELF header (offset ${phoff})`);
  if (inside(shoff)) flaws.push(`the section header table lies inside the ELF header (offset ${shoff})`);
  if (shoff !== 0n && shentsize !== sectionHeaderSize(is64))
    flaws.push(
      `e_shentsize is ${shentsize}, not ${sectionHeaderSize(is64)}: the section headers are not read`,
    );
  return flaws;
}

function countFlaws(segments: number, sections: number): string[] {
  if (segments * sections <= MOST_PAIRS) return [];
  return [
    `it has ${segments} program headers and ${sections} sections: which the last segments hold is not listed`,
  ];
}

function* segmentFlaws(segments: readonly RawProgramHeader[], fileSize: number | null): Generator<string> {
  for (const [index, segment] of segments.entries()) {
    const { type, offset, vaddr, filesz, memsz, align } = segment;
    if (type === PT_NULL) continue;
    const name = nameOf(segment, index);
    if (fileSize !== null && filesz > 0n && offset + filesz > BigInt(fileSize))
      yield `${name} reaches past the end of the file`;
    if (vaddr + memsz > SPACE_END) yield `${name} ends past the address space`;
    if ((align & (align - 1n)) !== 0n && align > 0n)
      yield `${name} is aligned to ${align}, which is no power of two`;
    if (type === PT_LOAD && filesz > memsz) yield `${name} has more bytes in the file than in memory`;
  }
}

function* orderFlaws(segments: readonly RawProgramHeader[]): Generator<string> {
  let previous: RawProgramHeader | null = null;
  for (const [index, segment] of segments.entries()) {
    if (segment.type !== PT_LOAD) continue;
    if (previous && segment.vaddr < previous.vaddr) yield `${nameOf(segment, index)} is not in address order`;
    else if (previous && segment.vaddr < previous.vaddr + previous.memsz)
      yield `${nameOf(segment, index)} overlaps the LOAD before it`;
    previous = segment;
  }
}

const nameOf = ({ type }: RawProgramHeader, index: number): string =>
  `program header ${index}${type === PT_LOAD ? ' (LOAD)' : ''}`;

function* sectionFlaws(sections: readonly Section[], fileSize: number | null): Generator<string> {
  for (const { index, type, vaddr, offset, size } of sections) {
    const inFile = type !== 'NOBITS' && type !== 'NULL' && size > 0n;
    if (vaddr + size > SPACE_END) yield `section ${index} ends past the address space`;
    else if (fileSize !== null && inFile && offset + size > BigInt(fileSize))
      yield `section ${index} reaches past the end of the file`;
  }
}

/** sh_link leads to another section, from there to another, and never back. Each section is visited once. */
function* linkFlaws(sections: readonly RawSection[]): Generator<string> {
  const walkOf = new Int32Array(sections.length);
  for (let i = 1; i < sections.length; i++) {
    let at = i;
    while (at !== 0 && walkOf[at] === 0) {
      walkOf[at] = i;
      const link = sections[at]!.link;
      if (link >= sections.length) {
        yield `section ${at} is linked to section ${link}, which does not exist`;
        break;
      }
      at = link;
      if (at !== 0 && walkOf[at] === i) yield `the links of section ${at} lead back to it`;
    }
  }
}
