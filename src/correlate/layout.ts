/**
 * From program headers and load bias to the VMAs, by the rules of whoever loads the image:
 *
 *   kernel   fs/binfmt_elf.c elf_load, vm_brk_flags      the executable and its interpreter
 *   glibc    elf/dl-map-segments.h, dl-reloc.c            libraries
 *   musl     ldso/dynlink.c map_library, reclaim_gaps     libraries
 *   bionic   linker_phdr.cpp                              libraries
 *
 * All four map each PT_LOAD over whole pages; they differ in holes, in .bss tails and in RELRO's rounding.
 */
import type { ElfFile, ProgramHeader, SegmentFlags } from '../model/elf.ts';
import type { Content, Loader, Piece } from '../model/module.ts';
import { mergeSpans } from '../model/spans.ts';
import {
  type Address,
  atBias,
  type FileOffset,
  fileOffset,
  type LoadBias,
  pageDown,
  pageUp,
  type Range,
} from '../model/units.ts';
import { AddressSpace } from './address-space.ts';

export interface LayoutRules {
  readonly loader: Loader;
  /** Of the target, in bytes. */
  readonly pageSize: number;
  /** Has the loader made GNU_RELRO read-only (after relocation)? */
  readonly relro: boolean;
  /** Is that bionic's linker, which rounds the end up? It loads the libraries, and protects the executable too. */
  readonly relroRoundsUp: boolean;
  /** READ_IMPLIES_EXEC in the personality: whatever is readable is executable. */
  readonly readImpliesExec: boolean;
}

/** More PT_LOADs than this are not laid out; real files have a handful. */
export const MOST_LOADS = 1024;

/** The PT_LOADs that take part in the layout, in table order. Those of memory size 0 map nothing. */
export function loadsOf(elf: ElfFile): readonly ProgramHeader[] {
  const loads: ProgramHeader[] = [];
  const { programHeaders } = elf;
  for (let i = 0; i < programHeaders.length && loads.length < MOST_LOADS; i++) {
    const header = programHeaders[i]!;
    if (header.type === 'LOAD' && (header.memsz > 0n || header.filesz > 0n)) loads.push(header);
  }
  return loads;
}

/** The mappings that the headers predict, in address order. */
export function predictLayout(elf: ElfFile, bias: LoadBias, rules: LayoutRules): Piece[] {
  const space = new AddressSpace();
  const loads = loadsOf(elf);
  if (loads.length === 0) return [];
  LAYOUTS[rules.loader](space, elf, loads, bias, rules);
  if (rules.relro)
    for (const range of relroRanges(elf, bias, rules)) space.protect(range, withExec('r--', rules), true);
  return space.pieces();
}

/**
 * The pages that the loader makes read-only: GNU_RELRO's start and end both rounded down (glibc
 * _dl_protect_relro, musl), of the last such header; bionic rounds the end up and applies every one. In address order,
 * without overlap: thousands of headers do no more than their union does.
 */
export function relroRanges(elf: ElfFile, bias: LoadBias, rules: LayoutRules): Range[] {
  const { programHeaders } = elf;
  const ranges: Range[] = [];
  for (let i = programHeaders.length - 1; i >= 0; i--) {
    const header = programHeaders[i]!;
    if (header.type !== 'GNU_RELRO') continue;
    const first = atBias(bias, header.vaddr);
    const last = (first + header.memsz) as Address;
    const start = pageDown(first, rules.pageSize);
    const end = (rules.relroRoundsUp ? pageUp : pageDown)(last, rules.pageSize);
    if (start < end) ranges.push({ start, end });
    if (!rules.relroRoundsUp) break;
  }
  return mergeSpans(ranges);
}

type Layout = (
  space: AddressSpace,
  elf: ElfFile,
  loads: readonly ProgramHeader[],
  bias: LoadBias,
  rules: LayoutRules,
) => void;

const kernelLayout: Layout = (space, _elf, loads, bias, rules) => {
  for (const load of loads) {
    const edges = edgesOf(load, bias, rules.pageSize);
    if (load.filesz > 0n) mapFile(space, load, edges.start, edges.fileEnd, rules);
    if (load.memsz <= load.filesz) continue;
    // vm_brk_flags ignores the segment's read-only flag: the tail is always rw-, plus x where the segment has it.
    const protection = withExec(load.flags.execute ? 'rwx' : 'rw-', rules);
    const start = load.filesz > 0n ? edges.fileEnd : edges.start;
    space.mapFixed({ start, end: edges.memEnd, protection, offset: null, role: 'bss', segment: load.index });
  }
};

const glibcLayout: Layout = (space, elf, loads, bias, rules) => {
  const edges = loads.map(load => edgesOf(load, bias, rules.pageSize));
  const first = loads[0]!;
  if (elf.type === 'DYN') {
    // The first segment's mmap reserves everything; holes then lose all access, but stay mapped.
    mapFile(space, first, edges[0]!.start, edges.at(-1)!.memEnd, rules);
    const holes = edges.some((edge, i) => i > 0 && edges[i - 1]!.fileEnd !== edge.start);
    if (holes) space.reserve({ start: edges[0]!.fileEnd, end: edges.at(-1)!.start });
  }
  for (let i = 0; i < loads.length; i++) {
    const load = loads[i]!;
    const edge = edges[i]!;
    if (i > 0 || elf.type !== 'DYN') mapFile(space, load, edge.start, edge.fileEnd, rules);
    if (load.memsz <= load.filesz) continue;
    if (!load.flags.write) zeroTail(space, load, edge.fileEnd, rules);
    mapTail(space, load, edge.fileEnd, edge.memEnd, rules);
  }
};

