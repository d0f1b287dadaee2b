/**
 * Which VMAs are the main thread's stack. The kernel names only the one that the stack began in; mprotect(2) of a part
 * splits others off, as glibc's loader does for a library that wants executable stacks.
 */
import type { Vma } from '../model/vma.ts';

/** Indices of VMAs, half-open. */
export interface MainStack {
  readonly first: number;
  readonly end: number;
}

/**
 * [stack] and the nameless VMAs that adjoin it and grow down as it does (VmFlags gd, kept by a split). Where VmFlags are
 * not known, only those above: nothing else is mapped there.
 */
export function findMainStack(vmas: readonly Vma[]): MainStack {
  const named = vmas.findLastIndex(({ name }) => name === '[stack]');
  if (named < 0) return { first: 0, end: 0 };
  let first = named;
  while (first > 0 && isSplitOff(vmas[first - 1]!, vmas[first]!) && vmas[first - 1]!.vmFlags) first--;
  let end = named + 1;
  while (end < vmas.length && isSplitOff(vmas[end]!, vmas[end - 1]!)) end++;
  return { first, end };
}

function isSplitOff(vma: Vma, neighbour: Vma): boolean {
  return (
    (vma.end === neighbour.start || vma.start === neighbour.end) &&
    vma.name === '' &&
    vma.file === null &&
    vma.permissions[3] !== 's' &&
    (vma.vmFlags === null || vma.vmFlags.includes('gd'))
  );
}
