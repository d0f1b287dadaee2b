/** Code pages that somebody has written to. */
import { figureOf } from '../../model/figures.ts';
import type { Mapping } from '../../model/report.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, judgeImages, notApplicable, PREDICTED } from '../images.ts';
import { loads } from '../subject.ts';
import { count } from '../words.ts';

type Modified = { bytes: number; pages: number; segments: string; cause: 'text-relocations' | 'unknown' };
type Untouched = { mappings: number };

export const textModified: Rule = defineRule<Modified, Untouched>({
  id: 'text-modified',
  aspect: 'real',
  level: 'warning',
  title: 'code written to in memory',
  doc: {
    meaning:
      'An executable mapping of a file contains anonymous pages: somebody wrote to them, so they are private copies, which need not hold the bytes of the file any more. The permissions may have been restored since, so that maps shows nothing, and so may the bytes: a breakpoint that was removed leaves its copy behind.',
    consequence:
      'What runs may not be what is in the file. No check of the file says anything about these pages.',
    causes: [
      'a debugger has set breakpoints, or a tracer has patched function entries',
      'text relocations, which the loader applied',
      'a hook or a rootkit has replaced code',
    ],
    remedy:
      'Detach debuggers and tracers and restart the process. If it happens again, compare the pages in /proc/PID/mem with the file.',
  },
  judge: context =>
    judgeImages(context, 'code', ({ module, elf }, about) => {
      if (context.predicted) return notApplicable(about, PREDICTED);
      const own = context.mappingsOf[module.index]!.filter(({ vma }) => vma.permissions[2] === 'x');
      const text = own.filter(({ vma }) => vma.file !== null && vma.permissions[1] === '-');
      if (context.report.readImpliesExec)
        return inconclusive(
          about,
          'READ_IMPLIES_EXEC is on, so that code cannot be told from data by its permissions',
        );
      if (text.length < own.length)
        return inconclusive(
          about,
          'some of its code is writable, or on pages that belong to no file: whether it was changed does not show',
        );
      if (text.length === 0) return notApplicable(about, 'nothing of it is mapped executable');
      const modified = text.filter(({ deviations }) =>
        deviations.some(({ code }) => code === 'text-modified'),
      );
      const [first] = modified;
      if (first) {
        const { start, end } = first.vma;
        const cause = elf.textRelocations ? 'text-relocations' : 'unknown';
        const facts = {
          ...extent(context, modified),
          segments: loads(modified.flatMap(({ segments }) => segments)),
          cause,
        } as const;
        return {
          outcome: 'fail',
          about: { ...about, range: { start, end } },
          facts,
          level: cause === 'unknown' ? 'warning' : 'note',
        };
      }
      if (text.some(mapping => figureOf(context.report.capture, mapping.vma, 'Anonymous') === null))
        return inconclusive(about, 'the evidence does not count anonymous pages (smaps does)');
      return { outcome: 'pass', about, facts: { mappings: text.length } };
    }),
  fail: ({ bytes, pages, segments, cause }) =>
    `${count(pages, 'page')} (${bytes} bytes) of its code in ${segments} ${pages === 1 ? 'has been written to and is a private copy' : 'have been written to and are private copies'}${cause === 'unknown' ? '' : ': the loader applied text relocations'}`,
  pass: ({ mappings }) => `all pages of its ${count(mappings, 'executable mapping')} are the file's`,
});

function extent({ report }: Context, modified: readonly Mapping[]): { bytes: number; pages: number } {
  let bytes = 0;
  for (const { deviations } of modified)
    for (const deviation of deviations) if (deviation.code === 'text-modified') bytes += deviation.bytes;
  return { bytes, pages: bytes / report.capture.process.pageSize };
}
