/**
 * Random choices that are the same in every run: mulberry32 (Tommy Ettinger, public domain) from a fixed seed.
 * `npm run fuzz` plays more rounds, and with VMAEXPLAIN_FUZZ_SEED others.
 */

/** How many times the rounds of an ordinary test run are played. */
const EFFORT = Number(process.env['VMAEXPLAIN_FUZZ'] ?? '1');
const SEED = Number(process.env['VMAEXPLAIN_FUZZ_SEED'] ?? '1');

/** The rounds to play where an ordinary test run plays `usual`. */
export const rounds = (usual: number): number => Math.ceil(usual * EFFORT);

/** Time for a test whose ordinary run may take a minute. */
export const fuzzTimeout = (): number => 60_000 * Math.max(1, EFFORT);

export class Random {
  #state: number;

  constructor(round: number) {
    this.#state = (SEED * 0x9e3779b1 + round * 0x85ebca6b) | 0;
  }

  /** 32 random bits. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** 0 … bound - 1; 0 where there is no such number. */
  below(bound: number): number {
    return bound <= 1 ? 0 : Math.floor((this.u32() / 0x1_0000_0000) * bound);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** A 64-bit number that arithmetic is likely to go wrong with. */
  oddNumber(): bigint {
    const near = this.pick(EDGES) + BigInt(this.below(5)) - 2n;
    return this.oneIn(8) ? this.u64() : BigInt.asUintN(64, near);
  }
}

const EDGES = [
  0n,
  1n,
  64n,
  0x1000n,
  0xffffn,
  0x10000n,
  0x7fff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffffn,
  1n << 53n,
  1n << 62n,
  1n << 63n,
  (1n << 64n) - 0x1000n,
  (1n << 64n) - 1n,
];
