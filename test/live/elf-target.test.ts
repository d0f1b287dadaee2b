/** The layout that is predicted for a file alone is the one that it gets when it runs. */
import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { captureElf } from '../../src/cli/elf-target.ts';
import { correlate } from '../../src/correlate/report.ts';
import type { Capture } from '../../src/model/capture.ts';
import type { Report } from '../../src/model/report.ts';
import { FileBytes } from '../../src/source/file-bytes.ts';
import { ImageSearch } from '../../src/source/find-images.ts';
import { build } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { LAYOUT_MATRIX, LIBRARY_MATRIX } from '../support/layout-matrix.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { scratchFolder } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';
import { DEFAULT, requirements, type Variant, variant } from '../support/variant.ts';

afterAll(stopAll);

function predict(path: string): Capture {
  const fd = openSync(path, 'r');
  try {
    return captureElf(new FileBytes(fd, fstatSync(fd).size), path, null);
  } finally {
    closeSync(fd);
  }
}

interface Line {
  readonly start: bigint;
  readonly end: bigint;
  readonly text: string;
  readonly anonymous: boolean;
}

/** The predicted mappings, moved to where the module really is. */
function expected(report: Report, bias: bigint): Line[] {
  const from = report.modules[0]!.placement!.bias;
  return report.capture.vmas.map(({ start, end, permissions, offset, file }) => ({
    start: start - from + bias,
    end: end - from + bias,
    text: `${permissions} ${file === null ? 'anonymous' : offset}`,
    anonymous: file === null,
  }));
}

/** What of the prediction is not there. An anonymous tail may have been merged with its neighbour. */
function missing(report: Report, live: Report, path: string): string[] {
  const module = live.modules.find(candidate => candidate.path === path)!;
  const real = live.capture.vmas.map(({ start, end, permissions, offset, file }) => ({
    start,
    end,
    text: `${permissions} ${file === module.file ? offset : 'anonymous'}`,
  }));
  return expected(report, module.placement!.bias)
    .filter(
      line =>
        !real.some(
          ({ start, end, text }) =>
            text === line.text &&
            (line.anonymous
              ? start <= line.start && line.end <= end
              : start === line.start && end === line.end),
        ),
    )
    .map(({ start, end, text }) => `${start.toString(16)}-${end.toString(16)} ${text}`);
}

const deviations = (report: Report): string[] =>
  [...report.mappings, ...report.modules].flatMap(({ deviations: found }) => found.map(({ code }) => code));

/** musl's static start-up code never protects GNU_RELRO, which the prediction's note says: the writable segment is whole. */
const staticMusl = ({ compiler, kind }: Variant): boolean =>
  compiler === 'musl-gcc' && (kind === 'static' || kind === 'static-pie');

async function compare(path: string, run: () => Promise<Subject>, relro: boolean): Promise<void> {
  const report = correlate(predict(path));
  expect(deviations(report)).toEqual([]);
  expect(report.modules).toHaveLength(1);
  expect(report.modules[0]!.image).toMatchObject({ status: 'read' });
  expect(report.mappings.every(({ module }) => module === 0)).toBe(true);
  const subject = await run();
  try {
    const gone = missing(report, explainPid(subject.pid), path);
    if (relro) expect(gone).toEqual([]);
    else expect(gone.filter(line => !/ r--p | rw-p /.test(line))).toEqual([]);
  } finally {
    await subject.stop();
  }
}

describe('a program alone', () => {
  for (const wanted of LAYOUT_MATRIX)
    itWith(requirements(wanted), wanted.id, () => {
      const path = build('plain.c', wanted);
      return compare(path, () => start(path), !staticMusl(wanted));
    });
});

describe('a library alone', () => {
  for (const wanted of LIBRARY_MATRIX) {
    const program = variant(wanted.compiler, wanted.linker, 'pie');
    itWith([...requirements(wanted), ...requirements(program)], wanted.id, () => {
      const path = build('lib-relro.c', wanted);
      return compare(path, () => start(build('dlopen.c', program), [path]), true);
    });
  }
});

itWith(['objcopy', ...requirements(DEFAULT)], 'a section that no segment loads lies nowhere', async () => {
  const path = join(scratchFolder('objcopy'), 'program');
  const flags = ['--add-section', '.blob=/bin/sh', '--set-section-flags', '.blob=alloc,readonly,data'];
  execFileSync('objcopy', [...flags, build('plain.c'), path], { stdio: 'ignore' });
  const [module] = predict(path).files;
  const elf = module!.image.status === 'read' ? module!.image.candidates[0]!.elf : null;
  expect(elf!.sections.find(({ name }) => name === '.blob')).toMatchObject({ vaddr: 0n, flags: 'A' });
  const { parts } = correlate(predict(path)).mappings[0]!;
  expect(parts[0]).toMatchObject({ kind: 'elf-header' });
  expect(parts.some(({ name }) => name === '.interp')).toBe(true);
  expect(parts.some(({ name }) => name === '.blob')).toBe(false);
});

itWith(
  ['objcopy', ...requirements(DEFAULT)],
  'a separate debug file is no image, though its build ID is',
  () => {
    const image = build('plain.c');
    const debug = join(scratchFolder('debug-file'), 'plain');
    execFileSync('objcopy', ['--only-keep-debug', image, debug]);
    expect(() => predict(debug)).toThrow(/separate debug file/);
    const [read] = predict(image).files;
    const buildId = read!.image.status === 'read' ? read!.image.candidates[0]!.elf.buildId : null;
    expect(buildId).toMatch(/^[0-9a-f]{40}$/);
    const named = { name: image, device: null, inode: null, buildId, depth: 'full' } as const;
    const found = (elf: string) =>
      new ImageSearch({ sysroots: [], elf: new Map([['plain', elf]]), useHost: false }).imagesFor([named])
        .files[0]!.image;
    expect(found(debug)).toMatchObject({
      status: 'unavailable',
      message: expect.stringMatching(/debug file/),
    });
    expect(found(image)).toMatchObject({ status: 'read', candidates: [{ identity: 'build-id' }] });
  },
);

const PIES = [variant('gcc', 'bfd', 'pie'), variant('i686-linux-gnu-gcc', 'bfd', 'pie')];
const needed = ['setarch', ...PIES.flatMap(wanted => requirements(wanted))];
itWith(needed, 'a PIE is where the kernel puts it without randomisation', async () => {
  for (const wanted of PIES) {
    const path = build('plain.c', wanted);
    const subject = await start('setarch', ['-R', path]);
    const { modules } = explainPid(subject.pid);
    await subject.stop();
    const real = modules.find(module => module.path === path)!.placement!.bias;
    expect(correlate(predict(path)).modules[0]!.placement!.bias).toBe(real);
  }
});
