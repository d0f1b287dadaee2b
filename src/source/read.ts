/** Reading small files and streams without ever trusting their size. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Of a piece of text. */
const CHUNK = 32 * 1024;
/** The kernel gives whole records of maps and smaps, and a page at most at a time. */
const PAGE = 4096;

/** Opens, reads to the end in pieces of latin1 text, closes. @throws system errors as node:fs does. */
export function readText(path: string, onPiece: (text: string) => void): void {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    for (;;) {
      const length = readSync(fd, buffer, filled, CHUNK - filled, null);
      filled += length;
      if (length > 0 && CHUNK - filled >= PAGE) continue;
      if (filled > 0) onPiece(buffer.toString('latin1', 0, filled));
      if (length === 0) return;
      filled = 0;
    }
  } finally {
    closeSync(fd);
  }
}

/** Most files of /proc are shorter. */
const SMALL = 8 * 1024;

/** The first `most` bytes of a small file of /proc. @throws system errors as node:fs does. */
export function readSmall(path: string, most: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(Math.min(SMALL, most));
    let length = 0;
    for (;;) {
      const got = readSync(fd, buffer, length, buffer.length - length, null);
      length += got;
      if (got === 0 || length === most) return buffer.subarray(0, length);
      if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length, most));
    }
  } finally {
    closeSync(fd);
  }
}
