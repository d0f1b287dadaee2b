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

export { prefixHint } from './text/refused.ts';
export { type TextProcess, UnrecognisedText } from './text/types.ts';

/** A path has at most 4096 bytes, and -XX adds a few hundred; longer lines are bad and never kept. */
const LONGEST_LINE = 64 * 1024;
/** In UTF-8, as editors of Windows write it. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
/** How the first row begins, or in a Markdown code block or a quoted mail the line above it. */
const FIRST_ROW =
  /^(?:([ \t>|]{0,16})[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][sp] |([ \t>|]{1,16})(?:[0-9]{1,10}: {1,3}\S|==> \/proc\/))/m;
/** The end of the first line that begins with an address. */
const END_OF_ROW = /^[ \t>|]*[0-9a-f]{8,16}[ -][^\n]*?(\r?)\n/m;
/** What is not found in so many lines is not looked for further. */
const LINES_TO_LOOK_AT = 100;

export class TextParser {
  readonly #blocks = new TextBlocks();
  /** The beginning of a line whose end has not come yet. */
  #rest = '';
  /** Lines taken so far. */
  #lines = 0;
  /** Is what comes next the remainder of a line that was too long? */
  #skipping = false;
  /** Does every line end with CR LF, as the first row does? null: no row yet. */
  #crlf: boolean | null = null;
  /** What every line begins with, as the first row does; null: no row yet. */
  #prefix: string | null = null;

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
      this.#lookAt(bare);
      this.#takeLines(this.#withoutPrefix(this.#crlf ? bare.replaceAll('\r\n', '\n') : bare));
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

  /** Learns from the first row how lines begin and end, if it is among these. */
  #lookAt(lines: string): void {
    if (this.#lines >= LINES_TO_LOOK_AT || (this.#crlf !== null && this.#prefix !== null)) return;
    const first = firstLines(lines, LINES_TO_LOOK_AT - this.#lines);
    const end = END_OF_ROW.exec(first);
    if (end) this.#crlf ??= end[1] === '\r';
    const start = FIRST_ROW.exec(first);
    if (start) this.#prefix ??= start[1] ?? start[2]!;
  }

  #withoutPrefix(lines: string): string {
    return this.#prefix ? `\n${lines}`.replaceAll(`\n${this.#prefix}`, '\n').slice(1) : lines;
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

function firstLines(text: string, count: number): string {
  let end = 0;
  for (let i = 0; i < count; i++) {
    end = text.indexOf('\n', end) + 1;
    if (end === 0) return text;
  }
  return text.slice(0, end);
}
