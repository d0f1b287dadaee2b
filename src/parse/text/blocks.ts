/**
 * Divides the lines of a text among its processes. A process begins with its first line, with a header
 * below other rows, and, where neither is there, with a mapping that lies below the end of the last one.
 */

import { BadLines } from '../bad-lines.ts';
import { type ReadLine, RowReader } from '../pmap/row-reader.ts';
import type { Block } from './block.ts';
import { parseFirstLine } from './first-line.ts';
import { beginsWithAddress, isFooter, isHeader, isOrnament } from './furniture.ts';
import { joinBlocks } from './join.ts';
import { Listing } from './listing.ts';
import { MapsBlock, type MapsRange, parseMapsRange } from './maps-block.ts';
import { isLsofLine, prefixHint, refusal } from './refused.ts';
import { type TextProcess, UnrecognisedText } from './types.ts';
import { mergeUnordered } from './unordered.ts';

/** Of all processes in a text; a process has 65,530. Each takes some 400 bytes. */
const MOST_ROWS = 4_000_000;
/** More than the rows of one, in whatever order they are. */
const MOST_PROCESSES = 100_000;

export class TextBlocks {
  readonly #blocks: Block[] = [];
  /** Lines before the first block. */
  readonly #orphans = new BadLines();
  #listing: Listing | null = null;
  #maps: MapsBlock | null = null;
  #reader = new RowReader();
  #sawLsof = false;
  #rows = 0;

  /** The block that takes the text of the current lines, bad ones included; null while reading a listing. */
  get maps(): MapsBlock | null {
    return this.#maps;
  }

  /** Takes a line. If `maps` is set afterwards, the line's text belongs to it. */
  take(number: number, text: string): void {
    const range = parseMapsRange(text);
    if (range) {
      this.#takeMapsLine(range, number);
      return;
    }
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line.trim() === '') return;
    const first = parseFirstLine(line);
    if (first) {
      this.#open(new Listing(first, { number, text: line }));
      return;
    }
    const read = this.#reader.read(line);
    if (read) this.#takeRead(read, number, line);
    // within a maps block, SmapsParser names the bad lines
    else if (!this.#takeHeader(line) && !this.#maps && !this.#takeFurniture(number, line))
      this.#takeBad(number, line);
  }

  /** Takes the beginning of a line that is too long to be any. */
  takeOverlong(number: number, text: string): void {
    this.#takeBad(number, text);
    // keeps SmapsParser's line numbers right
    this.#maps?.feed('\n');
  }

  finish(): readonly TextProcess[] {
    const processes = joinBlocks(this.#blocks, this.#orphans);
    if (processes.length > 0) return mergeUnordered(processes);
    const rollup = this.#blocks.some(block => block instanceof MapsBlock && block.hasRollup());
    const any = this.#blocks.length + this.#orphans.count > 0;
    const hint = prefixHint(this.#orphans.lines);
    if (hint) throw new UnrecognisedText(hint);
    throw new UnrecognisedText(refusal({ any, lsof: this.#sawLsof, rollup }));
  }

  #count(): void {
    if (++this.#rows > MOST_ROWS)
      throw new UnrecognisedText(
        `it has more than ${MOST_ROWS} mappings, too many to keep: divide it by processes`,
      );
  }

  #takeMapsLine(range: MapsRange, number: number): void {
    this.#count();
    if (this.#maps?.continues(range)) return;
    const first = this.#listing?.isEmpty ? this.#listing.first : null;
    const block = new MapsBlock(first, number - 1);
    block.continues(range);
    if (first) {
      block.bad.append(this.#listing!.bad.lines, this.#listing!.bad.count);
      this.#blocks.pop();
    }
    this.#begin(block);
    this.#maps = block;
    this.#listing = null;
    this.#reader = new RowReader();
  }

  #open(listing: Listing, reader: RowReader = new RowReader()): Listing {
    this.#begin(listing);
    this.#listing = listing;
    this.#maps = null;
    this.#reader = reader;
    return listing;
  }

  #begin(block: Block): void {
    if (this.#blocks.length === MOST_PROCESSES)
      throw new UnrecognisedText(`it has more than ${MOST_PROCESSES} processes, too many to keep: divide it`);
    this.#blocks.push(block);
  }

  #takeRead(read: ReadLine, number: number, line: string): void {
    if (read.kind === 'row' && read.read.row.end === read.read.row.start) {
      if (!this.#listing?.addEmpty(read.read.row)) this.#takeBad(number, line);
      return;
    }
    const listing = this.#listing ?? this.#open(new Listing(null, null), this.#reader);
    if (read.kind === 'more') listing.amend(read);
    else if (read.kind === 'row') {
      this.#count();
      if (!listing.add(read.read)) this.#open(new Listing(null, null), this.#reader).add(read.read);
    }
  }

  #takeHeader(line: string): boolean {
    const reader = RowReader.below(line);
    const listing = this.#listing?.isEmpty ? this.#listing : null;
    if (reader) {
      if (listing) this.#reader = reader;
      (listing ?? this.#open(new Listing(null, null), reader)).hasHeader = true;
      return true;
    }
    // a translated one, whose columns the rows tell
    if (!listing?.first || listing.hasHeader || !isHeader(line)) return false;
    listing.hasHeader = true;
    return true;
  }

  #takeFurniture(number: number, line: string): boolean {
    if (isOrnament(line)) return true;
    if (!this.#listing || !isFooter(line)) return false;
    this.#listing.addFooter(number, line);
    return true;
  }

  #takeBad(number: number, line: string): void {
    if (!beginsWithAddress(line) && isLsofLine(line)) this.#sawLsof = true;
    (this.#blocks.at(-1)?.bad ?? this.#orphans).add(number, line);
  }
}
