/**
 * One process, read live and from what was kept of it, gives one report: a snapshot the same byte for byte, captured text
 * the same in every field that the text has.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect } from 'vitest';
import { correlate } from '../../src/correlate/report.ts';
import type { Capture } from '../../src/model/capture.ts';
import type { ReportDocument } from '../../src/model/document.ts';
import { toDocument } from '../../src/render/document.ts';
import { captureText } from '../../src/source/captured-text.ts';
import { captureLive, recordLive } from '../../src/source/live.ts';
import type { Snapshot } from '../../src/source/snapshot-format.ts';
import { captureSnapshot } from '../../src/source/snapshot-read.ts';
import { build, buildText } from '../support/build.ts';
import { comparable, disagreements, withoutGuesses } from '../support/comparison.ts';
import { explainPid } from '../support/explained.ts';
import { start, stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith, which } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements, variant } from '../support/variant.ts';

const MINUTE = 60_000;
const NO_CODE = variant('gcc', 'bfd', 'shared', 'no-code', ['-nostdlib', '-Wl,-z,noseparate-code']);
afterAll(stopAll);

/** Of captured text, where it tells something else than the process: how it came to know. All others must agree. */
const TEXT_DIFFERS = [
  'process.pageSizeFrom', // auxv live, the figures of smaps or nothing in text
  'modules.*.loadBiasFrom', // auxv live, for the executable and its loader
];

/** Which file the kernel started, and which is the loader, the auxiliary vector tells. */
const WHO_IS_WHO = ['modules.*.role', 'modules.*.loader', 'mappings.*.explanation'];

/** What may differ in a situation. */
function knownDifferences(title: string): readonly string[] {
  // The loader was started, and the program looks as if it were. The kernel clears more of a last page than ld.so.
  if (title.endsWith(' PROGRAM')) return [...TEXT_DIFFERS, ...WHO_IS_WHO, 'mappings.*.parts'];
  return TEXT_DIFFERS;
}

const documentOf = (capture: Capture): ReportDocument => toDocument(correlate(capture));

const textDocument = (text: string): ReportDocument =>
  documentOf(
    captureText(null, feed => feed(text), {
      sysroots: ['/'],
      elf: new Map(),
      useHost: false,
      pageSize: null,
    })[0]!,
  );

const procText = (pid: number, name: string): string => readFileSync(`/proc/${pid}/${name}`, 'latin1');

/** Which stacks are threads' a live process tells; text has them inferred. */
const faults = (live: ReportDocument, text: ReportDocument, known: readonly string[]): string[] =>
  disagreements(comparable(withoutGuesses(live, text)), comparable(withoutGuesses(text, live)), known);

/**
 * maps has neither figures nor flags, so it misses what they say and hint at: stacks of threads and other kinds that are
 * inferred, and that code was written to.
 */
function mapsFaults(live: ReportDocument, text: ReportDocument, known: readonly string[]): string[] {
  const hinted = live.mappings.filter(({ kind, inferred }) => inferred || kind === 'thread-stack');
  const kinds = hinted.flatMap(({ index }) => [`mappings.${index}.kind`, `mappings.${index}.explanation`]);
  return faults(withoutFlags(withoutModified(live)), text, [...known, ...kinds]);
}

/** What an explanation says by VmFlags stands at its end. */
const BY_FLAGS = /(?: [A-Z][^.]*\((?:MADV|MAP)_\w+\)\.)+$/;

const withoutFlags = (report: ReportDocument): ReportDocument => ({
  ...report,
  mappings: report.mappings.map(mapping => ({
    ...mapping,
    explanation: mapping.explanation.replace(BY_FLAGS, ''),
  })),
});

const withoutModified = (report: ReportDocument): ReportDocument => ({
  ...report,
  mappings: report.mappings.map(mapping => ({
    ...mapping,
    deviations: mapping.deviations.filter(({ code }) => code !== 'text-modified'),
  })),
});

/** pmap maps the C library too while it reads, so that more of it is shared and less of it is the process's own. */
const asSharedOrNot = (report: ReportDocument): ReportDocument => ({
  ...report,
  totals: { ...report.totals, pss: null },
  mappings: report.mappings.map(mapping => {
    const { sharedClean = null, privateClean = null, ...memory } = mapping.memory!;
    const clean = sharedClean === null || privateClean === null ? null : sharedClean + privateClean;
    return { ...mapping, memory: { ...memory, pss: null, clean } };
  }),
});

/**
 * What smaps told the same before and after must be told by pmap too; a few tries, for what changed and changed back. Of
 * the command it prints a blank for every newline.
 */
function pmapFaults(pid: number, known: readonly string[]): string[] {
  let found: string[] = [];
  for (let tries = 0; tries < 5; tries++) {
    const before = textDocument(procText(pid, 'smaps'));
    const text = textDocument(
      execFileSync(which('pmap')!, ['-XX', '-p', String(pid)], { encoding: 'latin1' }),
    );
    const after = textDocument(procText(pid, 'smaps'));
    const [first, last] = [comparable(asSharedOrNot(before)), comparable(asSharedOrNot(after))];
    const moved = disagreements(first, last, []).map(fault => fault.split(':')[0]!);
    const differs = [...known, 'process.pid', 'process.command', ...moved];
    found = disagreements(first, comparable(asSharedOrNot(text)), differs);
    if (found.length === 0) return [];
  }
  return found;
}

