/** Where there are thousands of mappings, most differ in nothing but their place: what is written of one serves the next. */
import type { Mapping } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';

interface Written {
  readonly mapping: Mapping;
  readonly text: string;
}

/** What was written of mappings, their place aside: of the last two that differ, because such often alternate. */
export class AlikeTexts {
  #last: Written | null = null;
  #lastButOne: Written | null = null;

  /** What was written of a mapping like this one, or else what `write` gives. */
  of(mapping: Mapping, write: () => string): string {
    if (this.#last && areAlike(this.#last.mapping, mapping)) return this.#last.text;
    const known = this.#lastButOne && areAlike(this.#lastButOne.mapping, mapping) ? this.#lastButOne : null;
    this.#lastButOne = this.#last;
    this.#last = known ?? { mapping, text: write() };
    return this.#last.text;
  }
}

/** Do they differ in index, start and end alone? Figures are the same list where the evidence had the same text. */
function areAlike(one: Mapping, other: Mapping): boolean {
  const a = one.vma;
  const b = other.vma;
  return (
    a.figures === b.figures &&
    a.permissions === b.permissions &&
    a.vmFlags === b.vmFlags &&
    a.name === b.name &&
    a.file === b.file &&
    a.offset === b.offset &&
    a.device === b.device &&
    a.inode === b.inode &&
    sizeOf(a) === sizeOf(b) &&
    one.kind === other.kind &&
    one.inferred === other.inferred &&
    isLone(one) &&
    isLone(other)
  );
}

/** Nothing but its kind is said of it. */
const isLone = ({ module, deviations }: Mapping): boolean => module === null && deviations.length === 0;
