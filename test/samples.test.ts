/** The guided tour of samples/ shows what the commands in it really print, and shows every sample. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sessionsIn } from './support/console.ts';
import { ROOT } from './support/shell.ts';
import { describeSessions } from './support/tour.ts';

const README = 'samples/README.md';
const text = readFileSync(join(ROOT, README), 'utf8');

describeSessions(README);

it('shows every sample', () => {
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
  const named = sessionsIn(text).flatMap(({ command }) => command.match(/samples\/[\w./-]+/g) ?? []);
  expect(named.filter(name => !existsSync(join(ROOT, name)))).toEqual([]);
});
