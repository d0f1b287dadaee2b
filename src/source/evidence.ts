/**
 * What can be asked about a process, answered by /proc or by a snapshot of it. The Capture is assembled from this
 * alone (assemble.ts), so a snapshot gives the very report that the live process gave.
 */
import type { ByteSource } from '../model/bytes.ts';
import type { MappedFile, Note, Origin } from '../model/capture.ts';
import type { Vma } from '../model/vma.ts';
import type { SmapsParser } from '../parse/smaps.ts';

export interface ProcessEvidence {
  readonly origin: Origin;
  readonly pid: number;
  /** Raw auxv; null where it may not be read. */
  readonly auxv: Uint8Array | null;
  /** Arguments separated and ended by NUL; empty for kernel threads and zombies. */
  readonly commandLine: Uint8Array;
  /** Text of /proc/PID/status; '' where it cannot be read. */
  readonly status: string;
  /** Target of /proc/PID/exe. */
  readonly executable: string | null;
  /** Text of /proc/PID/personality. */
  readonly personality: string | null;
  /** Threads' stack pointers, in hexadecimal with 0x; [] where they may not be read. */
  readonly stackPointers: readonly string[];
  /** Text of /proc/sys/kernel/randomize_va_space. */
  readonly randomizeVaSpace: string | null;
  /** Little-endian machine? Auxv words are in the target's order. */
  readonly littleEndian: boolean;
  /** Memory map as read, with what was noticed meanwhile. */
  readonly mappings: { readonly parsed: SmapsParser; readonly notes: readonly Note[] };
  /** Opens and reads a mapped file. The executable is asked for before all others. */
  image(request: ImageRequest): Omit<MappedFile, 'device' | 'inode'>;
  /** Bytes of the [vdso] mapping; null where memory may not be read. */
  vdso(vma: Vma): ByteSource | null;
}

export interface ImageRequest {
  /** As maps prints it. */
  readonly name: string;
  /** The file's lowest VMA. */
  readonly first: Vma;
  /** Can any of its mappings be an image's? */
  readonly wanted: boolean;
  /** Is it the process's executable, of which more is read than of libraries? */
  readonly executable: boolean;
}
