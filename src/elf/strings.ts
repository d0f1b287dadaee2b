import type { ByteSource } from '../model/bytes.ts';
import { ownText } from '../model/text.ts';

/** Longer names are cut: no tool makes them, and a hostile table could point every header at one huge name. */
const LONGEST_NAME = 4096;
const LONGEST_TABLE = 16 << 20;
/**
 * Names of one table together, in its lengths: one is at times the end of another, but that does not go far. What lists
 * them may repeat each for every segment.
 */
const MOST_LENGTHS = 4;
const SHORT = 64 << 10;
/** V8 keeps the text of which a name is a part; of a longer one than this, names are copies. */
const LONGEST_KEPT = 64 << 10;

/** A string table (gABI: NUL-terminated names, found by offset), one char a byte. */
export class StringTable {
  readonly #text: string;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    this.#budget = MOST_LENGTHS * bytes.length + SHORT;
  }

  /** Reads a table of `size` bytes at `offset`; what lies past the end of the source reads as no names. */
  static read(source: ByteSource, offset: bigint, size: bigint): StringTable {
    const length = size > BigInt(LONGEST_TABLE) ? LONGEST_TABLE : Number(size);
    return new StringTable(source.read(offset, length));
  }

  /** Have the names overlapped so much that later ones are cut? */
  get isSpent(): boolean {
    return this.#budget === 0;
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
