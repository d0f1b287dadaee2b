/** RELRO of a module: what its headers declare, and what the kernel enforces. */
import { type ElfFile, hasDynamic, isStaticProgram, type ProgramHeader, relroHeader } from '../model/elf.ts';
import type { Placement, RelroState, StackRequest } from '../model/module.ts';
import { type Address, address, atBias, intersect, type Range, sizeOf } from '../model/units.ts';
import type { VmaIndex } from './vma-index.ts';

/** A header may ask for more than there are addresses. */
const LAST = address(-1n);
/** In a RELRO range there are one or two mappings; of one that covers thousands, the rest is not looked at. */
const MOST_MAPPINGS = 256;

/** Declared and real RELRO of a placed module. */
export function relroState(elf: ElfFile, placement: Placement, index: VmaIndex): RelroState {
  const header = relroHeader(elf);
  const declared = declaredRelro(elf);
  if (!header || header.memsz === 0n)
    return { declared, inForce: 'not-applicable', requested: null, protected: [] };
  const start = atBias(placement.bias, header.vaddr);
  const end = start + header.memsz;
  const requested = { start, end: end < LAST ? (end as Address) : LAST };
  const guarded: Range[] = [];
  let writable = 0;
  let unknown = 0;
  const overlapping = index.overlapping(requested, MOST_MAPPINGS);
  if (overlapping.length === MOST_MAPPINGS) unknown++;
  for (let n = 0; n < overlapping.length; n++) {
    const vma = index.vmas[overlapping[n]!]!;
    const common = intersect(vma, requested)!;
    // What is shared may be written to somewhere else; no loader maps an image so.
    if (vma.permissions[1] === '?' || vma.permissions[3] === 's') unknown += sizeOf(common);
    else if (vma.permissions[1] === 'w') writable += sizeOf(common);
    else append(guarded, common);
  }
  const inForce =
    unknown > 0 || guarded.length + writable === 0
      ? 'unknown'
      : writable === 0
        ? 'yes'
        : guarded.length > 0
          ? 'partly'
          : 'no';
  return { declared, inForce, requested, protected: guarded };
}

/** Adds a range, joined with the last one where they touch. */
function append(ranges: Range[], range: Range): void {
  const last = ranges.at(-1);
  if (last && last.end === range.start) ranges[ranges.length - 1] = { start: last.start, end: range.end };
  else ranges.push(range);
}

/**
 * full: the header is there and no slot needs to stay writable, because binding is eager (DT_BIND_NOW, DF_BIND_NOW,
 * DF_1_NOW) or, in a static program, because the range holds its GOT; partial: nothing but the header is known to be there.
 */
export function declaredRelro(elf: ElfFile): RelroState['declared'] {
  if (elf.programHeaders.length === 0) return 'not-applicable';
  const header = relroHeader(elf);
  if (!header || header.memsz === 0n) return 'none';
  if (!hasDynamic(elf.depth) && elf.programHeaders.some(({ type }) => type === 'DYNAMIC')) return 'unknown';
  if (elf.dynamic?.bindNow) return 'full';
  return isStaticProgram(elf) && gotIsCovered(elf, header) ? 'full' : 'partial';
}

/** Of a file without section headers, relocations alone tell, if it has any. */
function gotIsCovered(elf: ElfFile, relro: ProgramHeader): boolean {
  const end = relro.vaddr + relro.memsz;
  if (elf.sectionsFrom === 'rebuilt')
    return elf.slots?.every(({ vaddr }) => vaddr >= relro.vaddr && vaddr < end) ?? false;
  const section = elf.sections.find(({ name }) => name === '.got.plt');
  return !section || section.vaddr + section.size <= end;
}

/** What the last PT_GNU_STACK asks for (the kernel heeds the last one). */
export function stackRequest(elf: ElfFile): StackRequest {
  const header = elf.programHeaders.findLast(({ type }) => type === 'GNU_STACK');
  if (!header) return { declared: 'absent', header: false };
  return { declared: header.flags.execute ? 'rwx' : 'rw', header: true };
}

/** Are these pages mapped, and all that is mapped of them writable? */
export function allWritable(ranges: readonly Range[], index: VmaIndex): boolean {
  const mapped = ranges.flatMap(range => index.overlapping(range, MOST_MAPPINGS));
  return mapped.length > 0 && mapped.every(i => index.vmas[i]!.permissions[1] === 'w');
}
