import type { Address, Range } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { firstEndingAfter } from './ordered.ts';

/** Finds VMAs by address. VMAs are in address order and do not overlap. */
export class VmaIndex {
  readonly vmas: readonly Vma[];

  constructor(vmas: readonly Vma[]) {
    this.vmas = vmas;
  }

  /** The VMA that holds an address; null where none does. */
  at(at: Address): Vma | null {
    const vma = this.vmas[firstEndingAfter(this.vmas, at)];
    return vma && vma.start <= at ? vma : null;
  }

  /** Indices of the VMAs that overlap a range, in address order. */
  overlapping(range: Range): number[] {
    const found: number[] = [];
    for (let i = firstEndingAfter(this.vmas, range.start); i < this.vmas.length; i++) {
      if (this.vmas[i]!.start >= range.end) break;
      found.push(i);
    }
    return found;
  }
}
