/** README.md is true: its sessions show what is really printed, its table of exit codes is the contract's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './support/shell.ts';
import { describeSessions } from './support/tour.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describeSessions('README.md');

it('names scripts that there are', () => {
  const named = [...readme.matchAll(/npm (?:run )?(start|test|bench|fuzz|ci|pack)\b/g)].map(
    match => match[1]!,
  );
  const own = [...new Set(named)].filter(name => name !== 'ci' && name !== 'pack');
  expect(own.filter(name => !(name in manifest.scripts))).toEqual([]);
});

it('shows real output in the first screen', () => {
  const screen = readme.split('\n').slice(0, 25).join('\n');
  expect(screen).toContain('```console\n$ vmaexplain ');
  expect(screen).toContain('RELRO');
});
