/** The results as a table (Markdown, so that README can show it) and as JSON. */
import { cpus, release } from 'node:os';
import type { Result } from './results.ts';
import type { Series } from './rounds.ts';
import { median } from './statistics.ts';
import type { RunningSubject } from './subjects.ts';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly kernel: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: all[0]?.model.trim() ?? 'unknown',
    cpus: all.length,
    kernel: release(),
    node: process.version,
  };
}

export function asTable(
  machine: Machine,
  rounds: number,
  subjects: readonly RunningSubject[],
  results: readonly Result[],
): string {
  const { date, cpu, cpus: count, kernel, node } = machine;
  const known = subjects.map(
    ({ name, vmas, elfFiles, largestFile }) =>
      `- ${name}: ${vmas} mappings, ${elfFiles.length} ELF files, the largest ${Math.round(largestFile / 1e6)} MB`,
  );
  const rows = results.map(({ subject, what, unit, measured, quartiles: [low, high], limit }) => [
    subject,
    what,
    `${figure(measured, unit)} ${unit}`,
    `${figure(low, unit)} – ${figure(high, unit)}`,
    limit === null ? '' : `≤ ${limit}`,
    limit === null ? '' : measured <= limit ? 'reached' : 'MISSED',
  ]);
  return [
    `Medians over ${rounds} rounds, ${date}, ${count} × ${cpu}, Linux ${kernel}, Node ${node}`,
    '',
    ...known,
    '',
    ...markdown(['process', 'what', 'median', 'middle half', 'target', ''], rows),
    '',
  ].join('\n');
}

const figure = (value: number, unit: Result['unit']): string => value.toFixed(unit === 'MB' ? 1 : 2);

function markdown(head: readonly string[], rows: readonly string[][]): string[] {
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map(row => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)];
}

export function asJson(
  machine: Machine,
  rounds: number,
  subjects: readonly RunningSubject[],
  results: readonly Result[],
  all: readonly Series[],
): string {
  const medians = all.map(({ subject, commands, rounds: done }) => ({
    subject,
    commands: commands.map(({ name }) => ({
      name,
      milliseconds: median(done.map(round => round.get(name)!.time)),
      peakBytes: median(done.map(round => round.get(name)!.memory)),
    })),
  }));
  const described = subjects.map(({ elfFiles, ...subject }) => ({ ...subject, elfFiles: elfFiles.length }));
  return `${JSON.stringify({ machine, rounds, subjects: described, results, medians }, null, 2)}\n`;
}
