/**
 * A stretch is a labelled half-open interval; a StretchMap holds them in order and without overlap, and answers
 * for any interval with labels that cover it exactly. Where several claim the same bytes, the first wins.
 *
 *   claims      ├── .text ──┤      ├─ .rodata ─┤
 *   cover(a,b)     ├─.text──┼─gap──┼─.rod─┤
 */
import { byStart } from '../model/units.ts';
import { firstEndingAfter } from './ordered.ts';

export interface Stretch<L> {
  readonly start: bigint;
  readonly end: bigint;
  readonly label: L;
}

export class StretchMap<L> {
  readonly #stretches: Stretch<L>[] = [];

  /** Takes stretches in any order; empty ones are dropped, overlapping ones cut to what is still free. */
  constructor(claims: readonly Stretch<L>[]) {
    const sorted = claims.filter(claim => claim.start < claim.end).sort(byStart);
    let cursor: bigint | null = null;
    for (const claim of sorted) {
      const start: bigint = cursor !== null && cursor > claim.start ? cursor : claim.start;
      if (start >= claim.end) continue;
      this.#stretches.push(start === claim.start ? claim : { ...claim, start });
      cursor = claim.end;
    }
  }

  /**
   * Covers [start, end) in order: labelled stretches, and `null` for the gaps between them. Not more than `most` of them:
   * then the end is not reached.
   */
  cover(start: bigint, end: bigint, most: number = Number.POSITIVE_INFINITY): Stretch<L | null>[] {
    const covering: Stretch<L | null>[] = [];
    let cursor = start;
    for (let i = firstEndingAfter(this.#stretches, start); cursor < end && covering.length < most; i++) {
      const next = this.#stretches[i];
      if (!next || next.start >= end) {
        covering.push({ start: cursor, end, label: null });
        break;
      }
      if (next.start > cursor) covering.push({ start: cursor, end: next.start, label: null });
      const whole = next.start >= cursor && next.end <= end;
      const from = next.start > cursor ? next.start : cursor;
      const to = next.end < end ? next.end : end;
      covering.push(whole ? next : { start: from, end: to, label: next.label });
      cursor = to;
    }
    return covering;
  }
}
