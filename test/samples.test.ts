/** The guided tour of samples/ shows what the commands in it really print, and shows every sample. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../src/model/document.ts';
import { comparable, disagreements, withBaseNames, withoutMissing } from './support/comparison.ts';
import { sessionsIn } from './support/console.ts';
import { ROOT, shell } from './support/shell.ts';
import { describeSessions } from './support/tour.ts';

const README = 'samples/README.md';
const text = readFileSync(join(ROOT, README), 'utf8');

describeSessions(README);

it('shows every sample', () => {
  const folders = readdirSync(join(ROOT, 'samples')).filter(name => !/sysroot|\./.test(name));
  const evidence = folders.flatMap(folder =>
    readdirSync(join(ROOT, 'samples', folder)).map(name => `${folder}/${name}`),
  );
  expect(evidence.length).toBeGreaterThan(15);
  expect(evidence.filter(name => !text.includes(name))).toEqual([]);
});

it('names no file that is not there', () => {
  const named = sessionsIn(text).flatMap(({ command }) => command.match(/samples\/[\w./-]+/g) ?? []);
  expect(named.filter(name => !existsSync(join(ROOT, name)))).toEqual([]);
});

/** How it came to know, and of which file: a snapshot has the headers, text takes them from the sysroot. */
const KNOWN = [
  'process.pageSizeFrom',
  'modules.*.loadBiasFrom',
  'modules.*.image.identity',
  'modules.*.image.path',
  // The forms were taken one after the other, while other processes came and went.
  'totals.pss',
  'mappings.*.memory.pss',
];

const reportOf = async (name: string): Promise<ReportDocument> =>
  JSON.parse((await shell(`vmaexplain --json --sysroot samples/sysroot samples/sleep/${name}`)).stdout);

describe.concurrent('every form of one process tells the same, as far as it tells', () => {
  for (const name of readdirSync(join(ROOT, 'samples', 'sleep')))
    it(name, async ({ expect: here }) => {
      const full = withBaseNames(await reportOf('snapshot.json.gz'));
      const poorer = withBaseNames(await reportOf(name));
      const faults = disagreements(comparable(full), comparable(withoutMissing(poorer, full)), KNOWN);
      // pmap -x has one figure of its own, the sum of two.
      here(faults.filter(fault => !/memory\.dirty: nothing/.test(fault))).toEqual([]);
    });
});
