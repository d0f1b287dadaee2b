/**
 * Where sections are at run time: gdb's `info files` against the parts of the report, and against section headers
 * plus load bias. gdb also lists .tbss, which takes no addresses, and a few sections of no bytes; both are compared
 * with the headers, and the parts must have neither.
 */
import { realpathSync } from 'node:fs';
import { afterAll, describe, expect } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { address } from '../../src/model/units.ts';
import {
  explainPid,
  isEmpty,
  type PlacedSection,
  sectionLines,
  sectionsByHeaders,
  sectionsByParts,
} from '../support/explained.ts';
import { type GdbSection, gdbSections } from '../support/gdb.ts';
import { stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';

const MINUTE = 60_000;
afterAll(stopAll);

/** gdb's sections with the path that maps prints, which has no symbolic links. Called while the files are there. */
const resolved = (sections: readonly GdbSection[]): GdbSection[] =>
  sections.map(section => ({
    ...section,
    file: section.file === null || section.file === '[vdso]' ? section.file : realpathSync(section.file),
  }));

function expectAgreement(report: Report, fromGdb: readonly GdbSection[]): void {
  const executable = report.modules.find(({ role }) => role === 'executable')!.path;
  const headers = sectionsByHeaders(report);
  const threadLocal = new Set(sectionLines(headers.filter(section => section.threadLocalZeroes)));
  const reference: PlacedSection[] = fromGdb.map(({ start, end, name, file }) => ({
    start: address(start),
    end: address(end),
    name,
    path: file ?? executable,
    threadLocalZeroes: false,
  }));
  const filled = sectionLines(reference.filter(section => !isEmpty(section)));
  expect(filled.length).toBeGreaterThan(5);
  expect(sectionLines(headers.filter(section => !isEmpty(section)))).toEqual(filled);
  expect(sectionLines(sectionsByParts(report))).toEqual(filled.filter(line => !threadLocal.has(line)));
  expect(sectionLines(headers)).toEqual(expect.arrayContaining(sectionLines(reference.filter(isEmpty))));
}

describe.concurrent('the sections of every module are where gdb sees them', () => {
  for (const { title, tools, start, afterwards } of SITUATIONS.filter(({ hiddenFromGdb }) => !hiddenFromGdb))
    itWith(
      ['gdb', ...tools],
      title,
      async () => {
        const subject = await start();
        try {
          const fromGdb = resolved(await gdbSections(subject.pid));
          afterwards?.();
          expectAgreement(explainPid(subject.pid), fromGdb);
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});
