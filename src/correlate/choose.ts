/** Chooses among the files that may be the mapped one, by whose segments produce the mappings. */
import type { Capture, ImageCandidate } from '../model/capture.ts';
import type { ElfFile } from '../model/elf.ts';
import type { Module } from '../model/module.ts';
import { biasOf, type LoadBias } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import type { Effort } from './effort.ts';
import { compareFit, type Fit } from './fit.ts';
import { type LayoutRules, loadsOf } from './layout.ts';
import { findInstances, type Instance, instanceAt } from './place.ts';
import type { VmaIndex } from './vma-index.ts';

export interface Choice {
  readonly candidate: ImageCandidate;
  readonly instances: readonly Instance[];
  readonly fromAuxv: boolean;
}

const END_OF_32_BITS = 1n << 32n;

/** Where modules are looked for. */
export interface Search {
  readonly capture: Capture;
  readonly index: VmaIndex;
  readonly effort: Effort;
}

/** A mapped file whose image is looked for among its mappings. */
export interface Sought {
  /** Index into Capture.files. */
  readonly file: number;
  readonly vmas: readonly Vma[];
  readonly role: Module['role'];
  readonly rules: LayoutRules;
}

/** The candidate whose layout fits best, and can lie where the file is mapped; a file whose segments cannot produce the mappings is refused. */
export function chooseCandidate(
  search: Search,
  sought: Sought,
  candidates: readonly ImageCandidate[],
): Choice | 'ambiguous' | 'mismatch' {
  const { vmas } = sought;
  const highest = vmas.at(-1)?.end ?? 0n;
  const choices = candidates
    .filter(({ elf }) => elf.class === 64 || highest <= END_OF_32_BITS)
    .map(candidate => instancesOf(search, sought, candidate))
    .filter(choice => choice.instances.length > 0 && isLikely(choice, sought));
  const fitted = (choice: Choice): Fit => choice.instances[0]!.fit;
  const [best, ...others] = choices.sort((a, b) => compareFit(fitted(a), fitted(b)));
  if (!best) {
    // Files are data where no instance fits; but what has code where none of its segments is is not what was mapped.
    const hasCode = vmas.some(({ permissions }) => permissions[2] === 'x' && permissions[3] !== 's');
    const isWrong = candidates.some(
      ({ elf, identity }) => identity === 'path-only' || loadsOf(elf).length > 0,
    );
    return hasCode && isWrong ? 'mismatch' : { candidate: candidates[0]!, instances: [], fromAuxv: false };
  }
  const rival = others.find(
    other =>
      compareFit(fitted(best), fitted(other)) === 0 &&
      other.candidate.elf.buildId !== best.candidate.elf.buildId,
  );
  return rival ? 'ambiguous' : best;
}

/**
 * A file that was found by its name alone may be another one, which fits somewhere in part: its code must begin and end
 * where mappings do. Of what has no code, an emulator's guest, or where everything is executable, that tells nothing.
 */
const isLikely = ({ candidate, instances }: Choice, { vmas, rules }: Sought): boolean =>
  candidate.identity !== 'path-only' ||
  rules.readImpliesExec ||
  instances.some(({ fit }) => fit.executableWhole) ||
  !candidate.elf.programHeaders.some(({ type, flags }) => type === 'LOAD' && flags.execute) ||
  vmas.every(({ permissions }) => permissions[2] !== 'x');

function instancesOf(
  { capture, index, effort }: Search,
  { file, vmas, role, rules }: Sought,
  candidate: ImageCandidate,
): Choice {
  const { elf } = candidate;
  const bias = biasFromAuxv(capture, elf, role);
  if (bias !== null) {
    const known = instanceAt(elf, bias, file, index, rules);
    if (known.fit.present > 0) {
      const own = (vma: Vma): boolean =>
        known.pieces.some(piece => vma.start < piece.end && piece.start < vma.end);
      const rest = vmas.filter(vma => !own(vma));
      const others = findInstances(elf, file, rest, rules, effort, true);
      return { candidate, instances: [known, ...others], fromAuxv: true };
    }
  }
  return { candidate, instances: findInstances(elf, file, vmas, rules, effort, false), fromAuxv: false };
}

/** AT_ENTRY − e_entry for the executable, AT_BASE itself for the interpreter (kernel create_elf_tables). */
function biasFromAuxv(capture: Capture, elf: ElfFile, role: Module['role']): LoadBias | null {
  const { auxv } = capture;
  if (role === 'executable' && auxv?.entry) return biasOf(auxv.entry, elf.entry);
  if (role === 'interpreter' && auxv?.base) return auxv.base as bigint as LoadBias;
  return null;
}
