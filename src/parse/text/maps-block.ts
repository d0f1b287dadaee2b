/**
 * Lines of /proc/PID/maps or /proc/PID/smaps, handed to SmapsParser in pieces as large as they come. A
 * mapping that starts below the end of the one before belongs to another process.
 */
import { type Address, address } from '../../model/units.ts';
import { BadLines } from '../bad-lines.ts';
import { smallestPage } from '../page-size.ts';
import { FULL_WIDTH } from '../pmap/netbsd-rows.ts';
import { SmapsParser } from '../smaps.ts';
import type { Block } from './block.ts';
import type { FirstLine } from './first-line.ts';
import { limitsNote } from './limits.ts';
import { ROLLUP_NAME } from './refused.ts';
import type { TextProcess } from './types.ts';

const RANGE = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) [r-][w-][x-][sp] [0-9a-f]/;
const LONGEST_FIGURE_NAME = 32;

export interface MapsRange {
  readonly start: Address;
  readonly end: Address;
}

/** The range of a line of maps; null where it is none. */
export function parseMapsRange(line: string): MapsRange | null {
  const match = RANGE.exec(line);
  if (!match || FULL_WIDTH.test(line)) return null;
  return { start: address(BigInt(`0x${match[1]}`)), end: address(BigInt(`0x${match[2]}`)) };
}

/** May `text[from, to)` be a figure line of smaps? Looks at its first characters only. */
export function looksLikeFigure(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from);
  if (first < 65 || first > 90) return false;
  const last = Math.min(to, from + LONGEST_FIGURE_NAME);
  for (let at = from + 1; at < last; at++) {
    const char = text.charCodeAt(at);
    if (char === 58) return true;
    if (char === 32) return false;
  }
  return false;
}

export class MapsBlock implements Block {
  readonly pid: number | null;
  readonly bad: BadLines = new BadLines();
  readonly opening = null;
  readonly #command: string | null;
  /** Lines of the text before the block. */
  readonly #linesBefore: number;
  readonly #parser = new SmapsParser();
  #lastEnd = 0n;
  #finished = false;

  constructor(first: FirstLine | null, linesBefore: number) {
    this.pid = first?.pid ?? null;
    this.#command = first?.command ?? null;
    this.#linesBefore = linesBefore;
  }

  /** Does the next mapping belong to this process? If so it is noted. */
  continues(range: MapsRange): boolean {
    if (range.start < this.#lastEnd) return false;
    if (range.start < range.end) this.#lastEnd = range.end;
    return true;
  }

  /** Takes whole lines. */
  feed(text: string): void {
    this.#parser.feed(text);
  }

  /** Was this smaps_rollup, at least in part? */
  hasRollup(): boolean {
    this.#finish();
    return this.#parser.vmas.some(vma => vma.name === ROLLUP_NAME);
  }

  isProcess(): boolean {
    this.#finish();
    return this.#parser.vmas.some(vma => vma.name !== ROLLUP_NAME);
  }

  lacksEnds(): boolean {
    return false;
  }

  *ends(): Iterable<readonly [Address, Address]> {
    this.#finish();
    for (const { start, end } of this.#parser.vmas) yield [start, end];
  }

  toProcess(): TextProcess {
    this.#finish();
    const { figureNames, files } = this.#parser;
    const vmas = this.#parser.vmas.filter(vma => vma.name !== ROLLUP_NAME);
    const kind = figureNames.length > 0 ? 'smaps' : 'maps';
    const fileNames = files.files.map(file => file.name);
    const limit = limitsNote({
      label: kind,
      rows: vmas,
      endless: 0,
      placed: vmas.length,
      figureNames,
      fileNames,
    });
    return {
      kind,
      variant: null,
      pid: this.pid,
      command: this.#command,
      vmas,
      figureNames,
      files: files.files,
      pageSizeHint: smallestPage(vmas, figureNames),
      limits: limit ? [limit] : [],
      badLines: this.bad.lines,
      badLineCount: this.bad.count,
    };
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#parser.finish();
    this.bad.append(this.#parser.bad.lines, this.#parser.bad.count, this.#linesBefore);
  }
}
