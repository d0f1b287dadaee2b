/** A sample of the mutants through the built command, many at once: exit codes of the contract, valid JSON, no stack trace. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectValid } from '../support/schema.ts';
import { SAMPLES } from '../unit/text-samples.ts';
import { mutateRows, snapshotOf } from './support/captures.ts';
import { writeCore } from './support/core.ts';
import { imagesToMutate } from './support/images.ts';
import { lieElf } from './support/lying-elf.ts';
import { mutateBytes, mutateElf, mutateText } from './support/mutate.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectInert } from './support/sound.ts';

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

it.each([
  ['explains', ['--json']],
  ['prints', ['--explain', '-XX']],
  ['judges', ['check', '--format', 'json', '--verbose']],
])(
  '%s hundreds of mutants',
  (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-fuzz-'));
    const paths = mutants(rounds(150)).map((bytes, i) => {
      const path = join(folder, `${i}`);
      writeFileSync(path, bytes);
      return path;
    });
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [CLI, ...options, ...paths], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    rmSync(folder, { recursive: true });
    expect([signal, stderr.match(/internal error.*|\n +at .*/g)]).toEqual([null, null]);
    expect([0, 1, 2]).toContain(status);
    expectInert('stderr', stderr);
    expectInert('stdout', stdout);
    // Most of them can be explained in part.
    const refused = stderr.split('\n').filter(line => line.startsWith('vmaexplain: ')).length;
    expect(refused).toBeLessThan(paths.length * 0.6);
    if (!options.some(option => option.endsWith('json'))) return;
    const documents: unknown[] = JSON.parse(stdout);
    expect(documents.length).toBeGreaterThanOrEqual(paths.length - refused);
    for (const document of documents) expectValid(document);
  },
  fuzzTimeout(),
);

function mutants(count: number): (Uint8Array | string)[] {
  const images = imagesToMutate();
  const [core, plain] = [writeCore(), lieElf()];
  return Array.from({ length: count }, (_, round) => {
    const random = new Random(round + 7_000_000);
    return random.pick<() => Uint8Array | string>([
      () => mutateElf(random.pick(images), random),
      () => mutateElf(core, random),
      () => mutateBytes(Buffer.from(random.pick(SAMPLES).text), random),
      () => mutateText(JSON.stringify(snapshotOf([plain, plain])), random),
      () => JSON.stringify(snapshotOf([plain, mutateElf(plain, random)], rows => mutateRows(rows, random))),
    ])();
  });
}
