/**
 * Which sections a segment holds, by the strict rule of binutils (include/elf/internal.h
 * ELF_TBSS_SPECIAL, ELF_SECTION_IN_SEGMENT_STRICT), which readelf -l uses.
 */
import { type ElfFile, isTlsNobits, type ProgramHeader, type Section } from './elf.ts';

const TLS_HOLDERS = new Set(['TLS', 'GNU_RELRO', 'LOAD']);
const ALLOC_ONLY = new Set(['LOAD', 'DYNAMIC', 'GNU_EH_FRAME', 'GNU_STACK', 'GNU_RELRO', 'GNU_SFRAME']);

/** Each program header is held against each section; where that is more often than this, the last ones show none. */
export const MOST_PAIRS = 4_000_000;

/** Characters of all names together: each is told once for each segment that holds it. */
const MOST_NAMES = 4 << 20;

/** The sections of each program header, in the section table's order. */
export function sectionsOfSegments({ programHeaders, sections }: ElfFile): Section[][] {
  const compared = Math.floor(MOST_PAIRS / Math.max(1, sections.length));
  let left = MOST_NAMES;
  return programHeaders.map((segment, i) => {
    if (i >= compared || left <= 0) return [];
    const held = sections.filter(section => inSegment(section, segment));
    for (const { name } of held) left -= name.length;
    return held;
  });
}

function inSegment(section: Section, segment: ProgramHeader): boolean {
  if (section.type === 'NULL') return false;
  // .tbss takes addresses in PT_TLS alone.
  if (isTlsNobits(section) && segment.type !== 'TLS') return false;
  const tls = section.flags.includes('T');
  const alloc = section.flags.includes('A');
  if (tls ? !TLS_HOLDERS.has(segment.type) : segment.type === 'TLS' || segment.type === 'PHDR') return false;
  if (!alloc && (ALLOC_ONLY.has(segment.type) || isMemoryBinding(segment.type))) return false;
  if (section.type !== 'NOBITS' && !within(section.offset - segment.offset, section.size, segment.filesz))
    return false;
  if (alloc && !within(section.vaddr - segment.vaddr, section.size, segment.memsz)) return false;
  return !(
    (segment.type === 'DYNAMIC' || segment.type === 'NOTE') &&
    section.size === 0n &&
    segment.memsz !== 0n &&
    !strictlyInside(section, segment)
  );
}

/** PT_GNU_MBIND_LO to PT_GNU_MBIND_HI, which have no name here. */
const isMemoryBinding = (type: string): boolean => Number(type) >= 0x6474e555 && Number(type) <= 0x6474f554;

/** `at` bytes into an extent of `extent` bytes; strict: an empty section at the very end is outside. */
const within = (at: bigint, size: bigint, extent: bigint): boolean =>
  at >= 0n && (extent === 0n || at <= extent - 1n) && at + size <= extent;

const strictlyInside = (section: Section, segment: ProgramHeader): boolean =>
  (section.type === 'NOBITS' ||
    (section.offset > segment.offset && section.offset - segment.offset < segment.filesz)) &&
  (!section.flags.includes('A') ||
    (section.vaddr > segment.vaddr && section.vaddr - segment.vaddr < segment.memsz));
