/** Measurements → what is compared with the targets. */
import type { CommandName } from './commands.ts';
import type { Series } from './rounds.ts';
import { median, quartiles } from './statistics.ts';
import { GROWTH, MEMORY, RATIOS } from './targets.ts';

export interface Result {
  readonly subject: string;
  /** Such as "table / node -e 0". */
  readonly what: string;
  readonly unit: '×' | 'MB';
  /** Median of the rounds' values. */
  readonly measured: number;
  readonly quartiles: readonly [number, number];
  readonly limit: number | null;
}

/** Everything that has a target, then the ratios that have none. */
export function resultsOf(all: readonly Series[]): Result[] {
  return [...ratios(all), ...growth(all), ...memory(all)];
}

function ratios(all: readonly Series[]): Result[] {
  return all.flatMap(series => {
    const targets = RATIOS.filter(({ subject }) => subject === series.subject);
    const untold = (['json', 'check'] as const)
      .filter(command => !targets.some(target => target.command === command))
      .map(command => ({ command, against: 'node' as const, limit: null }));
    return [...targets, ...untold].flatMap(({ command, against, limit }) => {
      const values = series.rounds.flatMap(round => {
        const [mine, other] = [round.get(command), round.get(against)];
        return mine && other ? [mine.time / other.time] : [];
      });
      return result(series.subject, `${command} / ${LABELS[against]}`, '×', values, limit);
    });
  });
}

const LABELS: Partial<Record<CommandName, string>> = {
  node: 'node -e 0',
  pmap: 'pmap -XX',
  'pmap+readelf': 'pmap -XX + readelf each file',
  gdb: 'gdb -p',
};

function growth(all: readonly Series[]): Result[] {
  const find = (name: string): Series | undefined => all.find(({ subject }) => subject === name);
  const [from, to] = [find(GROWTH.from), find(GROWTH.to)];
  if (!from || !to) return [];
  const values = from.rounds.map((round, i) => aboveFloor(to.rounds[i]!) / aboveFloor(round));
  return result(GROWTH.to, `table, growth since ${GROWTH.from}`, '×', values, GROWTH.limit);
}

const aboveFloor = (round: Series['rounds'][number]): number =>
  round.get('table')!.time - round.get('node')!.time;

function memory(all: readonly Series[]): Result[] {
  return all.flatMap(({ subject, rounds }) =>
    (['table', 'json'] as const).flatMap(command => {
      const values = rounds.flatMap(round => {
        const [mine, bare] = [round.get(command), round.get('node')];
        return mine && bare ? [(mine.memory - bare.memory) / 1e6] : [];
      });
      const limit = command === 'table' ? (MEMORY[subject as keyof typeof MEMORY] ?? null) : null;
      return result(subject, `${command}, peak memory above node`, 'MB', values, limit && limit / 1e6);
    }),
  );
}

function result(
  subject: string,
  what: string,
  unit: Result['unit'],
  values: readonly number[],
  limit: number | null,
): Result[] {
  if (values.length === 0) return [];
  return [{ subject, what, unit, measured: median(values), quartiles: quartiles(values), limit }];
}
