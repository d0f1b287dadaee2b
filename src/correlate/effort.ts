/**
 * What explaining one process may cost. Real processes, 65,530 mappings and thousands of libraries among them, need a small
 * part of it; evidence that is made to cost more (thousands of instances of one file, each of which claims the whole address
 * space) meets a bound, and a note says what was left out.
 */
import type { Note } from '../model/capture.ts';

const LIMITS = {
  /** Steps of looking for instances, of a microsecond or less. */
  steps: 25_000_000,
  /** Pieces that lie in mappings. */
  claims: 2_000_000,
  /** Sections, counted once for each instance. */
  sections: 2_000_000,
  /** Parts of mappings. */
  parts: 2_000_000,
  /** Predicted pieces, or parts of them, that no mapping covers. */
  missing: 200_000,
} as const;

type Kind = keyof typeof LIMITS;

const LEFT_OUT: Readonly<Record<Kind, string>> = {
  steps: 'not every instance of every file was looked for',
  claims: 'not every mapping was compared with what is predicted there',
  sections: 'the sections of some modules are left out',
  parts: 'some mappings are not divided into their parts',
  missing: 'not every piece that is missing is named',
};

export class Effort {
  readonly #left: Record<Kind, number> = { ...LIMITS };
  readonly #exceeded = new Set<Kind>();

  /** Takes an amount of one kind; false, from then on, where there is not that much left. */
  take(kind: Kind, amount: number): boolean {
    if (amount <= this.#left[kind]) {
      this.#left[kind] -= amount;
      return true;
    }
    this.#left[kind] = -1;
    this.leaveOut(kind);
    return false;
  }

  /** Notes what was left out by a bound that the caller has of its own; others may go on. */
  leaveOut(kind: Kind): void {
    this.#exceeded.add(kind);
  }

  /** What was left out; none for any real process. */
  notes(): Note[] {
    if (this.#exceeded.size === 0) return [];
    const left = Array.from(this.#exceeded, kind => LEFT_OUT[kind]).join('; ');
    return [
      { code: 'work-bound', message: `the evidence asks for more work than any real process: ${left}` },
    ];
  }
}