interface Moment {
  readonly live: ReportDocument;
  readonly snapshot: Snapshot;
  /** The snapshot's report. */
  readonly again: ReportDocument;
}

/**
 * A report and a snapshot between which no figure moved: memory that is shared with other processes is told otherwise
 * whenever one of those comes or goes.
 */
function sameMoment(pid: number): Moment {
  for (let tries = 0; tries < 200; tries++) {
    const snapshot = recordLive(pid);
    const live = documentOf(captureLive(pid, 'full'));
    const again = documentOf(captureSnapshot(JSON.stringify(snapshot), null, 'full'));
    if (figuresOf(live) === figuresOf(again)) return { live, snapshot, again };
  }
  throw new Error(`process ${pid} never holds still, or its snapshot has other figures`);
}

const figuresOf = ({ mappings }: ReportDocument): string =>
  JSON.stringify(mappings.map(({ memory }) => memory));

/** Text tells a path, and what lies there now is not what was mapped. */
const GONE = new Set(['a deleted library', 'a replaced library']);

describe('a snapshot gives the report of the process, byte for byte', () => {
  for (const { title, tools, start, afterwards } of SITUATIONS)
    itWith(
      tools,
      title,
      async () => {
        const subject = await start();
        try {
          afterwards?.();
          const { live, again } = sameMoment(subject.pid);
          expect(again.origin).toEqual({ kind: 'snapshot', variant: null, path: null });
          expect(JSON.stringify({ ...again, origin: live.origin })).toBe(JSON.stringify(live));
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});

describe('captured text gives the report of the process, in every field that it has', () => {
  for (const { title, tools, start } of SITUATIONS.filter(({ title }) => !GONE.has(title)))
    itWith(
      ['pmap', ...tools],
      title,
      async () => {
        const subject = await start();
        try {
          const known = knownDifferences(title);
          const { live, snapshot } = sameMoment(subject.pid);
          expect(faults(live, textDocument(snapshot.mappings.text), known)).toEqual([]);
          expect(mapsFaults(live, textDocument(procText(subject.pid, 'maps')), known)).toEqual([]);
          expect(pmapFaults(subject.pid, known)).toEqual([]);
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});

itWith(requirements(LIBRARY), 'another library that has the name of the mapped one is refused', async () => {
  const library = build('lib.c', LIBRARY);
  const subject = await start(build('dlopen.c'), [library]);
  const maps = procText(subject.pid, 'maps');
  // As plain pmap tells it: without offsets.
  const pmap = execFileSync(which('pmap')!, [String(subject.pid)], { encoding: 'latin1' });
  const libc = explainPid(subject.pid).modules.find(({ path }) => /libc\.so\.6$/.test(path))!.path;
  for (const evidence of [maps, pmap]) {
    const options = { sysroots: ['/'], elf: new Map([['lib.so', libc]]), useHost: false, pageSize: null };
    const report = correlate(captureText(null, feed => feed(evidence), options)[0]!);
    const odd = report.mappings.filter(({ deviations }) => deviations.length > 0);
    expect(odd).toEqual([]);
    const images = report.modules.filter(({ path }) => /lib\.so$/.test(path)).map(({ image }) => image);
    expect(images).toMatchObject([{ status: 'unavailable', reason: 'mismatch' }]);
  }
});

itWith(
  [...requirements(DEFAULT), 'pmap'],
  'a file known by name alone is known although its code was split or changed',
  async () => {
    const text = `#define _GNU_SOURCE
#include "subject.h"
#include <sys/mman.h>
static char room[3 * 4096] __attribute__((aligned(4096), section(".text")));
int main(void) {
  if (mlock(room, 4096) || mprotect(room + 4096, 4096, PROT_READ | PROT_WRITE | PROT_EXEC)) fail("mlock, mprotect");
  return ready_and_serve();
}`;
    const subject = await start(buildText('split-code.c', text));
    const maps = procText(subject.pid, 'maps');
    const pmap = execFileSync(which('pmap')!, ['-x', '-p', String(subject.pid)], { encoding: 'latin1' });
    for (const evidence of [maps, pmap]) {
      const module = textDocument(evidence).modules.find(({ path }) => /split-code$/.test(path))!;
      expect(module.image.status).toBe('read');
    }
  },
);

itWith([...requirements(LIBRARY), 'pmap'], 'and so is one without code', async () => {
  const library = buildText(
    'constants.c',
    'const int numbers[9] = {1}; const int *const at = numbers;',
    NO_CODE,
  );
  const subject = await start(build('dlopen.c'), [library]);
  const pmap = execFileSync(which('pmap')!, ['-x', '-p', String(subject.pid)], { encoding: 'latin1' });
  expect(textDocument(pmap).modules.map(({ path }) => path)).toContain(library);
});
