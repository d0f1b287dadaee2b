/**
 * The guided tour of samples/ shows what the commands in it really print, on a terminal of 100 columns.
 * UPDATE_GOLDEN=1 rewrites what differs (a block with more than one "…" is to be rewritten by hand).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elided, linesOf, sessionsIn } from './support/console.ts';
import { ROOT, shell } from './support/shell.ts';

const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const README = 'samples/README.md';
const path = join(ROOT, README);

/** As typed at a terminal: what writes into a pipe does not know how wide that is. */
const atTerminal = (command: string): string => (command.includes('|') ? command : `COLUMNS=100 ${command}`);

const sessions = sessionsIn(readFileSync(path, 'utf8'));

describe.concurrent(README, () => {
  for (const { command, shown } of sessions)
    it.skipIf(UPDATE)(command, async ({ expect: here = expect }) => {
      const actual = linesOf(await shell(atTerminal(command)));
      here(elided(actual, shown)).toEqual(shown);
    });
});

it('shows every sample', () => {
  const text = readFileSync(path, 'utf8');
  const files = execFileSync('git', ['ls-files', 'samples'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n');
  const evidence = files.filter(
    name => !name.startsWith('samples/sysroot/') && !/\.(md|mjs|sh|c)$/.test(name),
  );
  expect(evidence.length).toBeGreaterThan(10);
  expect(evidence.filter(name => !text.includes(name.replace('samples/', '')))).toEqual([]);
});

it('names no file that is not there', () => {
  const named = sessions.flatMap(({ command }) => command.match(/samples\/[\w./-]+/g) ?? []);
  expect(named.filter(name => !existsSync(join(ROOT, name)))).toEqual([]);
});

it.runIf(UPDATE)('is rewritten', async () => {
  const lines = readFileSync(path, 'utf8').split('\n');
  for (const { command, shown, line } of sessions.toReversed())
    lines.splice(line, shown.length, ...elided(linesOf(await shell(atTerminal(command))), shown));
  writeFileSync(path, lines.join('\n'));
});
