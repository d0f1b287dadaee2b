/** Random segments, loaded for real: the simulated loaders against the kernel, ld.so of glibc, and musl. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { build } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { deviationsOf, piecesNotThere } from '../support/prediction.ts';
import { start, stopAll } from '../support/process.ts';
import { randomLibrary, randomProgram, relro, shapes } from '../support/random-elf.ts';
import { scratchFolder } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';
import { requirements, variant } from '../support/variant.ts';

const MINUTES = 180_000;
const X86_64 = process.arch === 'x64' ? [] : ['x86-64 machine'];
/** Always the same ones, lest a rare library fail somebody else's change. */
const RUNS = { numRuns: 150, seed: 20_260_101 };
afterAll(stopAll);

let written = 0;

/** A new file each time: the one before may still be running. */
function write(image: Uint8Array): string {
  const path = join(scratchFolder('random'), `${written++}`);
  writeFileSync(path, image, { mode: 0o755 });
  return path;
}

async function expectAsPredicted(path: string, args: readonly string[]): Promise<void> {
  const subject = await start(path, args);
  try {
    const report = explainPid(subject.pid);
    expect(report.modules.map(module => module.path)).toContain(args[0] ?? path);
    expect(piecesNotThere(report, true)).toEqual([]);
    // musl takes .bss that is not writable from the file, which may end before.
    const musl = report.modules.some(({ loader }) => loader === 'musl');
    const found = deviationsOf(report).filter(({ code }) => !musl || code !== 'beyond-end-of-file');
    expect(found).toEqual([]);
  } finally {
    await subject.stop();
  }
}

describe('random segments lie where they are predicted', () => {
  for (const pie of [false, true])
    itWith(
      X86_64,
      `loaded by the kernel, ${pie ? 'static PIE' : 'fixed addresses'}`,
      () =>
        fc.assert(
          fc.asyncProperty(shapes, wanted => expectAsPredicted(write(randomProgram(wanted, pie)), [])),
          RUNS,
        ),
      MINUTES,
    );

  for (const compiler of ['gcc', 'musl-gcc'] as const) {
    const loader = variant(compiler, 'bfd', 'pie');
    itWith(
      [...X86_64, ...requirements(loader)],
      `loaded as a library by ${compiler === 'gcc' ? 'glibc' : 'musl'}`,
      () =>
        fc.assert(
          fc.asyncProperty(shapes, relro, (wanted, protect) =>
            expectAsPredicted(build('dlopen.c', loader), [write(randomLibrary(wanted, protect))]),
          ),
          RUNS,
        ),
      MINUTES,
    );
  }
});
