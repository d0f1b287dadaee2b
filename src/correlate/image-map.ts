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
import { type Stretch, StretchMap } from './stretches.ts';

interface Label {
  readonly kind: PartKind;
  readonly name: string | null;
  readonly section: number | null;
}

const nameless = (kind: PartKind): Label => ({ kind, name: null, section: null });
const PADDING = nameless('padding');
const UNNAMED = nameless('unnamed');
const ZERO_FILL = nameless('zero-fill');
const RESERVATION = nameless('reservation');
const HEADERS: { elf: Label; program: Label; section: Label } = {
  elf: nameless('elf-header'),
  program: nameless('program-headers'),
  section: nameless('section-headers'),
};
const GHOST_NAMES: Partial<Record<PartKind, string>> = {
  'elf-header': 'ELF header',
  'program-headers': 'program headers',
};

/** Of stretches that a list of section names is made from. Hostile files have as many sections as they like. */
const MOST_NAMES = 512;
const MORE = '...';
/** In the rest of one page. */
const MOST_GHOSTS = 256;

export class ImageMap {
  readonly #elf: ElfFile;
  readonly #bias: LoadBias;
  readonly #module: number;
  readonly #loader: Loader;
  readonly #pageSize: number;
  readonly #live: StretchMap<Label>;
  #file: StretchMap<Label> | null = null;
  /** A file may be mapped thousands of times as data, usually the same part of it. */
  readonly #namesAt = new Map<string, readonly string[]>();

  constructor(elf: ElfFile, bias: LoadBias, module: number, loader: Loader, pageSize: number) {
    this.#elf = elf;
    this.#bias = bias;
    this.#module = module;
    this.#loader = loader;
    this.#pageSize = pageSize;
    this.#live = new StretchMap(liveStretches(elf, bias));
  }

  /** Names of the sections that live in [start, end), in address order. */
  sectionNames(start: Address, end: Address): string[] {
    const names: string[] = [];
    const covering = this.#live.cover(start, end, MOST_NAMES);
    for (const { label } of covering) if (label?.kind === 'section') names.push(label.name!);
    return covering.length < MOST_NAMES ? names : [...names, MORE];
  }

  /** Names of the sections whose bytes lie in [offset, offset + size) of the file. */
  sectionNamesAt(offset: bigint, size: number): readonly string[] {
    const key = `${offset} ${size}`;
    let names = this.#namesAt.get(key);
    if (names) return names;
    const covering = this.#fileMap().cover(offset, offset + BigInt(size), MOST_NAMES);
    names = covering
      .filter(({ label }) => label && label.kind === 'ghost' && label.section !== null)
      .map(({ label }) => label!.name!);
    if (covering.length >= MOST_NAMES) names = [...names, MORE];
    this.#namesAt.set(key, names);
    return names;
  }

