/**
 * What every byte of a placed image is: by run-time address for bytes that belong to a segment, by file offset
 * for bytes that a page shows only because mappings are whole pages.
 *
 *              page                               page                       page
 *   file    ├─ ghost of .text ─┤ .rodata │ padding │ ghost of .data ┤
 *                              ╰─ LOAD: vaddr … vaddr+filesz ──╯
 */
import { type ElfFile, occupiesMemory, type ProgramHeader } from '../model/elf.ts';
import type { Content, Loader } from '../model/module.ts';
import type { Part, PartKind } from '../model/report.ts';
import { type Address, atBias, type LoadBias, pageUp, SPACE_END } from '../model/units.ts';
import { cut, type Stretch, StretchMap } from './stretches.ts';

/** Of stretches that a list of section names is made from. Hostile files have as many sections as they like. */
const MOST_NAMES = 512;
const MORE = '...';
/** In the rest of one page. */
const MOST_GHOSTS = 256;
/** Sections that need no counting. */
const FEW = 256;
const HEADERS = 3;

/**
 * The small image that was asked last. Most are asked about their mappings one after the other and then never again, and what
 * hundreds of images would keep until the end takes longer to move about than to make.
 */
export class RecentMap {
  #last: ImageMap | null = null;

  keep(map: ImageMap): void {
    this.#last?.forget();
    this.#last = map;
  }
}

export class ImageMap {
  readonly #elf: ElfFile;
  readonly #bias: LoadBias;
  readonly #module: number;
  readonly #loader: Loader;
  readonly #pageSize: number;
  readonly #recent: RecentMap;
  #live: StretchMap | null = null;
  #file: StretchMap | null = null;
  /** A file may be mapped thousands of times as data, usually the same part of it. */
  #namesAt: Map<string, readonly string[]> | null = null;

  constructor(
    elf: ElfFile,
    bias: LoadBias,
    module: number,
    loader: Loader,
    pageSize: number,
    recent: RecentMap = new RecentMap(),
  ) {
    this.#elf = elf;
    this.#bias = bias;
    this.#module = module;
    this.#loader = loader;
    this.#pageSize = pageSize;
    this.#recent = recent;
  }

  /** Names of the sections that live in [start, end), in address order. */
  sectionNames(start: Address, end: Address): string[] {
    return namesIn(this.#liveMap(), start, end, 'section');
  }

  /** Names of the sections whose bytes lie in [offset, offset + size) of the file. */
  sectionNamesAt(offset: bigint, size: number): readonly string[] {
    const key = `${offset} ${size}`;
    this.#namesAt ??= new Map();
    let names = this.#namesAt.get(key);
    if (names) return names;
    names = namesIn(this.#fileMap(), offset, offset + BigInt(size), 'ghost');
    this.#namesAt.set(key, names);
    return names;
  }

  /** About so many parts cover [start, end) at most; told without looking where the file has few sections. */
  mostParts(start: Address, end: Address): number {
    const all = this.#elf.sections.length + HEADERS;
    return all <= FEW ? all : Math.min(all, this.#liveMap().count(start, end));
  }

  /** Adds those of the parts (see addParts) that live here. */
  addResidents(parts: Part[], content: Content, start: Address, end: Address): void {
    if (content.role === 'reservation') return;
    if (this.#elf.sectionsFrom === 'headers') {
      const residents = this.#liveMap().within(start, end);
      for (let i = 0; i < residents.length; i++) parts.push(residents[i] as Part);
      return;
    }
    const load = this.#elf.programHeaders[content.segment]!;
    this.#liveMap().cover(start, end, Number.POSITIVE_INFINITY, (stretch, from, to) => {
      if (stretch) parts.push(cut(stretch, from, to) as Part);
      else this.#addInside(parts, load, from, to);
    });
  }

  /** Adds parts that cover the common range of a content and a mapping; `offset` is the file offset of `start`. */
  addParts(parts: Part[], content: Content, start: Address, end: Address, offset: bigint | null): void {
    if (content.role === 'reservation') {
      parts.push(this.#part('reservation', start, end));
      return;
    }
    const load = this.#elf.programHeaders[content.segment]!;
    this.#liveMap().cover(start, end, Number.POSITIVE_INFINITY, (stretch, from, to) => {
      if (stretch) parts.push(cut(stretch, from, to) as Part);
      else this.#addUnclaimed(parts, load, from, to, offset === null ? null : offset + (from - start));
    });
  }

