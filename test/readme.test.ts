/** README.md is true: its sessions show what is really printed, its table of exit codes is the contract's. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parsePolicy } from '../src/check/policy-file.ts';
import { RULES } from '../src/check/rules.ts';
import { ROOT } from './support/shell.ts';
import { describeSessions } from './support/tour.ts';

const path = join(ROOT, 'README.md');
const readme = readFileSync(path, 'utf8');
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

it('documents every rule under its own heading, to which SARIF links', () => {
  const [begin, end] = ['<!-- rules -->\n', '<!-- /rules -->'];
  const rules = Object.values(RULES).map(
    ({ id, level, title, doc }) =>
      `### ${id}\n\n*${title}* (${level}). ${doc.meaning} ${doc.consequence}\n\nRemedy: ${doc.remedy}\n`,
  );
  const section = `${begin}${rules.join('\n')}${end}`;
  // The sessions in it may have been rewritten just now.
  const now = readFileSync(path, 'utf8');
  const [from, to] = [now.indexOf(begin), now.indexOf(end) + end.length];
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, now.slice(0, from) + section + now.slice(to));
  else expect(now.slice(from, to)).toBe(section);
});

it('shows a policy that is one', () => {
  const [, text] = /```json\n(\{[\s\S]*?)```/.exec(readme)!;
  const { failOn, levels, modules, exceptions } = parsePolicy(text!);
  expect({ failOn, levels }).toEqual({ failOn: 'warning', levels: { 'no-pie': 'off' } });
  expect([modules, exceptions].map(list => list.length)).toEqual([1, 1]);
});
