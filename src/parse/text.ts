/**
 * Captured text: /proc/PID/maps, /proc/PID/smaps, and what any pmap prints, of one process or several,
 * recognised line by line from the shape of the rows:
 *
 *   1234:   sleep 1000                              opens a process           text/first-line.ts
 *   Address           Kbytes     RSS   Dirty Mode   may tell the columns      pmap/row-reader.ts
 *   000056280898e000     188       0       0 r----  is a mapping              pmap/row-reader.ts
 *   total kB            4492    1824     452        is passed over            text/furniture.ts
 *   5576a6515000-5576a6517000 r--p 00000000 fe:00…  goes to SmapsParser       text/maps-block.ts
 *
 * Text is one char a byte (latin1), fed in pieces of any size; lines end with LF or all with CR LF. A line
 * that is none of these is kept as a bad line, and the others still count.
 */
import { TextBlocks } from './text/blocks.ts';
import { looksLikeFigure } from './text/maps-block.ts';
import type { TextProcess } from './text/types.ts';

export { type TextProcess, UnrecognisedText } from './text/types.ts';

/** A path has at most 4096 bytes, and -XX adds a few hundred; longer lines are bad and never kept. */
const LONGEST_LINE = 64 * 1024;
/** In UTF-8, as editors of Windows write it. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const INDENTED_MAPS = /^([ \t]{1,16})[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][sp] /;

export class TextParser {
  readonly #blocks = new TextBlocks();
  /** The beginning of a line whose end has not come yet. */
  #rest = '';
  /** Lines taken so far. */
  #lines = 0;
  /** Is what comes next the remainder of a line that was too long? */
  #skipping = false;
  /** Does every line end with CR LF, as the first one does? */
  #crlf: boolean | null = null;
  /** What every line begins with, as the first one does. */
  #indent: string | null = null;

  /** Takes the next piece of text. */
  feed(text: string): void {
    let from = 0;
    if (this.#skipping) {
      from = text.indexOf('\n') + 1;
      if (from === 0) return;
      this.#skipping = false;
    }
    const whole = text.lastIndexOf('\n') + 1;
    if (whole > from) {
      const lines = this.#rest + text.slice(from, whole);
      this.#rest = '';
      const bare =
        this.#lines === 0 && lines.startsWith(BYTE_ORDER_MARK) ? lines.slice(BYTE_ORDER_MARK.length) : lines;
      this.#takeLines(this.#withoutIndent(this.#withoutCarriageReturns(bare)));
      from = whole;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length <= LONGEST_LINE) return;
    this.#blocks.takeOverlong(++this.#lines, this.#rest);
    this.#rest = '';
    this.#skipping = true;
  }

  /** The processes of the text, in its order; throws UnrecognisedText where there is none. */
  finish(): readonly TextProcess[] {
    if (this.#rest !== '') this.feed('\n');
    return this.#blocks.finish();
  }

  #withoutCarriageReturns(lines: string): string {
    this.#crlf ??= lines[lines.indexOf('\n') - 1] === '\r';
    return this.#crlf ? lines.replaceAll('\r\n', '\n') : lines;
  }

  /** Maps lines of a Markdown code block are all set in. */
  #withoutIndent(lines: string): string {
    this.#indent ??= INDENTED_MAPS.exec(lines)?.[1] ?? '';
    return this.#indent === '' ? lines : `\n${lines}`.replaceAll(`\n${this.#indent}`, '\n').slice(1);
  }

  /** Takes whole lines. Those of maps and smaps are handed on together: `handed` is where the next piece begins. */
  #takeLines(text: string): void {
    const blocks = this.#blocks;
    let handed = 0;
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      const next = newline + 1;
      const maps = blocks.maps;
      this.#lines++;
      if (newline - at > LONGEST_LINE) {
        maps?.feed(text.slice(handed, at));
        blocks.takeOverlong(this.#lines, text.slice(at, newline));
        handed = next;
      } else if (!maps || !looksLikeFigure(text, at, newline)) {
        blocks.take(this.#lines, text.slice(at, newline));
        if (blocks.maps !== maps) {
          maps?.feed(text.slice(handed, at));
          handed = at;
        }
      }
      at = next;
    }
    blocks.maps?.feed(text.slice(handed));
  }
}
