import { byStart } from './units.ts';

/** Sets of half-open intervals. */
export interface Span<T extends bigint = bigint> {
  readonly start: T;
  readonly end: T;
}

/** Sorts, and joins what overlaps or touches. */
export function mergeSpans<T extends bigint>(spans: readonly Span<T>[]): Span<T>[] {
  const merged: Span<T>[] = [];
  for (const span of [...spans].sort(byStart)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: span.end > last.end ? span.end : last.end };
    else merged.push(span);
  }
  return merged;
}

/** Bytes that two merged sets have in common. */
export function overlap(a: readonly Span[], b: readonly Span[]): number {
  let bytes = 0n;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i]!, b[j]!];
    const start = left.start > right.start ? left.start : right.start;
    const end = left.end < right.end ? left.end : right.end;
    if (start < end) bytes += end - start;
    if (left.end < right.end) i++;
    else j++;
  }
  return Number(bytes);
}
