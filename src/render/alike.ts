/** Where there are thousands of mappings, most differ in nothing but their place: what is written of one serves the next. */
import type { Mapping } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';

interface Written {
  readonly mapping: Mapping;
  /** Of the mapping, in bytes. */
  readonly size: number;
  readonly text: string;
}

/** What was written of mappings, their place aside: of the last two that differ, because such often alternate. */
export class AlikeTexts {
  #last: Written | null = null;
  #lastButOne: Written | null = null;

  /** What was written of a mapping like this one; null where none is known. */
  of(mapping: Mapping): string | null {
    if (this.#last && isAlike(this.#last, mapping)) return this.#last.text;
    const other = this.#lastButOne;
    if (!other || !isAlike(other, mapping)) return null;
    this.#lastButOne = this.#last;
    this.#last = other;
    return other.text;
  }

  /** Keeps what is written of a mapping that is like none of those known. */
  keep(mapping: Mapping, text: string): void {
    this.#lastButOne = this.#last;
    this.#last = { mapping, size: sizeOf(mapping.vma), text };
  }
}

/** Does it differ in index, start and end alone? Figures are the same list where the evidence had the same text. */
function isAlike({ mapping: one, size }: Written, other: Mapping): boolean {
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
    size === sizeOf(b) &&
    one.kind === other.kind &&
    one.inferred === other.inferred &&
    isLone(one) &&
    isLone(other)
  );
}

/** Nothing but its kind is said of it. */
const isLone = ({ module, deviations }: Mapping): boolean => module === null && deviations.length === 0;
