import type { Address, FileOffset } from './units.ts';

/**
 * One virtual memory area as the evidence tells it (a line of /proc/PID/maps, a record of smaps, a row of
 * pmap, a PT_LOAD of a core file). What the source does not tell is null.
 */
export interface Vma {
  readonly start: Address;
  readonly end: Address;
  /** Four characters as in maps: r w x and s|p, or '-'; '?' where the source does not tell. */
  readonly permissions: string;
  readonly offset: FileOffset | null;
  /** Major and minor in hexadecimal, as maps prints them: "fe:00". */
  readonly device: string | null;
  /** Decimal. "0" means: no file. */
  readonly inode: string | null;
  /** As the kernel names it: a path (maybe with " (deleted)"), "[heap]", or "" for none. One char a byte (latin1). */
  readonly name: string;
  /** smaps figures in bytes (THPeligible and ProtectionKey: as they are), keys as in smaps; null: source has none. */
  readonly figures: Figures | null;
  /** Two-letter words of VmFlags. */
  readonly vmFlags: readonly string[] | null;
  /** Index into Capture.files of the file mapped here; null for anonymous and special mappings. */
  readonly file: number | null;
}

/** Where x86-64 shows its vsyscall page: executable and, in most kernels, not readable (arch/x86 vsyscall_64.c). */
export const VSYSCALL = 0xffffffffff600000n;

/** Figures of one VMA in the order of Capture.figureNames; null where this VMA lacks the figure. */
export type Figures = readonly (number | null)[];
