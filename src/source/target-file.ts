/**
 * A file or standard input as evidence. What it is follows from its content, never from its name:
 *
 *   7f 45 4c 46 (ELF)   e_type CORE: a core file; else a program or library
 *   1f 8b (gzip)        unpacked, then any of the others
 *   {                   a snapshot
 *   ff fe, fe ff        text in UTF-16, as PowerShell writes it
 *   anything else       captured text
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Depth } from '../elf/read.ts';
import { type ByteSource, bytesInMemory } from '../model/bytes.ts';
import type { Capture } from '../model/capture.ts';
import { oneCharAByte } from '../model/latin1.ts';
import { captureText, type TextOptions } from './captured-text.ts';
import { errnoOf, isOutOfFiles, TargetError, tooManyFiles } from './errors.ts';
import { FileBytes } from './file-bytes.ts';
import { openUnblocked, readPiece, readWhole } from './file-or-pipe.ts';
import { captureSnapshot } from './snapshot-read.ts';

const HEAD = 64 * 1024;
/** Of what is read at once. A snapshot of 65,000 mappings has 50 MB; and what V8 can hold in one string ends at 512 MiB. */
const LARGEST = 500 << 20;

/** Of a text, which may begin with a command line. A disk, a sparse file or /proc/PID/pagemap, which has no end, has more. */
const MOST_NULS = 65_536;

export interface TargetOptions extends TextOptions {
  readonly depth: Depth;
  /** Told how many bytes of a text have been read, from time to time. */
  readonly onProgress?: (bytes: number) => void;
}

/** Handles ELF targets; core files and images have sources of their own. */
export type ElfSource = (bytes: ByteSource, path: string | null, options: TargetOptions) => Capture;

/** @throws TargetError where there is no such file, it may not be read, or it is no evidence. */
export function captureFile(path: string, options: TargetOptions, elf: ElfSource): Capture[] {
  const fd = attempt(() => openUnblocked(path));
  if (typeof fd === 'string') throw new TargetError('unusable', `it is ${fd}, no evidence`, remedyFor(path));
  try {
    const stats = fstatSync(fd);
    const name = oneCharAByte(path);
    if (stats.isFile()) return captureRegular(fd, stats.size, name, options, elf);
    return captureStream(fd, name, options, elf);
  } finally {
    closeSync(fd);
  }
}

/** Of what is no file. */
const remedyFor = (path: string): string | null =>
  path.startsWith('/proc/') ? 'a process is named by its PID, or as /proc/PID' : null;

/** Reads evidence from a descriptor that cannot be read at an offset. @throws TargetError */
export function captureStream(
  fd: number,
  path: string | null,
  options: TargetOptions,
  elf: ElfSource,
): Capture[] {
  const stats = fstatSync(fd);
  if (stats.isFile()) return captureRegular(fd, stats.size, path, options, elf);
  if (stats.isDirectory()) throw new TargetError('unusable', 'it is a directory, no evidence');
  const head = attempt(() => readPiece(fd));
  if (isElf(head) || isWhole(head)) return captureBytes(readRest(fd, head), path, options, elf);
  return captureText(path, feed => feedStream(fd, head, counted(feed, options)), options);
}

function captureRegular(
  fd: number,
  size: number,
  path: string | null,
  options: TargetOptions,
  elf: ElfSource,
): Capture[] {
  const bytes = new FileBytes(fd, size);
  const head = readHead(fd);
  if (size > 0 && isElf(head)) return [elf(bytes, path, options)];
  if (isWhole(head)) {
    if (size > LARGEST) throw tooLarge();
    return captureBytes(Buffer.from(attempt(() => bytes.read(0n, size))), path, options, elf);
  }
  return captureText(path, feed => feedFrom(fd, counted(feed, options)), options);
}

