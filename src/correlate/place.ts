/**
 * Finds the instances of an image by its load bias. Segments share pages of the file (35 % of files have two
 * VMAs with equal offset and permissions), so no row can be matched by itself: every VMA of the file votes for
 * the biases under which it would be one of the PT_LOADs, the layout is predicted for the candidates, and the
 * one that explains most of the mappings wins. Its VMAs are taken away, and the rest votes again: a file may be
 * loaded several times (dlmopen).
 */
import type { ElfFile, ProgramHeader } from '../model/elf.ts';
import type { Piece } from '../model/module.ts';
import { biasOf, type FileOffset, type LoadBias, pageDown, pageUp, type Vaddr } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import type { Effort } from './effort.ts';
import { compareFit, type Fit, fitOf, isInstance, sameBacking } from './fit.ts';
import { type LayoutRules, loadsOf, predictLayout } from './layout.ts';
import { VmaIndex } from './vma-index.ts';

export interface Instance {
  readonly bias: LoadBias;
  readonly pieces: readonly Piece[];
  readonly fit: Fit;
}

/** Bounds on work for files that are mapped many thousand times as data, or whose headers lie. */
const MOST_VOTES = 1_000_000;
const MOST_TRIES = 2_000;
/** Of one file; a program has some 16 namespaces (dlmopen(3)). */
const MOST_INSTANCES = 256;
const MOST_STEPS = 8_000_000;
/** A vote is counted in a map, which is then sorted. */
const STEPS_OF_VOTE = 4;

/** Predicts and measures one given bias. */
export function instanceAt(
  elf: ElfFile,
  bias: LoadBias,
  file: number,
  index: VmaIndex,
  rules: LayoutRules,
): Instance {
  const pieces = predictLayout(elf, bias, rules);
  return { bias, pieces, fit: fitOf(pieces, file, index) };
}

/**
 * All instances among `vmas`, the file's own mappings that no other instance has claimed, in address order; fewer where
 * looking for them takes too much effort. `loaded`: is one known already?
 */
export function findInstances(
  elf: ElfFile,
  file: number,
  vmas: readonly Vma[],
  rules: LayoutRules,
  effort: Effort,
  loaded: boolean,
): Instance[] {
  const instances: Instance[] = [];
  const spend = spender(effort);
  let rest = vmas.filter(vma => vma.permissions[3] !== 's');
  while (rest.length > 0) {
    const index = new VmaIndex(rest);
    const best = bestInstance(elf, file, index, rules, spend, loaded || instances.length > 0);
    if (!best) break;
    instances.push(best);
    // Nearly always: each of the file's mappings is one of the pieces.
    if (best.fit.exact === rest.length) break;
    if (instances.length >= MOST_INSTANCES) {
      effort.leaveOut('steps');
      break;
    }
    rest = unexplained(index, best.pieces, file);
  }
  return instances.length < 2
    ? instances
    : instances.sort((a, b) => (a.pieces[0]!.start < b.pieces[0]!.start ? -1 : 1));
}

/** The VMAs that hold no file bytes of the pieces. */
function unexplained(index: VmaIndex, pieces: readonly Piece[], file: number): Vma[] {
  const { vmas } = index;
  const explained: boolean[] = [];
  for (let p = 0; p < pieces.length; p++) {
    const piece = pieces[p]!;
    if (piece.offset === null) continue;
    for (let i = index.firstAfter(piece.start); i < vmas.length && vmas[i]!.start < piece.end; i++)
      if (sameBacking(vmas[i]!, piece, file)) explained[i] = true;
  }
  return vmas.filter((_, i) => !explained[i]);
}

type Spend = (steps: number) => boolean;

/** Takes steps from the common store, and of one file's own share. */
function spender(effort: Effort): Spend {
  let left = MOST_STEPS;
  return steps => {
    left -= steps;
    if (left < 0) effort.leaveOut('steps');
    return left >= 0 && effort.take('steps', steps);
  };
}

function bestInstance(
  elf: ElfFile,
  file: number,
  index: VmaIndex,
  rules: LayoutRules,
  spend: Spend,
  loaded: boolean,
): Instance | null {
  const loads = loadsOf(elf);
  const { vmas } = index;
  // Each segment that is laid out may cut all that were before it.
  const steps = elf.programHeaders.length + loads.length * loads.length + vmas.length;
  const attempt = (bias: LoadBias): Instance | null => {
    const instance = spend(steps) ? instanceAt(elf, bias, file, index, rules) : null;
    return instance && isInstance(instance.fit, loaded) ? instance : null;
  };
  // Nearly always the lowest mapping is the beginning of the first segment.
  const guess =
    loads[0] && biasOfSegment(elf, vmas[0]!, pageDown(loads[0].offset, rules.pageSize), loads[0], rules);
  const first = guess === undefined ? null : attempt(guess);
  if (first && isExact(first)) return first;
  if (!spend(STEPS_OF_VOTE * Math.min(vmas.length * loads.length, MOST_VOTES))) return null;
  let best: Instance | null = null;
  let tries = 0;
  for (const bias of candidates(elf, loads, vmas, rules)) {
    if (tries++ >= MOST_TRIES) break;
    const instance = attempt(bias);
    if (!instance) continue;
    if (isExact(instance)) return instance;
    if (!best || compareFit(instance.fit, best.fit) < 0) best = instance;
  }
  return best;
}

/** Is every predicted piece there as predicted? */
const isExact = ({ fit }: Instance): boolean => fit.exact === fit.pieces;

/** Biases under which some VMA would be (a part of) some PT_LOAD, those with most votes first. */
function candidates(
  elf: ElfFile,
  loads: readonly ProgramHeader[],
  vmas: readonly Vma[],
  rules: LayoutRules,
): LoadBias[] {
  if (elf.type === 'EXEC') return [0n as LoadBias];
  const { pageSize } = rules;
  const segments = loads.map(load => {
    const start = pageDown(load.offset, pageSize);
    const size = pageUp(load.filesz + (load.vaddr - pageDown(load.vaddr, pageSize)), pageSize);
    return { start, end: start + size, load };
  });
  const votes = new Map<LoadBias, number>();
  let spent = 0;
  for (const vma of vmas) {
    for (const { start, end, load } of segments) {
      if (spent++ > MOST_VOTES) break;
      // Without an offset, only the start of a segment can be recognised.
      if (vma.offset !== null && (vma.offset < start || vma.offset >= end)) continue;
      const bias = biasOfSegment(elf, vma, start, load, rules);
      votes.set(bias, (votes.get(bias) ?? 0) + 1);
    }
  }
  return [...votes].sort((a, b) => b[1] - a[1]).map(([bias]) => bias);
}

/** The bias under which a VMA is a part of a PT_LOAD, whose mapping begins at an offset of the file. */
function biasOfSegment(
  elf: ElfFile,
  vma: Vma,
  start: FileOffset,
  load: ProgramHeader,
  { pageSize }: LayoutRules,
): LoadBias {
  if (elf.type === 'EXEC') return 0n as LoadBias;
  const link = pageDown(load.vaddr, pageSize) + ((vma.offset ?? start) - start);
  return biasOf(vma.start, link as Vaddr);
}
