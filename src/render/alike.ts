/** Where there are thousands of mappings, most differ in nothing but their place: what is written of one serves the next. */
import { LastTwo } from '../model/last-two.ts';
import type { Mapping } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';

interface Written {
  readonly mapping: Mapping;
  /** Of the mapping, in bytes. */
  readonly size: number;
  readonly text: string;
}

/** What is written of mappings, their place aside. */
export class AlikeTexts {
  readonly #write: (mapping: Mapping) => string;
  readonly #written = new LastTwo<Written>();

  constructor(write: (mapping: Mapping) => string) {
    this.#write = write;
  }

  /** As it was written of a mapping like this one, or else anew. */
  of(mapping: Mapping): string {
    const { last, lastButOne } = this.#written;
    if (last && isAlike(last, mapping)) return last.text;
    const known =
      lastButOne && isAlike(lastButOne, mapping)
        ? lastButOne
        : { mapping, size: sizeOf(mapping.vma), text: this.#write(mapping) };
    return this.#written.keep(known).text;
  }
}

/** The mappings less those that are like one of the last two that differ: for what does not depend on their number. */
export function withoutAlike(mappings: readonly Mapping[]): Mapping[] {
  const found: Mapping[] = [];
  const texts = new AlikeTexts(mapping => {
    found.push(mapping);
    return '';
  });
  for (let i = 0; i < mappings.length; i++) texts.of(mappings[i]!);
  return found;
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
