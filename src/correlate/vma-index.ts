import type { Address, Range } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';

/** Finds VMAs by address. VMAs are in address order and do not overlap. */
export class VmaIndex {
  readonly vmas: readonly Vma[];

  constructor(vmas: readonly Vma[]) {
    this.vmas = vmas;
  }

  /** Index of the first VMA that ends after `at`; the number of VMAs where none does. */
  firstEndingAfter(at: Address): number {
    let low = 0;
    let high = this.vmas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.vmas[middle]!.end > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The VMA that holds an address; null where none does. */
  at(at: Address): Vma | null {
    const vma = this.vmas[this.firstEndingAfter(at)];
    return vma && vma.start <= at ? vma : null;
  }

  /** Indices of the VMAs that overlap a range, in address order. */
  overlapping(range: Range): number[] {
    const found: number[] = [];
    for (let i = this.firstEndingAfter(range.start); i < this.vmas.length; i++) {
      if (this.vmas[i]!.start >= range.end) break;
      found.push(i);
    }
    return found;
  }
}
