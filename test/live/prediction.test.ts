/** What the headers predict is what is there: no deviation on any ordinary process, by any linker and C library. */
import { afterAll, describe, expect } from 'vitest';
import { explainPid } from '../support/explained.ts';
import { deviationsOf, piecesNotThere } from '../support/prediction.ts';
import { stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';

const MINUTE = 60_000;
afterAll(stopAll);

describe('the predicted layout is the real one', () => {
  for (const { title, tools, start, afterwards, deviations = [], possible = [] } of SITUATIONS)
    itWith(
      tools,
      title,
      async () => {
        const subject = await start();
        try {
          afterwards?.();
          const report = explainPid(subject.pid);
          expect(piecesNotThere(report, !deviations.includes('relro-not-applied'))).toEqual([]);
          const codes = deviationsOf(report).map(({ code }) => code);
          expect(codes.filter(code => !possible.includes(code))).toEqual(deviations);
          expect(deviationsOf(explainPid(subject.pid, 'layout'))).toEqual(deviationsOf(report));
          expect(report.notes.filter(({ code }) => code !== 'read-implies-exec')).toEqual([]);
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});