/** ld.so zeroes what follows the file's bytes in their last page, and for that makes it writable for a moment. */
function zeroTail(space: AddressSpace, load: ProgramHeader, fileEnd: Address, rules: LayoutRules): void {
  const size = BigInt(rules.pageSize);
  if ((load.vaddr + load.filesz) % size === 0n) return;
  const page = { start: (fileEnd - size) as Address, end: fileEnd };
  const protection = withExec(protectionOf(load.flags), rules);
  space.protect(page, `${protection[0]}w${protection[2]}`);
  space.protect(page, protection);
}

const muslLayout: Layout = (space, elf, loads, bias, rules) => {
  const edges = loads.map(load => edgesOf(load, bias, rules.pageSize));
  const lowest = edges.reduce((low, edge, i) => (edge.start < edges[low]!.start ? i : low), 0);
  const load = loads[lowest]!;
  const highest = edges.reduce((high, { memEnd }) => (memEnd > high ? memEnd : high), edges[0]!.memEnd);
  const end = (highest + pageDown(load.offset, rules.pageSize)) as Address;
  // DT_TEXTREL keeps the whole image rwx; holes keep the first segment's file and protection.
  const protection = elf.textRelocations ? 'rwx' : null;
  mapFile(space, load, edges[lowest]!.start, end, rules, protection, 'reservation');
  mapFile(space, load, edges[lowest]!.start, edges[lowest]!.memEnd, rules, protection);
  loads.forEach((segment, i) => {
    const edge = edges[i]!;
    if (i !== lowest) mapFile(space, segment, edge.start, edge.memEnd, rules, protection);
    if (segment.memsz > segment.filesz && segment.flags.write)
      mapTail(space, segment, edge.fileEnd, edge.memEnd, rules, protection);
  });
};

const bionicLayout: Layout = (space, _elf, loads, bias, rules) => {
  const edges = loads.map(load => edgesOf(load, bias, rules.pageSize));
  const segment = loads[0]!.index;
  const [start, end] = [edges[0]!.start, edges.at(-1)!.memEnd];
  space.mapFixed({ start, end, protection: '---', offset: null, role: 'reservation', segment });
  loads.forEach((load, i) => {
    const edge = edges[i]!;
    if (load.filesz > 0n) mapFile(space, load, edge.start, edge.fileEnd, rules);
    mapTail(space, load, edge.fileEnd, edge.memEnd, rules);
  });
};

const LAYOUTS: Readonly<Record<Loader, Layout>> = {
  kernel: kernelLayout,
  glibc: glibcLayout,
  musl: muslLayout,
  bionic: bionicLayout,
};

interface Edges {
  /** Page of the segment's first byte. */
  readonly start: Address;
  /** End of the page of its last byte in the file. */
  readonly fileEnd: Address;
  /** End of the page of its last byte in memory. */
  readonly memEnd: Address;
}

function edgesOf(load: ProgramHeader, bias: LoadBias, pageSize: number): Edges {
  const start = atBias(bias, load.vaddr);
  return {
    start: pageDown(start, pageSize),
    fileEnd: pageUp((start + load.filesz) as Address, pageSize),
    memEnd: pageUp((start + load.memsz) as Address, pageSize),
  };
}

function mapFile(
  space: AddressSpace,
  load: ProgramHeader,
  start: Address,
  end: Address,
  rules: LayoutRules,
  protection: string | null = null,
  role: Content['role'] = 'segment',
): void {
  const offset = fileOffset(pageDown(load.offset as FileOffset, rules.pageSize));
  const mode = protection ?? withExec(protectionOf(load.flags), rules);
  space.mapFixed({ start, end, protection: mode, offset, role, segment: load.index });
}

/** ld.so gives the anonymous tail the segment's own protection. */
function mapTail(
  space: AddressSpace,
  load: ProgramHeader,
  start: Address,
  end: Address,
  rules: LayoutRules,
  protection: string | null = null,
): void {
  const mode = protection ?? withExec(protectionOf(load.flags), rules);
  space.mapFixed({ start, end, protection: mode, offset: null, role: 'bss', segment: load.index });
}

/** p_flags as maps prints them: "r-x". */
export function protectionOf({ read, write, execute }: SegmentFlags): string {
  if (write) return read ? (execute ? 'rwx' : 'rw-') : execute ? '-wx' : '-w-';
  return read ? (execute ? 'r-x' : 'r--') : execute ? '--x' : '---';
}

const withExec = (protection: string, rules: LayoutRules): string =>
  rules.readImpliesExec && protection[0] === 'r' ? `${protection.slice(0, 2)}x` : protection;
