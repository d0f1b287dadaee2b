import { type ByteSource, bytesInMemory } from '../../../src/model/bytes.ts';

/** Counts what is read, so that a bound on work is a number and no stopwatch; refuses what no source can answer. */
export class CountingBytes implements ByteSource {
  readonly size: number;
  reads = 0;
  bytesRead = 0;
  readonly #source: ByteSource;

  constructor(bytes: Uint8Array) {
    this.#source = bytesInMemory(bytes);
    this.size = bytes.length;
  }

  read(offset: bigint, length: number): Uint8Array {
    if (offset < 0n || length < 0 || !Number.isSafeInteger(length))
      throw new Error(`read(${offset}, ${length})`);
    this.reads++;
    const bytes = this.#source.read(offset, length);
    this.bytesRead += bytes.length;
    return bytes;
  }
}
