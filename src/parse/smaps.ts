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
 * Every record of one file has the same lines at the same width unless a figure exceeds eight digits, so the
 * places learnt from one record serve for the next: its newlines are checked, and only the digits are read.
 */
import type { Figures, Vma } from '../model/vma.ts';
import { FigureSets } from './figure-sets.ts';
import { FileTable } from './file-table.ts';
import { type MapsEntry, parseMapsLine, toVma } from './maps.ts';

/** A line that could not be read. */
export interface BadLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

interface LearntLine {
  /** Positions are relative to the start of the figure lines. */
  readonly start: number;
  readonly firstChar: number;
  readonly newline: number;
  readonly digitsStart: number;
  readonly digitsEnd: number;
  readonly scale: number;
}

const FIGURE_LINE = /^([A-Za-z][A-Za-z0-9_]{0,63}): +([0-9]{1,18})( kB)?$/;
/** Kernels have some 25; hostile text could have another one on every line. */
const MOST_FIGURES = 256;
/** Two letters, or "??". */
const FLAG = /^[\x21-\x7e]{1,16}$/;
const KIB = 1024;
const NEWLINE = 10;
const SPACE = 32;
const COLON = 58;
/** A path has at most 4096 bytes, and maps may show a little more; longer lines are not kept. */
const LONGEST_LINE = 64 * KIB;
const LONGEST_QUOTE = KIB;
/** A process has a few dozen sets of flags; hostile text could have one a line. */
const MOST_FLAG_SETS = 4096;

export class SmapsParser {
  readonly files: FileTable = new FileTable();
  readonly vmas: Vma[] = [];
  /** In the order in which they were first met. */
  readonly figureNames: string[] = [];
  readonly badLines: BadLine[] = [];
  /** How many lines were bad in all; `badLines` keeps the first few. */
  badLineCount = 0;

  #rest = '';
  #line = 0;
  #entry: MapsEntry | null = null;
  /** The open record's, as its lines tell them, or all at once. */
  #figures: (number | null)[] | null = null;
  #learntFigures: Figures | null = null;
  #flags: readonly string[] | null = null;
  #learnt: readonly LearntLine[] | null = null;
  #learning: LearntLine[] = [];
  readonly #flagSets = new Map<string, readonly string[]>();
  readonly #figureSets = new FigureSets();
  /** The figures of the record that is being read. */
  readonly #scratch: number[] = [];
  readonly #onVma: ((vma: Vma) => void) | null;

  /** With `onVma`, each VMA is handed over when its record is complete, and not kept. */
  constructor(onVma: ((vma: Vma) => void) | null = null) {
    this.#onVma = onVma;
  }

