/**
 * npm run bench -- [--rounds N] [--only SUBJECT]... [-o FILE]
 *
 * Times this tool beside what people type without it, on real processes, and prints what was reached beside the targets.
 * -o writes the same as JSON. Whatever ends the bench ends the processes that it started.
 */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopAll } from '../support/process.ts';
import { type Command, commandsFor, startUpCommands } from './commands.ts';
import { measurer } from './measure.ts';
import { asJson, asTable, thisMachine } from './report.ts';
import { resultsOf } from './results.ts';
import { runRounds, type Series } from './rounds.ts';
import { type RunningSubject, SUBJECT_NAMES, startSubject } from './subjects.ts';

const DEFAULT_ROUNDS = '15';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: DEFAULT_ROUNDS },
    only: { type: 'string', multiple: true, default: [...SUBJECT_NAMES] },
    output: { type: 'string', short: 'o' },
  },
});
const rounds = Number(values.rounds);
const unknown = values.only.find(name => !SUBJECT_NAMES.some(known => known === name));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a number, not ${values.rounds}`);
if (unknown !== undefined) throw new Error(`--only takes ${SUBJECT_NAMES.join(', ')}, not ${unknown}`);

const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Ending by `exit` ends the subjects as well (test/support/process.ts).
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => process.exit(status));

const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
const cli = copyOfBuild(folder);
const subjects: RunningSubject[] = [];
for (const name of SUBJECT_NAMES.filter(known => values.only.includes(known))) {
  const subject = await startSubject(name);
  if (subject) subjects.push(subject);
  else say(`${name} is left out: it is not installed`);
}
const series = (subject: string, commands: Command[]): Series => ({ subject, commands, rounds: [] });
const all = [
  series('start-up', startUpCommands(cli)),
  ...subjects.map(subject => series(subject.name, commandsFor(subject, cli))),
];
await runRounds(all, rounds, measurer(join(folder, 'output')), say);
await stopAll();

const machine = thisMachine();
const results = resultsOf(all);
process.stdout.write(asTable(machine, rounds, subjects, results));
if (values.output !== undefined)
  writeFileSync(values.output, asJson(machine, rounds, subjects, results, all));

/** A rebuild while the bench runs must not change what is measured. */
function copyOfBuild(to: string): string {
  for (const name of readdirSync('dist').filter(file => /\.(cjs|cache)$/.test(file)))
    copyFileSync(join('dist', name), join(to, name));
  return join(to, 'cli.cjs');
}
