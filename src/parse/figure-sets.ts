/** A process has at most a few hundred in use again and again; hostile text could have another one in each record. */
const MOST_SETS = 4096;

/**
 * Keeps equal lists of figures once: of 65,530 mappings, thousands differ in nothing but their addresses, and their
 * figures are most of what a mapping costs.
 */
export class FigureSets {
  readonly #known = new Map<number, readonly number[]>();

  /** A list that equals `figures`, which stays the caller's to change. */
  intern(figures: readonly number[]): readonly number[] {
    let hash = 0;
    for (const figure of figures) hash = (Math.imul(hash, 31) + figure) | 0;
    const known = this.#known.get(hash);
    if (known && isEqual(known, figures)) return known;
    const own = figures.slice();
    if (!known && this.#known.size < MOST_SETS) this.#known.set(hash, own);
    return own;
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}
