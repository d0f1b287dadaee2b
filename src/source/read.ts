/** Reading small files and streams without ever trusting their size. */
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 64 * 1024;

/**
 * Reads from a descriptor to its end in pieces; the piece is valid until the next one.
 * @throws system errors as node:fs does.
 */
export function readPieces(fd: number, onPiece: (piece: Buffer) => void): void {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const length = readSync(fd, buffer, 0, CHUNK, null);
    if (length === 0) return;
    onPiece(buffer.subarray(0, length));
  }
}

/** Opens, reads to the end in pieces, closes. @throws system errors as node:fs does. */
export function readFilePieces(path: string, onPiece: (piece: Buffer) => void): void {
  const fd = openSync(path, 'r');
  try {
    readPieces(fd, onPiece);
  } finally {
    closeSync(fd);
  }
}

/** The first `most` bytes of a small file of /proc. @throws system errors as node:fs does. */
export function readSmall(path: string, most: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(most);
    let length = 0;
    while (length < most) {
      const got = readSync(fd, buffer, length, most - length, null);
      if (got === 0) break;
      length += got;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
