/** The last two that differ of a sequence: where there are thousands of items, they often alternate between two. */
export class LastTwo<T> {
  last: T | null = null;
  lastButOne: T | null = null;

  /** Makes the item the last one; returns it. */
  keep(item: T): T {
    if (item !== this.last) {
      this.lastButOne = this.last;
      this.last = item;
    }
    return item;
  }
}
