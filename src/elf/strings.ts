import type { ByteSource } from '../model/bytes.ts';

/** Longer names are cut: no tool makes them, and a hostile table could point every header at one huge name. */
const LONGEST_NAME = 4096;
const LONGEST_TABLE = 16 << 20;
/** Of all names of one table together. */
const MOST_CHARACTERS = 32 << 20;

/** A string table (gABI: NUL-terminated names, found by offset), one char a byte. */
export class StringTable {
  readonly #bytes: Buffer;
  #budget = MOST_CHARACTERS;
  readonly #known = new Map<number, string>();

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Reads a table of `size` bytes at `offset`; what lies past the end of the source reads as no names. */
  static read(source: ByteSource, offset: bigint, size: bigint): StringTable {
    const length = size > BigInt(LONGEST_TABLE) ? LONGEST_TABLE : Number(size);
    return new StringTable(source.read(offset, length).slice());
  }

  /** The name at `offset`; '' where the table has none. */
  at(offset: number): string {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const bytes = this.#bytes;
    const limit = Math.min(bytes.length, offset + Math.min(LONGEST_NAME, this.#budget));
    let end = offset;
    while (end < limit && bytes[end] !== 0) end++;
    const name = bytes.toString('latin1', offset, end);
    this.#budget -= name.length;
    this.#known.set(offset, name);
    return name;
  }
}
