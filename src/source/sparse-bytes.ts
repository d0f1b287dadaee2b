/** Parts of a file: what was read of it when a snapshot was recorded, and reading it again from there. */
import type { ByteSource } from '../model/bytes.ts';
import { ascending } from '../model/units.ts';

export interface Chunk {
  readonly offset: bigint;
  readonly bytes: Uint8Array;
}

/** Passes reads through and keeps what they gave. */
export class RecordingBytes implements ByteSource {
  readonly size: number | null;
  readonly #source: ByteSource;
  readonly #reads: Chunk[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = this.#source.read(offset, length);
    if (bytes.length > 0) this.#reads.push({ offset, bytes: bytes.slice() });
    return bytes;
  }

  /** Everything that was read, in order, overlapping and touching reads joined. */
  chunks(): Chunk[] {
    const sorted = this.#reads.toSorted((a, b) => ascending(a.offset, b.offset));
    const chunks: Chunk[] = [];
    for (const read of sorted) {
      const last = chunks.at(-1);
      const lastEnd = last ? last.offset + BigInt(last.bytes.length) : -1n;
      if (!last || read.offset > lastEnd) {
        chunks.push(read);
        continue;
      }
      const known = Number(lastEnd - read.offset);
      if (read.bytes.length <= known) continue;
      const joined = new Uint8Array(last.bytes.length + read.bytes.length - known);
      joined.set(last.bytes);
      joined.set(read.bytes.subarray(known), last.bytes.length);
      chunks[chunks.length - 1] = { offset: last.offset, bytes: joined };
    }
    return chunks;
  }
}

/** The chunks as a source; what lies in none of them reads as cut short. */
export class SparseBytes implements ByteSource {
  readonly size: number | null;
  readonly #chunks: readonly Chunk[];

  constructor(size: number | null, chunks: readonly Chunk[]) {
    this.size = size;
    this.#chunks = chunks;
  }

  read(offset: bigint, length: number): Uint8Array {
    const chunk = this.#chunks.find(
      ({ offset: start, bytes }) => start <= offset && offset < start + BigInt(bytes.length),
    );
    if (!chunk) return new Uint8Array(0);
    const at = Number(offset - chunk.offset);
    return chunk.bytes.subarray(at, at + length);
  }
}
