/** Code pages that somebody has written to. */
import { figureOf } from '../../model/figures.ts';
import type { Module } from '../../model/module.ts';
import { firstEndingAfter } from '../../model/ordered.ts';
import type { Mapping, Report } from '../../model/report.ts';
import { mergeSpans, overlap } from '../../model/spans.ts';
import type { Context } from '../context.ts';
import { type About, defineRule, type Judgement, type Rule } from '../define-rule.ts';
import { inconclusive, judgeImages, notApplicable, PREDICTED } from '../images.ts';
import { loads } from '../subject.ts';
import { count } from '../words.ts';

type Modified = {
  bytes: number;
  pages: number;
  segments: string;
  replacedBytes: number;
  cause: 'text-relocations' | 'unknown';
};
type Untouched = { mappings: number };

export const textModified: Rule = defineRule<Modified, Untouched>({
  id: 'text-modified',
  aspect: 'real',
  level: 'warning',
  title: 'code written to in memory',
  doc: {
    meaning:
      'An executable mapping of a file contains anonymous pages: somebody wrote to them, so they are private copies, which need not hold the bytes of the file any more. The permissions may have been restored since, so that maps shows nothing, and so may the bytes: a breakpoint that was removed leaves its copy behind. Or other memory was mapped over its code.',
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
  *judge(context) {
    const { report } = context;
    const covering = coveringMappings(report);
    const images = judgeImages(context, 'code', ({ module, elf }, about) => {
      if (context.predicted) return notApplicable(about, PREDICTED);
      if (report.readImpliesExec)
        return inconclusive(
          about,
          'READ_IMPLIES_EXEC is on, so that code cannot be told from data by its permissions',
        );
      const all = context.mappingsOf[module.index]!;
      const modified = all.filter(isModified);
      const others = covering.get(module.index);
      const replaced = others ? overCode(module, others) : NONE;
      if (modified.length + replaced.mappings.length > 0)
        return broken(context, about, modified, replaced, elf.textRelocations);
      const own = all.filter(({ vma }) => vma.permissions[2] === 'x');
      const text = own.filter(({ vma }) => vma.file !== null && vma.permissions[1] === '-');
      if (text.length < own.length)
        return inconclusive(
          about,
          'some of its code is writable, or on pages that belong to no file: whether it was changed does not show',
        );
      if (all.some(({ vma }) => vma.permissions[2] === '?'))
        return inconclusive(about, 'the evidence does not tell what is executable');
      if (text.length === 0) return notApplicable(about, 'nothing of it is mapped executable');
      if (text.some(mapping => figureOf(report.capture, mapping.vma, 'Anonymous') === null))
        return inconclusive(about, 'the evidence does not count anonymous pages (smaps does)');
      return { outcome: 'pass', about, facts: { mappings: text.length } } as const;
    });
    const vdso = report.mappings.filter(mapping => mapping.kind === 'vdso' && isModified(mapping));
    for (const judgement of images) {
      const { about } = judgement;
      if (vdso.length === 0 || about.module !== vdso[0]!.module) yield judgement;
      else yield broken(context, about, vdso, NONE, false);
    }
  },
  fail: ({ bytes, pages, segments, replacedBytes, cause }) => {
    const written = `${count(pages, 'page')} (${bytes} bytes) of its code in ${segments} ${pages === 1 ? 'has been written to and is a private copy' : 'have been written to and are private copies'}${cause === 'unknown' ? '' : ': the loader applied text relocations'}`;
    const replaced = `other memory is mapped over ${replacedBytes} bytes of its code`;
    return [...(pages > 0 ? [written] : []), ...(replacedBytes > 0 ? [replaced] : [])].join('; ');
  },
  pass: ({ mappings }) => `all pages of its ${count(mappings, 'executable mapping')} are the file's`,
});

const NONE: Covered = { mappings: [], bytes: 0 };

const isModified = ({ deviations }: Mapping): boolean =>
  deviations.some(({ code }) => code === 'text-modified');

/** Mappings that lie over what the headers of modules predict, by module. */
function coveringMappings({ mappings }: Report): ReadonlyMap<number, readonly Mapping[]> {
  const byModule = new Map<number, Mapping[]>();
  for (const mapping of mappings)
    for (const deviation of mapping.deviations) {
      if (deviation.code !== 'mapped-over') continue;
      const others = byModule.get(deviation.module);
      if (others) others.push(mapping);
      else byModule.set(deviation.module, [mapping]);
    }
  return byModule;
}

/** Of these mappings, those that lie over its code. */
function overCode({ placement }: Module, mappings: readonly Mapping[]): Covered {
  const code = placement?.pieces.filter(({ protection }) => protection[2] === 'x') ?? [];
  const found = mappings.filter(({ vma }) => {
    const piece = code[firstEndingAfter(code, vma.start)];
    return piece !== undefined && piece.start < vma.end;
  });
  const spans = [found.map(({ vma }) => vma), code].map(mergeSpans);
  return { mappings: found, bytes: overlap(spans[0]!, spans[1]!) };
}

interface Covered {
  readonly mappings: readonly Mapping[];
  readonly bytes: number;
}

function broken(
  { report }: Context,
  about: About,
  modified: readonly Mapping[],
  replaced: Covered,
  textRelocations: boolean,
): Judgement<Modified, Untouched> {
  let bytes = 0;
  for (const { deviations } of modified)
    for (const deviation of deviations) if (deviation.code === 'text-modified') bytes += deviation.bytes;
  const segments = new Set(modified.flatMap(mapping => mapping.segments));
  const { start, end } = (modified[0] ?? replaced.mappings[0]!).vma;
  const cause = textRelocations && replaced.bytes === 0 ? 'text-relocations' : 'unknown';
  return {
    outcome: 'fail',
    about: { ...about, range: { start, end } },
    facts: {
      bytes,
      pages: bytes / report.capture.process.pageSize,
      segments: segments.size > 0 ? loads([...segments]) : '',
      replacedBytes: replaced.bytes,
      cause,
    },
    level: cause === 'unknown' ? 'warning' : 'note',
  };
}
