/** Parts of a file: what was read of it when a snapshot was recorded, and reading it again from there. */
import type { ByteSource } from '../model/bytes.ts';
import { countBelow } from '../model/ordered.ts';
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
    if (bytes.length > 0) this.#reads.push({ offset, bytes: new Uint8Array(bytes) });
    return bytes;
  }

  /** Everything that was read, in order, overlapping and touching reads joined. */
  chunks(): Chunk[] {
    const sorted = this.#reads.toSorted((a, b) => ascending(a.offset, b.offset));
    const chunks: Chunk[] = [];
    let pieces: Uint8Array[] = [];
    let start = 0n;
    let end = -1n;
    const close = (): void => {
      if (pieces.length > 0) chunks.push({ offset: start, bytes: Buffer.concat(pieces) });
    };
    for (const { offset, bytes } of sorted) {
      if (offset > end) {
        close();
        pieces = [];
        start = offset;
        end = offset;
      }
      const known = Number(end - offset);
      if (bytes.length <= known) continue;
      pieces.push(bytes.subarray(known));
      end = offset + BigInt(bytes.length);
    }
    close();
    return chunks;
  }
}

/** The chunks as a source; what lies in none of them reads as cut short. */
export class SparseBytes implements ByteSource {
  readonly size: number | null;
  readonly #chunks: readonly Chunk[];

  constructor(size: number | null, chunks: readonly Chunk[]) {
    this.size = size;
    this.#chunks = chunks.toSorted((a, b) => ascending(a.offset, b.offset));
  }

  read(offset: bigint, length: number): Uint8Array {
    const chunk = this.#chunks[countBelow(this.#chunks, offset + 1n, ({ offset: start }) => start) - 1];
    if (!chunk) return new Uint8Array(0);
    const at = Number(offset - chunk.offset);
    return chunk.bytes.subarray(at, at + length);
  }
}
