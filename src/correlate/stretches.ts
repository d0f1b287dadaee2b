/**
 * A stretch is a part of an image, in whatever space it is measured; a StretchMap holds them in order and without overlap,
 * and tells for any interval what covers it exactly. Where several claim the same bytes, the one that begins first wins,
 * and of those a section.
 *
 *   claims       ├── .text ──┤      ├─ .rodata ─┤
 *   cover(a,b)      ├─.text──┼─gap──┼─.rod─┤
 */
import { firstEndingAfter } from '../model/ordered.ts';
import type { PartKind } from '../model/report.ts';
import { byStart } from '../model/units.ts';

/** Half-open. The members are those of a Part, so that one is a part as it is where the space is that of addresses. */
export interface Stretch {
  readonly kind: PartKind;
  readonly name: string | null;
  readonly section: number | null;
  readonly whole: boolean;
  readonly module: number | null;
  readonly start: bigint;
  readonly end: bigint;
}

/** Takes [start, end) of an interval: of a stretch, or, where that is null, of the gap between two. */
export type Take = (stretch: Stretch | null, start: bigint, end: bigint) => void;

export class StretchMap {
  readonly #stretches: readonly Stretch[];

  /** Takes stretches in any order; empty ones are dropped, overlapping ones cut to what is still free. */
  constructor(claims: readonly Stretch[]) {
    this.#stretches = areApart(claims) ? claims : disentangled(claims);
  }

  /**
   * Covers [start, end) in order: stretches, and `null` for the gaps between them. Not more than `most` of them: then the
   * end is not reached. Returns the end of what was covered.
   */
  cover(start: bigint, end: bigint, most: number, take: Take): bigint {
    const stretches = this.#stretches;
    let cursor = start;
    let left = most;
    for (let i = firstEndingAfter(stretches, start); cursor < end && left > 0; i++) {
      const next = stretches[i];
      const gapEnd = next && next.start < end ? next.start : end;
      if (cursor < gapEnd) {
        take(null, cursor, gapEnd);
        cursor = gapEnd;
        if (--left === 0) break;
      }
      if (!next || next.start >= end) break;
      const to = next.end < end ? next.end : end;
      take(next, cursor, to);
      cursor = to;
      left--;
    }
    return cursor;
  }

  /** The stretches that overlap [start, end), the first and the last as far as they do. */
  within(start: bigint, end: bigint): readonly Stretch[] {
    if (start >= end) return NONE;
    const stretches = this.#stretches;
    const from = firstEndingAfter(stretches, start);
    let to = firstEndingAfter(stretches, end);
    if (to < stretches.length && stretches[to]!.start < end) to++;
    if (from >= to) return NONE;
    const inside = stretches.slice(from, to);
    inside[0] = cut(inside[0]!, start, end);
    inside[inside.length - 1] = cut(inside.at(-1)!, start, end);
    return inside;
  }

  /** How many stretches overlap [start, end). */
  count(start: bigint, end: bigint): number {
    return firstEndingAfter(this.#stretches, end - 1n) - firstEndingAfter(this.#stretches, start) + 1;
  }
}

const NONE: readonly Stretch[] = [];

/** As much of a stretch as lies in [start, end). */
export function cut(stretch: Stretch, start: bigint, end: bigint): Stretch {
  if (stretch.start >= start && stretch.end <= end) return stretch;
  return {
    ...stretch,
    whole: false,
    start: stretch.start > start ? stretch.start : start,
    end: stretch.end < end ? stretch.end : end,
  };
}

/** In order, none empty, none over another: so are the sections of nearly all files. */
function areApart(claims: readonly Stretch[]): boolean {
  for (let i = 0; i < claims.length; i++) {
    const { start, end } = claims[i]!;
    if (start >= end || (i > 0 && start < claims[i - 1]!.end)) return false;
  }
  return true;
}

function disentangled(claims: readonly Stretch[]): Stretch[] {
  const apart: Stretch[] = [];
  let cursor: bigint | null = null;
  for (const claim of claims.filter(({ start, end }) => start < end).sort(inOrder)) {
    const start: bigint = cursor !== null && cursor > claim.start ? cursor : claim.start;
    if (start >= claim.end) continue;
    apart.push(start === claim.start ? claim : { ...claim, whole: false, start });
    cursor = claim.end;
  }
  return apart;
}

const inOrder = (a: Stretch, b: Stretch): number =>
  byStart(a, b) || Number(a.section === null) - Number(b.section === null);
