/** Runs every command once a round, the first one another in each round: only side by side do times compare. */
import type { Command, CommandName } from './commands.ts';
import type { Measure, Measurement } from './measure.ts';

/** The commands of one subject, and what they measured round by round. */
export interface Series {
  readonly subject: string;
  readonly commands: readonly Command[];
  /** In each round every command has been run once. */
  readonly rounds: ReadonlyMap<CommandName, Measurement>[];
}

/** Adds rounds to all series. One round before them is not counted: it fills the caches. */
export async function runRounds(
  all: readonly Series[],
  rounds: number,
  measure: Measure,
  progress: (text: string) => void,
): Promise<void> {
  for (let round = -1; round < rounds; round++) {
    progress(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
    for (const { commands, rounds: done } of rotated(all, round)) {
      const results = new Map<CommandName, Measurement>();
      for (const { name, words } of rotated(commands, round)) results.set(name, await measure(words));
      if (round >= 0) done.push(results);
    }
  }
}

function rotated<T>(items: readonly T[], round: number): T[] {
  const first = Math.max(0, round) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