  /** Adds bytes that no section claims: inside the segment, zeroed after it, or the file's bytes around it. */
  #addUnclaimed(parts: Part[], load: ProgramHeader, start: bigint, end: bigint, offset: bigint | null): void {
    const begin = atBias(this.#bias, load.vaddr);
    const memEnd = begin + load.memsz;
    if (start < begin) this.#addFileBytes(parts, start, end < begin ? end : begin, offset);
    this.#addInside(parts, load, start, end);
    const afterStart = start > memEnd ? start : memEnd;
    if (afterStart >= end) return;
    if (offset === null || this.#tailIsZeroed(load)) parts.push(this.#part('zero-fill', afterStart, end));
    else this.#addFileBytes(parts, afterStart, end, offset + (afterStart - start));
  }

  /** Adds what of [start, end) lies within the segment, and in no section of it. */
  #addInside(parts: Part[], load: ProgramHeader, start: bigint, end: bigint): void {
    const begin = atBias(this.#bias, load.vaddr);
    const memEnd = begin + load.memsz;
    const from = start > begin ? start : begin;
    const to = end < memEnd ? end : memEnd;
    if (from < to)
      parts.push(this.#part(this.#elf.sectionsFrom === 'rebuilt' ? 'unnamed' : 'padding', from, to));
  }

  /** Are the bytes between the end of the segment and the end of its last page in the file zeroed? */
  #tailIsZeroed(load: ProgramHeader): boolean {
    const hasBss = load.memsz > load.filesz;
    // ld.so stops at the segment's end; when that lies in a later page, the whole file page was zeroed.
    if (this.#loader === 'glibc')
      return hasBss && pageUp(load.vaddr + load.filesz, this.#pageSize) < load.vaddr + load.memsz;
    return load.flags.write && (hasBss || this.#loader === 'bionic');
  }

  #addFileBytes(parts: Part[], start: bigint, end: bigint, offset: bigint | null): void {
    if (offset === null) {
      parts.push(this.#part('zero-fill', start, end));
      return;
    }
    const move = start - offset;
    const covered = this.#fileMap().cover(
      offset,
      offset + (end - start),
      MOST_GHOSTS,
      (stretch, from, to) => {
        if (stretch) parts.push(moved(stretch, from, to, move));
        else parts.push(this.#part('padding', move + from, move + to));
      },
    );
    if (move + covered < end) parts.push(this.#part('unnamed', move + covered, end));
  }

  #liveMap(): StretchMap {
    if (this.#live) return this.#live;
    const live = new StretchMap(liveStretches(this.#elf, this.#bias, this.#module));
    this.#live = live;
    if (this.#elf.sections.length <= FEW) this.#recent.keep(this);
    return live;
  }

  /** Forgets what is soon made again. */
  forget(): void {
    this.#live = null;
  }

  #fileMap(): StretchMap {
    this.#file ??= new StretchMap(fileStretches(this.#elf, this.#module));
    return this.#file;
  }

  #part(kind: PartKind, start: bigint, end: bigint): Part {
    return nameless(kind, start, end, this.#module) as Part;
  }
}

/** As much of a stretch of the file as lies in [from, to), at its run-time address. */
function moved(stretch: Stretch, from: bigint, to: bigint, by: bigint): Part {
  const part = cut(stretch, from, to);
  return { ...part, start: by + part.start, end: by + part.end } as Part;
}

const nameless = (kind: PartKind, start: bigint, end: bigint, module: number): Stretch => ({
  kind,
  name: null,
  section: null,
  whole: true,
  module,
  start,
  end,
});

/** Names of the sections among the stretches of one kind that overlap [start, end). */
function namesIn(map: StretchMap, start: bigint, end: bigint, kind: PartKind): string[] {
  const names: string[] = [];
  let taken = 0;
  map.cover(start, end, MOST_NAMES, stretch => {
    taken++;
    if (stretch && stretch.kind === kind && stretch.section !== null) names.push(stretch.name!);
  });
  if (taken >= MOST_NAMES) names.push(MORE);
  return names;
}

/** What lives where in memory: the headers as far as a segment loads them, and sections. */
function liveStretches(elf: ElfFile, bias: LoadBias, module: number): Stretch[] {
  const { header, sections } = elf;
  const stretches: Stretch[] = [];
  const lowest = elf.programHeaders.find(({ type, vaddr }) => type === 'LOAD' && vaddr === 0n);
  addHeader(stretches, elf, bias, module, 'elf-header', 0n, header.size);
  addHeader(stretches, elf, bias, module, 'program-headers', header.phoff, header.phsize);
  for (let i = 0; i < sections.length; i++) {
    const section = sections[i]!;
    if (!occupiesMemory(section)) continue;
    // objcopy --add-section gives it no address; no segment loads it, and other bytes of the file lie at zero.
    if (section.vaddr === 0n && lowest && section.type !== 'NOBITS' && section.offset !== lowest.offset)
      continue;
    const start = atBias(bias, section.vaddr);
    const { name, index } = section;
    const end = start + section.size;
    stretches.push({ kind: 'section', name, section: index, whole: true, module, start, end });
  }
  addHeader(stretches, elf, bias, module, 'section-headers', header.shoff, header.shsize);
  return stretches;
}

/** Adds a header that a segment loads. */
function addHeader(
  stretches: Stretch[],
  { programHeaders }: ElfFile,
  bias: LoadBias,
  module: number,
  kind: PartKind,
  offset: bigint,
  size: number,
): void {
  if (size === 0) return;
  const end = offset + BigInt(size);
  for (let i = 0; i < programHeaders.length; i++) {
    const load = programHeaders[i]!;
    if (load.type !== 'LOAD' || load.offset > offset || end > load.offset + load.filesz) continue;
    const start = atBias(bias, load.vaddr) + (offset - load.offset);
    stretches.push(nameless(kind, start, start + BigInt(size), module));
    return;
  }
}

/** What lies where in the file. */
function fileStretches(elf: ElfFile, module: number): Stretch[] {
  const { header, sections, fileSize } = elf;
  const ghost = (name: string, start: bigint, size: number): Stretch => ({
    ...nameless('ghost', start, start + BigInt(size), module),
    name,
  });
  const stretches = [
    ghost('ELF header', 0n, header.size),
    ghost('program headers', header.phoff, header.phsize),
  ];
  for (let i = 0; i < sections.length; i++) {
    const { type, flags, name, index, offset, size } = sections[i]!;
    if (type === 'NOBITS' || type === 'NULL' || size === 0n) continue;
    const kind = flags.includes('A') ? 'ghost' : 'unallocated';
    stretches.push({ kind, name, section: index, whole: true, module, start: offset, end: offset + size });
  }
  stretches.push(nameless('section-headers', header.shoff, header.shoff + BigInt(header.shsize), module));
  if (fileSize !== null) stretches.push(nameless('zero-fill', BigInt(fileSize), SPACE_END, module));
  return stretches;
}
