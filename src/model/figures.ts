/** The figures of smaps (proc_pid_smaps(5)): which is which, and how a mapping's are found. */
import type { Capture } from './capture.ts';
import type { Vma } from './vma.ts';

/** Kernels have some 25; hostile text could have another one on every line, or make every row slow. */
export const MOST_FIGURES = 64;

/** Columns that `pmap -XX` has and `-X` leaves out (procps pmap.c). */
export const ONLY_IN_XX: ReadonlySet<string> = new Set([
  'KernelPageSize',
  'MMUPageSize',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'AnonHugePages',
]);

/** Figures that are no amounts of memory. */
export function isPlainNumber(name: string): boolean {
  return name === 'THPeligible' || name === 'ProtectionKey';
}

/** A figure of one VMA by its smaps name, in bytes; null where the source does not have it. */
export function figureOf({ figureNames }: Capture, { figures }: Vma, name: string): number | null {
  const column = figureNames.indexOf(name);
  return column < 0 ? null : (figures?.[column] ?? null);
}
