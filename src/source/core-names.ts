/**
 * The kernel's names for special mappings, which a core file does not keep, as far as something else in it proves them:
 *
 *   [vdso]       AT_SYSINFO_EHDR is its start
 *   [vvar]       read-only and right below the vDSO (kernel arch/x86/entry/vdso/vma.c and its likes)
 *   [stack]      AT_RANDOM points to its top; where the upper part was split off, the stack pointer is below
 *   [vsyscall]   its address is fixed
 *
 * Nothing proves [heap]: the program break is kept nowhere.
 */
import type { CoreMapping } from '../elf/core-mappings.ts';
import { VSYSCALL } from '../model/vma.ts';

export interface NameClues {
  /** AT_SYSINFO_EHDR. */
  readonly vdso: bigint | null;
  /** AT_RANDOM. */
  readonly initialStack: bigint | null;
  /** Of the main thread, which may run on another stack. */
  readonly stackPointer: bigint | null;
  /** As ElfFile.machine. */
  readonly machine: string;
}

/** The kernel's data pages for the vDSO are few. */
const LARGEST_VVAR = 64n << 10n;

/** The names of all mappings, in their order: NT_FILE's own, or inferred, or ''. */
export function inferNames(mappings: readonly CoreMapping[], clues: NameClues): string[] {
  const names = mappings.map(({ name }) => name);
  const indexAt = (at: bigint | null): number =>
    at === null ? -1 : mappings.findIndex(({ start, end }) => start <= at && at < end);
  const give = (i: number, name: string): void => {
    if (names[i] === '') names[i] = name;
  };
  const vdso = mappings.findIndex(({ start }) => start === clues.vdso);
  give(vdso, '[vdso]');
  for (let i = vdso - 1; isVvar(mappings[i], mappings[i + 1], mappings[vdso]); i--) give(i, '[vvar]');
  if (clues.machine === 'x86-64')
    give(
      mappings.findIndex(({ start }) => start === VSYSCALL),
      '[vsyscall]',
    );
  const top = indexAt(clues.initialStack);
  const used = indexAt(clues.stackPointer);
  const split = used >= 0 && used === top - 1 && mappings[used]!.end === mappings[top]!.start;
  give(split || top < 0 ? used : top, '[stack]');
  return names;
}

function isVvar(
  mapping: CoreMapping | undefined,
  above: CoreMapping | undefined,
  vdso: CoreMapping | undefined,
): boolean {
  return (
    mapping !== undefined &&
    vdso !== undefined &&
    mapping.end === above?.start &&
    mapping.name === '' &&
    /^[r?]--$/.test(mapping.protection ?? '') &&
    vdso.start - mapping.start <= LARGEST_VVAR
  );
}
