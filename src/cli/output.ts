/** Standard output and -o FILE: written at once in large pieces, whole or not at all. */

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { oneCharAByte } from '../model/latin1.ts';
import { errnoOf, TargetError } from '../source/errors.ts';
import { pause } from '../source/pause.ts';
import { mindMemory } from './much-work.ts';
import { onInterrupt } from './on-interrupt.ts';

const IN_PLACE = 'a file is replaced as a whole, in its folder; > FILE writes into it where it is';
const PIECE = 64 * 1024;
/** So many bytes are written between two looks at the memory. */
const MINDED = 4 << 20;
/** Bytes of UTF-8 for one unit of UTF-16. */
const LONGEST_CHARACTER = 3;

/** The output cannot be written: that ends the whole command, not one target. */
class OutputError extends TargetError {}

export interface Output {
  write(text: string | Buffer): void;
  /** Completes the output. */
  close(): void;
  /** Gives up: a file is left as it was. */
  discard(): void;
}

/** Standard output. */
export function standardOutput(): Output {
  const put = untilClosed(() => 1);
  const sink = buffered(piece => attempt('standard output', () => put(piece)));
  return { write: sink.write, close: sink.flush, discard: sink.flush };
}

/**
 * A file: written beside its final place and moved there when complete, so that neither an error nor a signal leaves half of
 * it. What is no regular file (a device, a FIFO) is written to directly. It is opened when there is something to write:
 * until then, the usual death by a signal leaves nothing behind. A secret is for who writes it alone, and takes the place of
 * nothing, unless that is to be `replaced`.
 * @throws TargetError where it cannot be written.
 */
export function fileOutput(path: string, secret: { readonly replaces: boolean } | null = null): Output {
  const file = isSpecial(path) || isDescriptor(path) ? null : attempt(path, () => replaceable(path));
  const direct = file === null;
  if (!direct) attempt(path, () => accessSync(dirname(file), constants.W_OK | constants.X_OK));
  // A name of its own, however long the file's is and whoever else writes there.
  const written = direct
    ? path
    : join(dirname(file), `.vmaexplain-${Math.random().toString(36).slice(2)}.part`);
  let fd: number | null = null;
  let release = (): void => {};
  const open = (): number => {
    if (!direct) release = onInterrupt(() => rmSync(written, { force: true }));
    fd = attempt(path, () => openSync(written, direct ? 'a' : 'wx', secret ? 0o600 : 0o666), release);
    if (!direct && !secret) keepAccess(fd, file);
    return fd;
  };
  const discard = (): void => {
    if (fd === null) return;
    closeSync(fd);
    fd = null;
    if (!direct) rmSync(written, { force: true });
    release();
  };
  const put = untilClosed(() => fd ?? open());
  const sink = buffered(piece => attempt(path, () => put(piece), discard));
  const close = (): void => {
    sink.flush();
    const complete = fd ?? open();
    attempt(
      path,
      () => {
        if (direct) return;
        fsyncSync(complete);
        if (secret?.replaces === false) moveToNew(written, file);
        else renameSync(written, file);
      },
      discard,
    );
    fd = null;
    closeSync(complete);
    release();
  };
  return { write: sink.write, close, discard };
}

/** rename(2) would replace what has been made there meanwhile. */
function moveToNew(from: string, to: string): void {
  linkSync(from, to);
  unlinkSync(from);
}

function isSpecial(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/** /dev/stdout, /dev/fd/3: what is behind it is not to be replaced, but written to where it stands. */
const isDescriptor = (path: string): boolean => /^\/(dev\/(std(in|out|err)$|fd\/)|proc\/)/.test(path);

/** Who may read the file that is replaced may read the new one, and nobody else. */
function keepAccess(fd: number, replaced: string): void {
  const stats = statSync(replaced, { throwIfNoEntry: false });
  if (!stats) return;
  fchmodSync(fd, stats.mode & 0o666);
  try {
    fchownSync(fd, stats.uid, stats.gid);
  } catch {
    // Only root may give files away; then it belongs to who wrote it.
  }
}

/** The file that a path leads to, or is to be; null where a link leads to none: that can only be written through. */
function replaceable(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? null : path;
  }
}

function attempt<T>(path: string, action: () => T, undo: () => void = () => {}): T {
  try {
    return action();
  } catch (error) {
    undo();
    throw error instanceof OutputError ? error : outputError(path, error);
  }
}

function outputError(path: string, error: unknown): OutputError {
  return new OutputError(
    'unusable',
    `${oneCharAByte(path) || "''"}: cannot be written (${errnoOf(error) || String(error)})`,
    REMEDIES[errnoOf(error)] ?? null,
    error,
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'its folder must exist',
  EACCES: IN_PLACE,
  EROFS: IN_PLACE,
  EBUSY: IN_PLACE,
  EEXIST: 'it has been made meanwhile; --force overwrites it',
};

function buffered(put: (piece: Buffer) => void): { write(text: string | Buffer): void; flush(): void } {
  let pending = '';
  let memory: Buffer | null = null;
  let unminded = 0;
  const flush = (): void => {
    if (pending === '') return;
    memory ??= Buffer.allocUnsafeSlow(2 * LONGEST_CHARACTER * PIECE);
    const fits = LONGEST_CHARACTER * pending.length <= memory.length;
    const piece = fits ? memory.subarray(0, memory.write(pending)) : Buffer.from(pending);
    pending = '';
    put(piece);
    unminded += piece.length;
    if (unminded < MINDED) return;
    unminded = 0;
    mindMemory();
  };
  return {
    write(text) {
      if (typeof text !== 'string') {
        flush();
        put(text);
        return;
      }
      pending += text;
      if (pending.length >= PIECE) flush();
    },
    flush,
  };
}

/** Writes pieces; a reader that goes away (| head) ends that without an error. */
function untilClosed(fd: () => number): (piece: Buffer) => void {
  let closed = false;
  return piece => {
    if (closed) return;
    try {
      writeAll(fd(), piece);
    } catch (error) {
      if (errnoOf(error) !== 'EPIPE') throw error;
      closed = true;
    }
  };
}

/** A pipe may be full and non-blocking: then wait for its reader. */
export function writeAll(fd: number, piece: Buffer): void {
  for (let at = 0; at < piece.length; ) {
    try {
      at += writeSync(fd, piece, at);
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') throw error;
      pause();
    }
  }
}
