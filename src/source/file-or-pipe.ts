/** What a user names as a file, or hands over as standard input: a plain file or a pipe, read no further than is allowed. */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errnoOf, TargetError } from './errors.ts';
import { O_PATH } from './open-regular.ts';
import { pause } from './pause.ts';

const PIECE = 64 * 1024;

const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a plain file, or a pipe: a FIFO without a writer does not block, and one made by the shell (<(…)) is read like
 * standard input. A device is not even opened.
 * @returns a descriptor, or in words what else it is. @throws system errors.
 */
export function openUnblocked(path: string): number | string {
  const handle = openSync(path, O_PATH);
  try {
    const other = otherKind(fstatSync(handle));
    if (other) return other;
    return openSync(existsSync('/proc/self/fd') ? `/proc/self/fd/${handle}` : path, READ);
  } finally {
    closeSync(handle);
  }
}

/** What it is, in words, if it is neither a plain file nor a pipe. */
function otherKind(stats: Stats): string | null {
  if (stats.isFile() || stats.isFIFO()) return null;
  return stats.isDirectory() ? 'a directory' : 'a device or socket';
}

/** The next bytes, as many as fit where more follow: a pipe may give them one by one. @throws system errors. */
export function readPiece(fd: number): Buffer {
  const buffer = Buffer.allocUnsafe(PIECE);
  let size = 0;
  for (let read = -1; read !== 0 && size < PIECE; size += read) read = readSome(fd, buffer, size);
  return buffer.subarray(0, size);
}

/** Reads what there is behind `at`; 0 at the end. A non-blocking pipe that is empty is waited for. */
function readSome(fd: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(fd, buffer, at, buffer.length - at, null);
    } catch (error) {
      if (errnoOf(error) === 'EOF') return 0;
      if (errnoOf(error) !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** What has been read and all that follows; null where that is more than `most` bytes. @throws system errors. */
export function readWhole(fd: number, head: Buffer, most: number): Buffer | null {
  const pieces = [head];
  let size = head.length;
  for (let piece = readPiece(fd); piece.length > 0; piece = readPiece(fd)) {
    pieces.push(piece);
    size += piece.length;
    if (size > most) return null;
  }
  return Buffer.concat(pieces);
}

/** The content of a file or pipe. @throws system errors; TargetError where it is something else, or larger than `most` bytes. */
export function readContent(path: string, most: number): Buffer {
  const fd = openUnblocked(path);
  if (typeof fd === 'string') throw new TargetError('unusable', `it is ${fd}`);
  try {
    const content = readWhole(fd, Buffer.alloc(0), most);
    if (!content) throw new TargetError('unusable', 'it is too large');
    return content;
  } finally {
    closeSync(fd);
  }
}
