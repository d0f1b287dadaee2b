import { readSync } from 'node:fs';
import type { ByteSource } from '../model/bytes.ts';

const HEAD = 4096;

/** A file as bytes at an offset. Its first page is kept: headers, notes and the interpreter lie there. */
export class FileBytes implements ByteSource {
  readonly size: number | null;
  readonly #fd: number;
  #head: Buffer | null = null;

  /** `size`: as fstat tells; null where it tells nothing (files of /proc). */
  constructor(fd: number, size: number | null) {
    this.#fd = fd;
    this.size = size;
  }

  /** @throws system errors as node:fs does. */
  read(offset: bigint, length: number): Uint8Array {
    const available = this.size === null ? length : Number(clamp(BigInt(this.size) - offset, length));
    const wanted = Math.min(length, available);
    if (wanted <= 0) return new Uint8Array(0);
    if (offset + BigInt(wanted) <= HEAD) {
      this.#head ??= this.#pread(0n, HEAD);
      return this.#head.subarray(Number(offset), Number(offset) + wanted);
    }
    return this.#pread(offset, wanted);
  }

  #pread(offset: bigint, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const got = readSync(this.#fd, buffer, filled, length - filled, offset + BigInt(filled));
      if (got === 0) break;
      filled += got;
      if (this.size !== null && offset + BigInt(filled) >= BigInt(this.size)) break;
    }
    return buffer.subarray(0, filled);
  }
}

const clamp = (value: bigint, most: number): bigint =>
  value < 0n ? 0n : value > BigInt(most) ? BigInt(most) : value;
