import { readSync } from 'node:fs';
import type { ByteSource } from '../model/bytes.ts';

const HEAD = 4096;
const NONE = new Uint8Array(0);

/**
 * Memory for what is read of files, one after the other: to make it, and to touch it for the first time, takes longer than to
 * read what a library has of headers.
 */
export class ReusedMemory {
  readonly #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #used = 0;

  /** All of it is free again: what was read of the file before may change. */
  free(): void {
    this.#used = 0;
  }

  /** null where there is not so much left. */
  take(length: number): Buffer | null {
    if (length > this.#bytes.length - this.#used) return null;
    this.#used += length;
    return this.#bytes.subarray(this.#used - length, this.#used);
  }
}

/** A file as bytes at an offset. Its first page is kept: headers, notes and the interpreter lie there. */
export class FileBytes implements ByteSource {
  readonly size: number | null;
  readonly #fd: number;
  readonly #memory: ReusedMemory | null;
  #head: Buffer | null = null;

  /**
   * `size`: as fstat tells; null where it tells nothing (files of /proc). With `memory`, what was read stays as it is until
   * that is free again.
   */
  constructor(fd: number, size: number | null, memory: ReusedMemory | null = null) {
    this.#fd = fd;
    this.size = size;
    this.#memory = memory;
  }

  /** @throws system errors as node:fs does. */
  read(offset: bigint, length: number): Uint8Array {
    // Not exact above 2^53, where no file has bytes.
    const at = Number(offset);
    const wanted = this.size === null ? length : Math.min(length, this.size - at);
    if (wanted <= 0) return NONE;
    if (at + wanted > HEAD) return this.#pread(offset, wanted);
    this.#head ??= this.#pread(0n, HEAD);
    return this.#head.subarray(at, at + wanted);
  }

  #pread(offset: bigint, length: number): Buffer {
    const buffer = this.#memory?.take(length) ?? Buffer.allocUnsafe(length);
    const end = this.size === null ? Number.POSITIVE_INFINITY : this.size - Number(offset);
    let filled = 0;
    while (filled < length && filled < end) {
      const got = readSync(this.#fd, buffer, filled, length - filled, offset + BigInt(filled));
      if (got === 0) break;
      filled += got;
    }
    return filled === length ? buffer : buffer.subarray(0, filled);
  }
}
