/**
 * /proc/PID/smaps and /proc/PID/maps (proc_pid_smaps(5); kernel fs/proc/task_mmu.c), fed in pieces of any size.
 * A record is a maps line, figure lines and the flags:
 *
 *   5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
 *   Size:                  8 kB
 *   Rss:                   8 kB
 *   THPeligible:           0
 *   VmFlags: rd mr mw me
 *
 * Every record of one file has the same lines, so that an expression made of the first record's reads each of the others at
 * once. And many records are equal but for their first line: their figures are kept once.
 */
import { MOST_FIGURES } from '../model/figures.ts';
import { LastTwo } from '../model/last-two.ts';
import { isAt, ownText } from '../model/text.ts';
import type { Figures, Vma } from '../model/vma.ts';
import { BadLines } from './bad-lines.ts';
import { FileTable } from './file-table.ts';
import { type OpenVma, VmaReader } from './maps.ts';

/** Which lines follow the first line of a record. */
interface Shape {
  /** Sticky, without groups: a text for each of 25 figures would be most of what is left behind. */
  readonly lines: RegExp;
  /** Bytes in the unit of each figure, in the order of the lines. */
  readonly scales: readonly number[];
}

const FIGURE_LINE = /^([A-Za-z][A-Za-z0-9_]{0,63}): +([0-9]{1,18})( kB)?[ \t\r]*$/;
/** Two letters, or "??". */
const FLAG = /^[\x21-\x7e]{1,16}$/;
/** Of all 64 flags that there can be, in longer words than any kernel's. */
const LONGEST_FLAGS = 1024;
const VM_FLAGS = 'VmFlags:';
const KB = ' kB';
const KIB = 1024;
const BLANK = 0x20;
const ZERO = 0x30;
/** A path has at most 4096 bytes, and maps may show a little more; longer lines are not kept. */
const LONGEST_LINE = 64 * KIB;
/** Records are remembered from this one on: it pays where thousands are alike. */
const MANY = 1000;
/** After so many new ones in a row, only one in a few is. */
const MOST_NEWS = 64;
const SELDOM = 8;
/** Of records that are remembered, with some 600 characters each; and of sets of flags, of which there are a few dozen. */
const MOST_KNOWN = 4096;

/** What follows the first line of a record. */
interface Rest {
  /** To the newline of the last line. */
  readonly lines: string;
  readonly figures: Figures;
  readonly flags: readonly string[];
}

export class SmapsParser {
  readonly files: FileTable = new FileTable();
  readonly vmas: Vma[] = [];
  /** In the order in which they were first met. */
  readonly figureNames: string[] = [];
  readonly bad: BadLines = new BadLines();

  readonly #reader = new VmaReader(this.files);
  #rest = '';
  #line = 0;
  /** The record that is being read. */
  #open: OpenVma | null = null;
  /** Its figures, as its lines tell them one by one. */
  #figures: (number | null)[] | null = null;
  /** Of the first record that has figures and flags. */
  #shape: Shape | null = null;
  /** Of the figures of the open record while there is no shape, in the order of its lines. */
  #scales: number[] = [];
  readonly #flagSets = new Map<string, readonly string[]>();
  readonly #known = new Map<string, Rest>();
  /** Records in a row that were not known. */
  #news = 0;
  readonly #recent = new LastTwo<Rest>();
  readonly #onFirstLine: ((line: string) => void) | null;

  /** `onFirstLine` is handed each maps line, newline and all; the string is valid until the next piece. */
  constructor(onFirstLine: ((line: string) => void) | null = null) {
    this.#onFirstLine = onFirstLine;
  }

