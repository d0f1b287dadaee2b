/** The lines of one process that some pmap printed: collects the rows until all of them are known. */
import { ownText } from '../../model/text.ts';
import type { Address } from '../../model/units.ts';
import { type BadLine, BadLines } from '../bad-lines.ts';
import type { Completed, Form, ReadRow, TextRow } from '../pmap/row.ts';
import { isSecondRow } from '../pmap/tabular-quirks.ts';
import type { Block } from './block.ts';
import type { FirstLine } from './first-line.ts';
import { footerTotal } from './furniture.ts';
import { processOf } from './listing-process.ts';
import type { TextProcess } from './types.ts';

/** Lines that look like a sum and are kept until it is known that no row follows; more are forgotten. */
const MOST_FOOTERS = 20;

export class Listing implements Block {
  readonly first: FirstLine | null;
  readonly opening: BadLine | null;
  readonly bad: BadLines = new BadLines();
  /** Was there a header, whether its columns could be read or not? */
  hasHeader = false;
  readonly #rows: TextRow[] = [];
  readonly #strings = new Map<string, string>();
  #form: Form | null = null;
  #secondRows = 0;
  #footers = new BadLines();
  #total: number | null = null;
  #completed: Completed | null = null;

  /** For the process that `first`, read from the line `opening`, names; null where no line does. */
  constructor(first: FirstLine | null, opening: BadLine | null) {
    this.first = first;
    this.opening = opening;
  }

  get pid(): number | null {
    return this.first?.pid ?? null;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Takes a row; false where it belongs to another process: another form, or below the last mapping. */
  add({ form, row }: ReadRow): boolean {
    const last = this.#rows.at(-1);
    if (last && form !== this.#form) return false;
    if (last && row.start < (last.end ?? last.start + 1n)) return false;
    this.#rejectFooters();
    this.#form = form;
    this.#rows.push({
      ...row,
      name: this.#keep(row.name),
      device: row.device && this.#keep(row.device),
      inode: row.inode && this.#keep(row.inode),
    });
    return true;
  }

  /** Takes a row of no size; false where it does not repeat the last one. */
  addEmpty(row: TextRow): boolean {
    const last = this.#rows.at(-1);
    if (!last || !isSecondRow(last, row)) return false;
    this.#secondRows++;
    return true;
  }

  /** Takes what a later line says about the last row, where there is one. */
  amend({ device, inode, name }: Pick<TextRow, 'device' | 'inode' | 'name'>): void {
    const last = this.#rows.pop();
    if (last) this.#rows.push({ ...last, device, inode, name: this.#keep(name) });
  }

  /** Takes a line that looks like a sum; if rows follow, it was none. */
  addFooter(number: number, text: string): void {
    if (this.#footers.count < MOST_FOOTERS) this.#footers.add(number, text);
    this.#total ??= footerTotal(text);
  }

  isProcess(): boolean {
    if (!this.isEmpty || this.hasHeader) return true;
    return this.first !== null && (this.first.certain || this.#footers.count > 0);
  }

  lacksEnds(): boolean {
    return this.#complete().rows.some(row => row.end === null);
  }

  *ends(): Iterable<readonly [Address, Address]> {
    for (const { start, end } of this.#complete().rows) if (end !== null) yield [start, end];
  }

  toProcess(knownEnds: ReadonlyMap<Address, Address>): TextProcess {
    return processOf({
      kind: this.#form?.kind ?? 'pmap',
      first: this.first,
      ...this.#complete(),
      secondRows: this.#secondRows,
      total: this.#total,
      knownEnds,
      bad: this.bad,
    });
  }

  #complete(): Completed {
    const { variant, figureNames, complete } = this.#form ?? EMPTY;
    this.#completed ??= complete?.(this.#rows) ?? { variant, figureNames, rows: this.#rows, notes: [] };
    return this.#completed;
  }

  #rejectFooters(): void {
    if (this.#footers.count === 0) return;
    this.bad.append(this.#footers.lines, this.#footers.count);
    this.#footers = new BadLines();
    this.#total = null;
  }

  /** One copy for equal strings, and none that keeps alive the text which it is a slice of. */
  #keep(text: string): string {
    let kept = this.#strings.get(text);
    if (kept === undefined) {
      kept = ownText(text);
      this.#strings.set(kept, kept);
    }
    return kept;
  }
}

const EMPTY: Form = { kind: 'pmap', variant: 'pmap', figureNames: [] };
