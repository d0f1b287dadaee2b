/**
 * The command line on evidence that does not change. Each file of test/golden is a command with its output and exit
 * code; UPDATE_GOLDEN=1 rewrites what differs, and then the difference is to be read before it is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGolden, printGolden } from './support/golden.ts';
import { shell } from './support/shell.ts';

const FOLDER = join(import.meta.dirname, 'golden');
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

describe.concurrent('golden', () => {
  for (const name of readdirSync(FOLDER).filter(name => name.endsWith('.md')))
    it(basename(name, '.md'), async ({ expect: here = expect }) => {
      const path = join(FOLDER, name);
      const expected = readFileSync(path, 'utf8');
      const golden = parseGolden(expected);
      const actual = printGolden(golden, await shell(golden.command));
      if (UPDATE && actual !== expected) writeFileSync(path, actual);
      else here(actual).toBe(expected);
    });
});
