/**
 * Opens files without ever waking what is not a plain file: a path is first opened with O_PATH, which neither blocks
 * on a FIFO nor touches a device (open(2)), and is reopened for reading only once fstat says that it is regular.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { UnavailableReason } from '../model/capture.ts';
import { errnoOf } from './errors.ts';
import { FileBytes, type ReusedMemory } from './file-bytes.ts';

/** Linux's value on every architecture that Node.js supports. */
export const O_PATH = 0o10000000;

export interface RegularFile {
  readonly ok: true;
  readonly bytes: FileBytes;
  readonly stats: BigIntStats;
  close(): void;
}

export interface Refusal {
  readonly ok: false;
  readonly reason: UnavailableReason;
  readonly message: string;
}

export const refuse = (reason: UnavailableReason, message: string): Refusal => ({
  ok: false,
  reason,
  message,
});

/**
 * Reopens for reading what an O_PATH descriptor refers to; `objection` may refuse it before. The caller closes both.
 * Never throws for trouble with the file.
 */
export function reopenRegular(
  handle: number,
  objection: (stats: BigIntStats) => Refusal | null = () => null,
  memory: ReusedMemory | null = null,
): RegularFile | Refusal {
  try {
    const stats = fstatSync(handle, { bigint: true });
    if (!stats.isFile()) return refuse('not-regular', 'what lies at its path is not a regular file');
    const refusal = objection(stats);
    if (refusal) return refusal;
    const fd = openSync(`/proc/self/fd/${handle}`, constants.O_RDONLY | constants.O_NONBLOCK);
    return {
      ok: true,
      bytes: new FileBytes(fd, Number(stats.size), memory),
      stats,
      close: () => closeSync(fd),
    };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EPERM') return refuse('permission', 'it may not be read');
    return refuse('error', `it cannot be opened (${errno || 'unknown error'})`);
  }
}