function captureBytes(bytes: Buffer, path: string | null, options: TargetOptions, elf: ElfSource): Capture[] {
  const plain = isGzip(bytes) ? unpack(bytes) : bytes;
  if (isElf(plain)) return [elf(bytesInMemory(plain), path, options)];
  if (isJson(plain)) return [captureSnapshot(plain.toString('utf8'), path, options.depth)];
  const order = byteOrderOf(plain);
  const decode = order === null ? latin1 : utf16(order);
  return captureText(path, feed => feedSlices(plain, decode, counted(feed, options)), options);
}

type Decoder = (slice: Buffer) => string;

const latin1: Decoder = slice => slice.toString('latin1');

function utf16(order: 'le' | 'be'): Decoder {
  const decoder = new TextDecoder(`utf-16${order}`);
  // What is no UTF-16 has been replaced, so there is no half of a character, and the fast way loses nothing.
  return slice => Buffer.from(decoder.decode(slice, { stream: true })).toString('latin1');
}

function feedSlices(bytes: Buffer, decode: Decoder, feed: (text: string) => void): void {
  for (let at = 0; at < bytes.length; at += HEAD) feed(decode(bytes.subarray(at, at + HEAD)));
}

const byteOrderOf = (head: Buffer): 'le' | 'be' | null =>
  head[0] === 0xff && head[1] === 0xfe ? 'le' : head[0] === 0xfe && head[1] === 0xff ? 'be' : null;

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    if (errnoOf(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new TargetError('unusable', `it unpacks to more than ${LARGEST >> 20} MiB`, 'unpack it before');
    throw new TargetError('unusable', 'it begins like gzip but cannot be unpacked', null, error);
  }
}

const tooLarge = (): TargetError =>
  new TargetError('unusable', `it is larger than ${LARGEST >> 20} MiB, no snapshot is`);
const isElf = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;
/** Is it read at once, rather than piece by piece? */
const isWhole = (head: Buffer): boolean => isGzip(head) || isJson(head) || byteOrderOf(head) !== null;
const isJson = (head: Buffer): boolean => /^\s*[{[]\s*["{}\]]/.test(head.subarray(0, 256).toString('latin1'));

/** The same, but that it tells how much has been fed, and refuses what is no text before all of it is read. */
function counted(feed: (text: string) => void, { onProgress }: TargetOptions): (text: string) => void {
  let bytes = 0;
  let nuls = 0;
  return text => {
    if (text.includes('\0')) nuls += text.split('\0').length - 1;
    if (nuls > MOST_NULS)
      throw new TargetError('unusable', 'it is full of NUL bytes: neither ELF nor a snapshot nor text');
    feed(text);
    bytes += text.length;
    onProgress?.(bytes);
  };
}

/** Of a file in /proc too, whose size is said to be 0. */
function readHead(fd: number): Buffer {
  const head = Buffer.allocUnsafe(4096);
  const length = attempt(() => readSync(fd, head, 0, head.length, 0));
  return head.subarray(0, length);
}

/** From where the descriptor stands: who handed it over may have read the beginning. */
function feedFrom(fd: number, feed: (text: string) => void): void {
  const buffer = Buffer.allocUnsafe(HEAD);
  for (;;) {
    const length = attempt(() => readSync(fd, buffer, 0, HEAD, null));
    if (length === 0) return;
    feed(buffer.toString('latin1', 0, length));
  }
}

function feedStream(fd: number, head: Buffer, feed: (text: string) => void): void {
  for (let piece = head; piece.length > 0; piece = attempt(() => readPiece(fd)))
    feed(piece.toString('latin1'));
}

function readRest(fd: number, head: Buffer): Buffer {
  const whole = attempt(() => readWhole(fd, head, LARGEST));
  if (!whole) throw tooLarge();
  return whole;
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw openFailure(error);
  }
}

function openFailure(error: unknown): TargetError {
  if (isOutOfFiles(error)) return tooManyFiles(error);
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new TargetError('missing', 'there is no such file', 'a process is named by its PID', error);
    case 'EACCES':
    case 'EPERM':
      return new TargetError('permission', 'it may not be read', null, error);
    default:
      return new TargetError(
        'unusable',
        `it cannot be read (${errnoOf(error) || String(error)})`,
        null,
        error,
      );
  }
}
