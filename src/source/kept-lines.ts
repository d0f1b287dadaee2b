import type { Hash } from 'node:crypto';
import { isAt, ownText } from '../model/text.ts';

/** Characters, about: what one read of /proc gives. */
const BLOCK = 4096;
/** Characters that are kept; a process of 65,530 mappings has some 10 million, unless its files have the longest of names. */
const MOST_KEPT = 32 << 20;

/** Lines as text, in blocks, to be compared with a text that comes in pieces. Of too many, a digest stands for the rest. */
export class KeptLines {
  readonly #mostKept: number;
  readonly #blocks: string[] = [];
  #pending = '';
  #kept = 0;
  /** Of what is not kept, and of what it is compared with. */
  #rest: Hash | null = null;
  #other: Hash | null = null;
  /** What has been compared: blocks, and characters of the next one. */
  #block = 0;
  #at = 0;
  #areSame = true;

  constructor(mostKept: number = MOST_KEPT) {
    this.#mostKept = mostKept;
  }

  add(line: string): void {
    this.#pending += line;
    if (this.#pending.length >= BLOCK) this.#endBlock();
  }

  /** A block of its own: the parts of a joined string would keep the texts alive from which they are. */
  #endBlock(): void {
    if (this.#kept < this.#mostKept) this.#blocks.push(ownText(this.#pending));
    else {
      this.#rest ??= newHash();
      this.#rest.update(this.#pending, 'latin1');
    }
    this.#kept += this.#pending.length;
    this.#pending = '';
  }

  /** Takes the next piece of the other text. */
  compare(text: string): void {
    if (this.#pending !== '') this.#endBlock();
    for (let from = 0; from < text.length && this.#areSame; ) {
      const block = this.#blocks[this.#block];
      if (block === undefined && this.#rest) {
        this.#other ??= newHash();
        this.#other.update(text.slice(from), 'latin1');
        return;
      }
      const rest = block?.slice(this.#at, this.#at + text.length - from) ?? '';
      this.#areSame = rest !== '' && isAt(text, from, rest);
      from += rest.length;
      this.#at += rest.length;
      if (this.#at === block?.length) {
        this.#block++;
        this.#at = 0;
      }
    }
  }

  /** Was the other text the same, from its beginning to its end? Asked once, when there is no more of it. */
  areAllCompared(): boolean {
    if (!this.#areSame || this.#pending !== '' || this.#block !== this.#blocks.length) return false;
    return this.#rest?.digest('hex') === this.#other?.digest('hex');
  }
}

/** Loaded when it is needed: it takes a tenth of a start. */
const newHash = (): Hash => process.getBuiltinModule('node:crypto').createHash('sha256');
