/** Files that are written whole or not at all, and secrets that take the place of nothing. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileOutput } from '../../src/cli/output.ts';
import { scratchFolder } from '../support/situations.ts';

it('a secret does not replace what has been made in its place meanwhile', () => {
  const folder = scratchFolder('secret');
  const path = join(folder, 'snapshot');
  const output = fileOutput(path, { replaces: false });
  output.write('secret');
  writeFileSync(path, "another's", { mode: 0o644 });
  expect(() => output.close()).toThrow(/cannot be written \(EEXIST\)/);
  expect(readFileSync(path, 'utf8')).toBe("another's");
  expect(readdirSync(folder)).toEqual(['snapshot']);
});

it('a secret that replaces a file is not readable for those who could read that', () => {
  const path = join(scratchFolder('secret'), 'snapshot');
  writeFileSync(path, 'public', { mode: 0o644 });
  const output = fileOutput(path, { replaces: true });
  output.write('secret');
  output.close();
  expect(readFileSync(path, 'utf8')).toBe('secret');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