  /** Takes the next piece of text (latin1). */
  feed(text: string): void {
    const all = this.#rest === '' ? text : this.#rest + text;
    let at = 0;
    for (;;) {
      const newline = all.indexOf('\n', at);
      if (newline < 0) break;
      this.#takeLine(all.slice(at, newline));
      at = newline + 1;
      if (this.#entry && !this.#figures && !this.#learntFigures && this.#learnt)
        at = this.#takeLearnt(all, at);
    }
    const rest = at === 0 ? all : all.slice(at);
    this.#rest = rest.length > LONGEST_LINE ? rest.slice(0, LONGEST_LINE) : rest;
  }

  /** Takes what is left after the last newline and closes the last record. */
  finish(): void {
    if (this.#rest !== '') this.#takeLine(this.#rest);
    this.#rest = '';
    this.#closeRecord();
  }

  #takeLine(line: string): void {
    this.#line++;
    const figure = FIGURE_LINE.exec(line);
    if (figure && this.#entry) {
      this.#takeFigure(figure);
      return;
    }
    if (line.startsWith('VmFlags:') && this.#entry) {
      this.#flags = this.#flagSet(line.slice(8));
      return;
    }
    const entry = parseMapsLine(line);
    if (entry) {
      this.#closeRecord();
      this.#entry = entry;
      return;
    }
    if (line.trim() === '') return;
    this.badLineCount++;
    if (this.badLines.length < 20)
      this.badLines.push({ number: this.#line, text: line.slice(0, LONGEST_QUOTE) });
  }

  #takeFigure(match: RegExpExecArray): void {
    const name = match[1]!;
    const scale = match[3] === undefined ? 1 : KIB;
    let column = this.figureNames.indexOf(name);
    if (column < 0 && this.figureNames.length >= MOST_FIGURES) return;
    if (column < 0) column = this.figureNames.push(name) - 1;
    const figures = this.#ownFigures();
    while (figures.length <= column) figures.push(null);
    figures[column] = Number(match[2]) * scale;
    if (this.#learnt) return;
    const lineStart = this.#learning.at(-1) ? this.#learning.at(-1)!.newline + 1 : 0;
    const newline = lineStart + match[0].length;
    const digitsEnd = newline - (match[3] === undefined ? 0 : 3);
    const digitsStart = lineStart + name.length + 1;
    if (column === this.#learning.length)
      this.#learning.push({
        start: lineStart,
        firstChar: name.charCodeAt(0),
        newline,
        digitsStart,
        digitsEnd,
        scale,
      });
  }

  /** Reads a record's figures at the learnt places; returns where it stopped, `at` where they do not fit. */
  #takeLearnt(text: string, at: number): number {
    const learnt = this.#learnt!;
    if (!text.startsWith('VmFlags:', at + learnt.at(-1)!.newline + 1)) return at;
    const figures = this.#scratch;
    figures.length = learnt.length;
    for (let i = 0; i < learnt.length; i++) {
      const { start, firstChar, newline, digitsStart, digitsEnd, scale } = learnt[i]!;
      if (text.charCodeAt(at + newline) !== NEWLINE || text.charCodeAt(at + digitsStart - 1) !== COLON)
        return at;
      if (text.charCodeAt(at + start) !== firstChar) return at;
      // From the last digit to the blanks before the first: most figures are a single 0.
      let value = 0;
      let unit = 1;
      let j = at + digitsEnd - 1;
      for (; j >= at + digitsStart; j--) {
        const char = text.charCodeAt(j);
        if (char === SPACE) break;
        if (char < 48 || char > 57) return at;
        value += (char - 48) * unit;
        unit *= 10;
      }
      if (unit === 1 || text.charCodeAt(j) !== SPACE) return at;
      figures[i] = value * scale;
    }
    this.#learntFigures = this.#figureSets.intern(figures);
    this.#line += learnt.length;
    return at + learnt.at(-1)!.newline + 1;
  }

  /** To be changed: a list that other records share is copied before. */
  #ownFigures(): (number | null)[] {
    this.#figures ??= this.#learntFigures ? [...this.#learntFigures] : this.figureNames.map(() => null);
    this.#learntFigures = null;
    return this.#figures;
  }

  #flagSet(text: string): readonly string[] {
    const known = this.#flagSets.get(text);
    if (known) return known;
    const words = text.split(' ').filter(word => FLAG.test(word));
    if (this.#flagSets.size < MOST_FLAG_SETS) this.#flagSets.set(text, words);
    return words;
  }

  #closeRecord(): void {
    if (this.#entry) {
      const vma = toVma(this.#entry, this.files, this.#learntFigures ?? this.#figures, this.#flags);
      if (this.#onVma) this.#onVma(vma);
      else this.vmas.push(vma);
      if (
        !this.#learnt &&
        this.#flags &&
        this.#learning.length === this.figureNames.length &&
        this.#learning.length > 0
      )
        this.#learnt = this.#learning;
    }
    this.#entry = null;
    this.#figures = null;
    this.#learntFigures = null;
    this.#flags = null;
    if (!this.#learnt) this.#learning = [];
  }
}
