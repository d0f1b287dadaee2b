/** The ratios and peaks to reach, as the project has set them; measured here beside what was reached. */
import type { CommandName } from './commands.ts';
import type { SubjectName } from './subjects.ts';

export interface Ratio {
  readonly subject: SubjectName | 'start-up';
  readonly command: CommandName;
  readonly against: CommandName;
  /** The command's wall time may be this many times the other's. */
  readonly limit: number;
}

const ratio =
  (subject: Ratio['subject'], command: CommandName) =>
  (against: CommandName, limit: number): Ratio => ({ subject, command, against, limit });

/** Ratios of wall times. */
export const RATIOS: readonly Ratio[] = [
  ratio('start-up', 'version')('node', 1.15),
  ratio('start-up', 'help')('node', 1.3),
  ...ratios('sleep', { node: 1.4, gdb: 0.2 }),
  ...ratios('node', { node: 1.7, gdb: 0.1 }),
  ...ratios('gdb', { node: 2.2, 'pmap+readelf': 0.62, gdb: 0.15 }),
  ...ratios('python3', { node: 2.4, 'pmap+readelf': 0.5, gdb: 0.15 }),
  ...ratios('chromium', { node: 2.8, 'pmap+readelf': 0.38, gdb: 0.13 }),
  ...ratios('libraries', { node: 4.5, 'pmap+readelf': 0.2, gdb: 0.3 }),
  ...ratios('vmas-65000', { pmap: 0.5 }),
  ratio('vmas-65000', 'json')('pmap', 0.45),
];

function ratios(subject: SubjectName, limits: Partial<Record<CommandName, number>>): Ratio[] {
  return Object.entries(limits).map(([against, limit]) =>
    ratio(subject, 'table')(against as CommandName, limit),
  );
}

/** Wall time of 65,000 mappings over that of 2,000, each less the floor. */
export const GROWTH = { from: 'vmas-2000', to: 'vmas-65000', limit: 9 } as const;

const MB = 1e6;

/** Peak resident memory of the table above bare node, in bytes. */
export const MEMORY: Record<SubjectName, number> = {
  sleep: 12 * MB,
  node: 12 * MB,
  gdb: 12 * MB,
  python3: 12 * MB,
  chromium: 12 * MB,
  libraries: 20 * MB,
  'vmas-2000': 20 * MB,
  'vmas-65000': 28 * MB,
};
