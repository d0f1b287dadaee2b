/** Index of the first of some ranges, ordered and without overlap, that ends after `at`; their number where none does. */
export function firstEndingAfter(ranges: readonly { readonly end: bigint }[], at: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.end > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