  /** Takes the next piece of text (latin1). */
  feed(text: string): void {
    const all = this.#rest === '' ? text : this.#rest + text;
    let at = 0;
    for (;;) {
      const newline = all.indexOf('\n', at);
      if (newline < 0) break;
      const isFirst = this.#takeLine(all, at, newline);
      at = newline + 1;
      if (isFirst && this.#shape) at = this.#takeRest(all, at);
    }
    const rest = at === 0 ? all : all.slice(at);
    this.#rest = rest.length > LONGEST_LINE ? rest.slice(0, LONGEST_LINE) : rest;
  }

  /** Takes what is left after the last newline and closes the last record. */
  finish(): void {
    if (this.#rest !== '') this.#takeLine(this.#rest, 0, this.#rest.length);
    this.#rest = '';
    this.#closeRecord();
  }

  /** Takes the line in [from, to); was it the first of a record? */
  #takeLine(text: string, from: number, to: number): boolean {
    this.#line++;
    const vma = this.#reader.read(text, from, to);
    if (vma) {
      this.#closeRecord();
      this.#open = vma;
      this.#onFirstLine?.(text.slice(from, to + 1));
      return true;
    }
    const line = text.slice(from, to);
    const figure = FIGURE_LINE.exec(line);
    if (figure && this.#open) this.#takeFigure(figure);
    else if (line.startsWith(VM_FLAGS) && this.#open)
      this.#open.vmFlags = this.#flagSet(line.slice(VM_FLAGS.length));
    else if (line.trim() !== '') this.bad.add(this.#line, line);
    return false;
  }

  #takeFigure(match: RegExpExecArray): void {
    const name = match[1]!;
    const scale = match[3] === undefined ? 1 : KIB;
    let column = this.figureNames.indexOf(name);
    if (column < 0 && this.figureNames.length >= MOST_FIGURES) return;
    if (column < 0) column = this.figureNames.push(name) - 1;
    const figures = this.#ownFigures();
    while (figures.length <= column) figures.push(null);
    // Lines that were sorted: whose figure it is cannot be told.
    if (figures[column] !== null) {
      this.bad.add(this.#line, match[0]);
      return;
    }
    figures[column] = Number(match[2]) * scale;
    if (!this.#shape && column === this.#scales.length) this.#scales.push(scale);
  }

  /** Takes the rest of a record at once; returns where it ends, `at` where it has other lines. */
  #takeRest(text: string, at: number): number {
    const rest = this.#restAt(text, at);
    if (rest === null) return at;
    this.#open!.figures = rest.figures;
    this.#open!.vmFlags = rest.flags;
    this.#line += this.#shape!.scales.length + 1;
    this.#recent.keep(rest);
    return at + rest.lines.length;
  }

  #restAt(text: string, at: number): Rest | null {
    const { last, lastButOne } = this.#recent;
    if (last && isAt(text, at, last.lines)) return last;
    if (lastButOne && isAt(text, at, lastButOne.lines)) return lastButOne;
    const shape = this.#shape!;
    shape.lines.lastIndex = at;
    if (!shape.lines.test(text)) return null;
    const lines = text.slice(at, shape.lines.lastIndex);
    const { length } = this.vmas;
    const isWorth = length >= MANY && (this.#news < MOST_NEWS || length % SELDOM === 0);
    return isWorth ? this.#remembered(lines, shape) : this.#restOf(lines, shape);
  }

  #remembered(lines: string, shape: Shape): Rest {
    const known = this.#known.get(lines);
    if (known) {
      this.#news = 0;
      return known;
    }
    this.#news++;
    const rest = this.#restOf(ownText(lines), shape);
    if (this.#known.size < MOST_KNOWN) this.#known.set(rest.lines, rest);
    return rest;
  }

  #restOf(lines: string, { scales }: Shape): Rest {
    const figures = new Array<number>(scales.length);
    let end = -1;
    for (let i = 0; i < scales.length; i++) {
      end = lines.indexOf('\n', end + 1);
      const scale = scales[i]!;
      figures[i] = numberBefore(lines, scale === KIB ? end - KB.length : end) * scale;
    }
    const flags = this.#flagSet(lines.slice(end + 1 + VM_FLAGS.length, -1));
    return { lines, figures, flags };
  }

  /** The open record's figures, to be changed: a list that other records share is copied before. */
  #ownFigures(): (number | null)[] {
    this.#figures ??= this.#open!.figures ? [...this.#open!.figures] : this.figureNames.map(() => null);
    this.#open!.figures = this.#figures;
    return this.#figures;
  }

  #flagSet(line: string): readonly string[] {
    const text = line.slice(0, LONGEST_FLAGS);
    const known = this.#flagSets.get(text);
    if (known) return known;
    const words = text.split(' ').filter(word => FLAG.test(word));
    if (this.#flagSets.size < MOST_KNOWN) this.#flagSets.set(ownText(text), words);
    return words;
  }

  #closeRecord(): void {
    if (this.#open) {
      this.vmas.push(this.#open);
      const isWhole = this.#scales.length > 0 && this.#scales.length === this.figureNames.length;
      if (!this.#shape && this.#open.vmFlags && isWhole)
        this.#shape = shapeOf(this.figureNames, this.#scales);
    }
    this.#open = null;
    this.#figures = null;
    if (!this.#shape) this.#scales = [];
  }
}

/** FIGURE_LINE of each figure, then the flags. */
function shapeOf(names: readonly string[], scales: readonly number[]): Shape {
  const figures = names.map((name, i) => `${name}: +[0-9]{1,18}${scales[i] === KIB ? KB : ''}\n`);
  return { lines: new RegExp(`${figures.join('')}${VM_FLAGS}[^\n]*\n`, 'y'), scales };
}

/** The number that ends at `end`, behind a blank: nearly all have one digit, and a text for each would be left behind. */
function numberBefore(text: string, end: number): number {
  let number = 0;
  let place = 1;
  for (let at = end - 1; ; at--, place *= 10) {
    const code = text.charCodeAt(at);
    if (code === BLANK) return number;
    number += (code - ZERO) * place;
  }
}
