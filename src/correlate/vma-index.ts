import { firstEndingAfter } from '../model/ordered.ts';
import type { Address, Range } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';

/** Finds VMAs by address. VMAs are in address order and do not overlap. */
export class VmaIndex {
  readonly vmas: readonly Vma[];

  #byOffset: Map<string, Vma[]> | null = null;

  constructor(vmas: readonly Vma[]) {
    this.vmas = vmas;
  }

  /** The VMAs that begin at an offset of a file. */
  mappedFrom(file: number, offset: bigint): readonly Vma[] {
    this.#byOffset ??= byOffset(this.vmas);
    return this.#byOffset.get(`${file} ${offset}`) ?? [];
  }

  /** Index of the first VMA that ends after an address; their number where none does. */
  firstAfter(at: Address): number {
    return firstEndingAfter(this.vmas, at);
  }

  /** The VMA that holds an address; null where none does. */
  at(at: Address): Vma | null {
    const vma = this.vmas[this.firstAfter(at)];
    return vma && vma.start <= at ? vma : null;
  }

  /** Indices of the VMAs that overlap a range, in address order; the first `most` of them. None for a reversed range. */
  overlapping(range: Range, most: number = Number.POSITIVE_INFINITY): number[] {
    const found: number[] = [];
    if (range.start >= range.end) return found;
    for (let i = firstEndingAfter(this.vmas, range.start); i < this.vmas.length; i++) {
      if (this.vmas[i]!.start >= range.end || found.length >= most) break;
      found.push(i);
    }
    return found;
  }
}

function byOffset(vmas: readonly Vma[]): Map<string, Vma[]> {
  const found = new Map<string, Vma[]>();
  for (const vma of vmas) {
    const key = `${vma.file} ${vma.offset}`;
    const alike = found.get(key);
    if (alike) alike.push(vma);
    else found.set(key, [vma]);
  }
  return found;
}