  /** Parts that cover the common range of a content and a mapping; `offset` is the file offset of `start`. */
  parts(content: Content, start: Address, end: Address, offset: bigint | null): Part[] {
    if (content.role === 'reservation') return [this.#part(start, end, RESERVATION)];
    const parts: Part[] = [];
    const load = this.#elf.programHeaders[content.segment]!;
    for (const stretch of this.#live.cover(start, end)) {
      if (stretch.label) parts.push(this.#part(stretch.start, stretch.end, stretch.label));
      else
        this.#addUnclaimed(parts, load, stretch, offset === null ? null : offset + (stretch.start - start));
    }
    return parts;
  }

  /** Appends bytes that no section claims: inside the segment, zeroed after it, or the file's bytes around it. */
  #addUnclaimed(parts: Part[], load: ProgramHeader, gap: Stretch<null | Label>, offset: bigint | null): void {
    const begin = atBias(this.#bias, load.vaddr);
    const memEnd = begin + load.memsz;
    const before = gap.start < begin ? { start: gap.start, end: gap.end < begin ? gap.end : begin } : null;
    const insideStart = gap.start > begin ? gap.start : begin;
    const insideEnd = gap.end < memEnd ? gap.end : memEnd;
    const afterStart = gap.start > memEnd ? gap.start : memEnd;

    if (before) this.#addFileBytes(parts, before.start, before.end, offset);
    if (insideStart < insideEnd) {
      const label = this.#elf.sectionsFrom === 'rebuilt' ? UNNAMED : PADDING;
      parts.push(this.#part(insideStart, insideEnd, label));
    }
    if (afterStart >= gap.end) return;
    if (offset === null || this.#tailIsZeroed(load)) parts.push(this.#part(afterStart, gap.end, ZERO_FILL));
    else this.#addFileBytes(parts, afterStart, gap.end, offset + (afterStart - gap.start));
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
      parts.push(this.#part(start, end, ZERO_FILL));
      return;
    }
    const move = start - offset;
    const covering = this.#fileMap().cover(offset, offset + (end - start), MOST_GHOSTS);
    for (const stretch of covering)
      parts.push(this.#part(move + stretch.start, move + stretch.end, stretch.label ?? PADDING));
    const covered = move + covering.at(-1)!.end;
    if (covered < end) parts.push(this.#part(covered, end, UNNAMED));
  }

  #fileMap(): StretchMap<Label> {
    this.#file ??= new StretchMap(fileStretches(this.#elf));
    return this.#file;
  }

  #part(start: bigint, end: bigint, label: Label): Part {
    const { kind, name, section } = label;
    return { kind, name, section, start: start as Address, end: end as Address, module: this.#module };
  }
}

/** What lives where in memory: sections, and the headers as far as a segment loads them. */
function liveStretches(elf: ElfFile, bias: LoadBias): Stretch<Label>[] {
  const stretches: Stretch<Label>[] = [];
  for (const section of elf.sections) {
    if (!occupiesMemory(section)) continue;
    const start = atBias(bias, section.vaddr);
    const label: Label = { kind: 'section', name: section.name, section: section.index };
    stretches.push({ start, end: start + section.size, label });
  }
  const { header } = elf;
  const headers: (readonly [Label, bigint, number])[] = [
    [HEADERS.elf, 0n, header.size],
    [HEADERS.program, header.phoff, header.phsize],
    [HEADERS.section, header.shoff, header.shsize],
  ];
  for (const [label, offset, size] of headers) {
    const load = elf.programHeaders.find(
      ({ type, offset: at, filesz }) =>
        type === 'LOAD' && at <= offset && offset + BigInt(size) <= at + filesz,
    );
    if (!load || size === 0) continue;
    const start = atBias(bias, load.vaddr) + (offset - load.offset);
    stretches.push({ start, end: start + BigInt(size), label });
  }
  return stretches;
}

/** What lies where in the file. */
function fileStretches(elf: ElfFile): Stretch<Label>[] {
  const stretches: Stretch<Label>[] = [];
  for (const section of elf.sections) {
    if (section.type === 'NOBITS' || section.type === 'NULL') continue;
    const kind = section.flags.includes('A') ? 'ghost' : 'unallocated';
    const label: Label = { kind, name: section.name, section: section.index };
    stretches.push({ start: section.offset, end: section.offset + section.size, label });
  }
  const { header } = elf;
  const ghost = (label: Label): Label => ({ ...label, kind: 'ghost', name: GHOST_NAMES[label.kind] ?? null });
  stretches.push(
    { start: 0n, end: BigInt(header.size), label: ghost(HEADERS.elf) },
    { start: header.phoff, end: header.phoff + BigInt(header.phsize), label: ghost(HEADERS.program) },
    { start: header.shoff, end: header.shoff + BigInt(header.shsize), label: HEADERS.section },
  );
  if (elf.fileSize !== null) {
    stretches.push({ start: BigInt(elf.fileSize), end: SPACE_END, label: ZERO_FILL });
  }
  return stretches;
}
