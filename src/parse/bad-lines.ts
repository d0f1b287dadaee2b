/** A line that could not be read. */
export interface BadLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

const KEPT = 20;
/** Longer lines are cut; nobody reads them, and a hostile text may be made of them. */
const LONGEST_QUOTE = 1024;

/** Lines that did not parse: the first few in full, all of them counted. */
export class BadLines {
  readonly lines: BadLine[] = [];
  count = 0;

  add(number: number, text: string): void {
    this.count++;
    if (this.lines.length < KEPT) this.lines.push({ number, text: text.slice(0, LONGEST_QUOTE) });
  }

  /** Takes over another list's lines, whose numbers are higher by `offset` here. */
  append(lines: readonly BadLine[], count: number, offset = 0): void {
    this.count += count;
    for (const { number, text } of lines.slice(0, KEPT - this.lines.length))
      this.lines.push({ number: number + offset, text: text.slice(0, LONGEST_QUOTE) });
  }

  /** Puts another list's lines, which come earlier in the text, before these. */
  prepend(earlier: BadLines): void {
    this.lines.unshift(...earlier.lines);
    this.lines.length = Math.min(this.lines.length, KEPT);
    this.count += earlier.count;
  }
}
