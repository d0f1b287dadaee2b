import { isAt, ownText } from '../model/text.ts';

/** Characters, about: what one read of /proc gives. */
const BLOCK = 4096;

/** Lines as text, in blocks, to be compared with a text that comes in pieces. */
export class KeptLines {
  readonly #blocks: string[] = [];
  #pending = '';
  /** What has been compared: blocks, and characters of the next one. */
  #block = 0;
  #at = 0;
  #areSame = true;

  add(line: string): void {
    this.#pending += line;
    if (this.#pending.length >= BLOCK) this.#endBlock();
  }

  /** A block of its own: the parts of a joined string would keep the texts alive from which they are. */
  #endBlock(): void {
    this.#blocks.push(ownText(this.#pending));
    this.#pending = '';
  }

  /** Takes the next piece of the other text. */
  compare(text: string): void {
    if (this.#pending !== '') this.#endBlock();
    for (let from = 0; from < text.length && this.#areSame; ) {
      const rest = this.#blocks[this.#block]?.slice(this.#at, this.#at + text.length - from) ?? '';
      this.#areSame = rest !== '' && isAt(text, from, rest);
      from += rest.length;
      this.#at += rest.length;
      if (this.#at === this.#blocks[this.#block]?.length) {
        this.#block++;
        this.#at = 0;
      }
    }
  }

  /** Was the other text the same, from its beginning to its end? */
  areAllCompared(): boolean {
    return this.#areSame && this.#pending === '' && this.#block === this.#blocks.length;
  }
}
