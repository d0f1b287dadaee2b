/** How many of some items, in ascending order, lie below a limit: the index of the first that does not. */
export function countBelow<T>(items: readonly T[], limit: bigint, placeOf: (item: T) => bigint): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeOf(items[middle]!) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Index of the first of some ranges, ordered and without overlap, that ends after `at`; their number where none does. Not by
 * countBelow: its call for each step is a sixtieth of what a process of hundreds of libraries takes.
 */
export function firstEndingAfter(ranges: readonly { readonly end: bigint }[], at: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
