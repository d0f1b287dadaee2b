import type { ElfFile } from './elf.ts';
import type { Address } from './units.ts';
import type { Vma } from './vma.ts';

/**
 * The facts about one process, wherever they come from. Everything after `source` works on this value and on nothing else.
 * Beside printing `origin`, it asks of it only whether there was a process at all, or a file's headers alone.
 */
export interface Capture {
  readonly origin: Origin;
  readonly process: ProcessFacts;
  /** In address order. */
  readonly vmas: readonly Vma[];
  /** Names of the columns of Vma.figures, as in smaps ("Rss", "Pss", …); [] where the source has none. */
  readonly figureNames: readonly string[];
  /** null: unknown. */
  readonly auxv: AuxiliaryVector | null;
  /** Every distinct file that is mapped; Vma.file points here. */
  readonly files: readonly MappedFile[];
  /** The image of the [vdso], read from the process's memory. */
  readonly vdso: ElfFile | null;
  readonly notes: readonly Note[];
}

export interface Origin {
  readonly kind: 'live' | 'maps' | 'smaps' | 'pmap' | 'netbsd-pmap' | 'snapshot' | 'core' | 'elf';
  /** For captured text: which form of it. */
  readonly variant: string | null;
  /** The file that the evidence was read from. */
  readonly path: string | null;
}

export interface ProcessFacts {
  readonly pid: number | null;
  /** Arguments joined by spaces; the name in brackets for a kernel thread. */
  readonly command: string | null;
  /** Path of the executable, as the kernel names it. */
  readonly executable: string | null;
  /** Index into Capture.files of the executable, where the evidence identifies it. */
  readonly executableFile: number | null;
  /** Bytes, a power of two. */
  readonly pageSize: number;
  /** Where the page size comes from; 'assumed' where the evidence does not tell. */
  readonly pageSizeFrom: 'auxv' | 'smaps' | 'core' | 'option' | 'assumed';
  /** Why there are no mappings: 'kernel-thread', 'zombie'; else 'running'. */
  readonly state: 'running' | 'zombie' | 'kernel-thread';
  /** /proc/PID/personality; null: not readable. */
  readonly personality: number | null;
  /** /proc/sys/kernel/randomize_va_space; null: unknown. */
  readonly randomizeVaSpace: number | null;
  /** Threads' stack pointers in ascending order, where the evidence has them. */
  readonly stackPointers: readonly Address[];
}

/** personality(2): whatever is mapped readable is executable as well. */
export const READ_IMPLIES_EXEC = 0x400000;

/** What the kernel appends to the name of a file that has none any more (fs/d_path.c). */
export const DELETED = ' (deleted)';

/** A name as it was before the kernel appended that. */
export const withoutDeleted = (name: string): string =>
  name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;

/** The entries of the auxiliary vector that matter here (getauxval(3)); null where absent. */
export interface AuxiliaryVector {
  readonly pageSize: number | null;
  readonly base: Address | null;
  readonly entry: Address | null;
  readonly sysinfoEhdr: Address | null;
}

/** A file that is mapped, told apart from others by device and inode where the source has them. */
export interface MappedFile {
  /** Without the " (deleted)" that the kernel appended. One char a byte (latin1). */
  readonly path: string;
  readonly deleted: boolean;
  readonly device: string | null;
  readonly inode: string | null;
  readonly image: ImageState;
}

/** What could be learnt about a mapped file's content. */
export type ImageState =
  /** Usually one candidate; several where only a base name is known. Correlation picks by fit. */
  | { readonly status: 'read'; readonly candidates: readonly ImageCandidate[] }
  | { readonly status: 'not-elf' }
  | { readonly status: 'unavailable'; readonly reason: UnavailableReason; readonly message: string };

export interface ImageCandidate {
  readonly elf: ElfFile;
  /** Where it was read. */
  readonly path: string;
  /** What proves that it is the mapped file. */
  readonly identity: Identity;
  /** Found in a usual folder by its base name, which is all that was known of it. */
  readonly guessed?: true;
}

export const IDENTITIES = ['inode', 'build-id', 'path-only'] as const;
export type Identity = (typeof IDENTITIES)[number];

export const UNAVAILABLE_REASONS = [
  'not-found',
  'permission',
  'replaced',
  'deleted',
  'not-regular',
  'not-looked-for',
  'malformed',
  'mismatch',
  'ambiguous',
  'error',
] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** Something that could not be read or does not hold, and what that leaves out. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

/** Is a file of this name a device? Shared memory, which lies in the same place, is files like others. */
export const isDevice = (name: string): boolean => name.startsWith('/dev/') && !name.startsWith('/dev/shm/');
