/** Phrases that the rules' sentences are made of. ASCII only: the sentences may hold names in latin1. */
import type { ElfFile } from '../model/elf.ts';
import { occupiesMemory } from '../model/elf.ts';
import type { Placement } from '../model/module.ts';
import { firstEndingAfter } from '../model/ordered.ts';
import { mergeSpans, type Span } from '../model/spans.ts';
import { atBias, type Range } from '../model/units.ts';

/** "1 slot", "3 slots" */
export const count = (n: number, noun: string): string => (n === 1 ? `1 ${noun}` : `${n} ${noun}s`);

/** "1 mapping (4096 bytes)", "3 mappings (12288 bytes in all)" */
export const extent = (n: number, noun: string, bytes: number): string =>
  `${count(n, noun)} (${bytes} bytes${n === 1 ? '' : ' in all'})`;

const MOST_NAMES = 6;

/** "a, b and c"; a long list is cut. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES);
  if (names.length > shown.length) shown.push(`${names.length - shown.length} more`);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Names of the sections that live in any of some ranges, in the order of the file. There may be many of both. */
export function sectionsIn(elf: ElfFile, placement: Placement, ranges: readonly Range[]): string[] {
  const merged = mergeSpans(ranges);
  const names = new Set<string>();
  for (const section of elf.sections) {
    if (!occupiesMemory(section)) continue;
    const start = atBias(placement.bias, section.vaddr);
    const next = merged[firstEndingAfter(merged, start)];
    if (next && next.start < start + section.size) names.add(section.name);
  }
  return [...names];
}

export const bytesOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { start, end }) => sum + Number(end - start), 0);
