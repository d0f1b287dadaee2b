import type { ByteSource } from '../model/bytes.ts';
import { ownText } from '../model/text.ts';

/** Longer names are cut: no tool makes them, and a hostile table could point every header at one huge name. */
const LONGEST_NAME = 4096;
const LONGEST_TABLE = 16 << 20;
/** Of all names of one table together. */
const MOST_CHARACTERS = 32 << 20;
/** V8 keeps the text of which a name is a part; of a longer one than this, names are copies. */
const LONGEST_KEPT = 64 << 10;

/** A string table (gABI: NUL-terminated names, found by offset), one char a byte. */
export class StringTable {
  readonly #text: string;
  #budget = MOST_CHARACTERS;

  constructor(bytes: Uint8Array) {
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  }

  /** Reads a table of `size` bytes at `offset`; what lies past the end of the source reads as no names. */
  static read(source: ByteSource, offset: bigint, size: bigint): StringTable {
    const length = size > BigInt(LONGEST_TABLE) ? LONGEST_TABLE : Number(size);
    return new StringTable(source.read(offset, length));
  }

  /** The name at `offset`; '' where the table has none. */
  at(offset: number): string {
    const text = this.#text;
    const limit = offset + Math.min(LONGEST_NAME, this.#budget);
    const part = limit < text.length ? text.slice(0, limit) : text;
    const end = part.indexOf('\0', offset);
    const name = end < 0 ? part.slice(offset) : part.slice(offset, end);
    this.#budget -= name.length;
    return text.length > LONGEST_KEPT ? ownText(name) : name;
  }
}
