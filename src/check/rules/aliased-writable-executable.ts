/** The same bytes, writable at one address and executable at another: W^X in letter, not in spirit. */
import type { Mapping } from '../../model/report.ts';
import { mergeSpans, overlap, type Span } from '../../model/spans.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { aboutProcess } from '../subject.ts';

type Aliased = { bytes: number; writableMappings: number; executableMappings: number };

export const aliasedWritableExecutable: Rule = defineRule<Aliased, Record<string, never>>({
  id: 'aliased-writable-executable',
  aspect: 'real',
  level: 'error',
  title: 'same memory writable here, executable there',
  doc: {
    meaning:
      'One object (a file, a memfd, shared memory) is mapped shared and writable at one address and executable at another, with pages in common. A private writable mapping does not count: what is written to it stays its own.',
    consequence:
      'Writing at the first address changes the code at the second, although no single mapping is both writable and executable.',
    causes: [
      'a JIT compiler with dual mapping (some of .NET, QEMU with split-wx)',
      'code built in a memfd while it may already be run',
    ],
    remedy:
      'Unmap the writable view once the code is complete; then a memfd can also be sealed (F_SEAL_WRITE). A seal alone leaves writable views as they are.',
  },
  *judge(context) {
    const about = aboutProcess(context, null);
    if (context.predicted) {
      yield notApplicable(about, PREDICTED);
      return;
    }
    let found = 0;
    for (const [file, views] of viewsByFile(context)) {
      const { path, inode } = context.report.capture.files[file]!;
      const [first] = views.executable;
      const { start, end } = first!.vma;
      const where = { module: first!.module, path, subject: 'shared mapping', range: { start, end } };
      const spans = [spansOf(views.writable), spansOf(views.executable)] as const;
      const bytes = spans[0] && spans[1] && overlap(spans[0], spans[1]);
      if (bytes === 0) continue;
      found++;
      const facts = {
        bytes: bytes ?? 0,
        writableMappings: views.writable.length,
        executableMappings: views.executable.length,
      };
      if (bytes === null)
        yield inconclusive(
          where,
          'it is mapped writable and executable, at offsets that the evidence does not tell',
        );
      else if (inode === null && /^\/memfd:|^\/dev\/zero$/.test(path))
        yield inconclusive(
          where,
          'it is mapped writable and executable, but these may be two objects of the same name',
        );
      else if (views.writable.every(({ vma }) => vma.permissions[3] === '?'))
        yield inconclusive(
          where,
          'it is mapped writable and executable, and the evidence does not tell whether the writable mapping is shared',
        );
      else yield { outcome: 'fail', about: where, facts };
    }
    if (found > 0) return;
    if (context.report.mappings.some(isUntold))
      yield inconclusive(about, 'the evidence does not tell what is writable or executable');
    else yield { outcome: 'pass', about, facts: {} };
  },
  fail: ({ bytes, writableMappings, executableMappings }) =>
    `${bytes} bytes of it are mapped both shared and writable (mapped ${times(writableMappings)}) and, elsewhere, executable (${times(executableMappings)})`,
  pass: () => 'nothing is mapped writable in one place of the process and executable in another',
});

const isUntold = ({ vma: { file, permissions } }: Mapping): boolean =>
  file !== null && (permissions[1] === '?' || permissions[2] === '?');

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);

interface Views {
  readonly writable: Mapping[];
  readonly executable: Mapping[];
}

/** Files with views of both sorts, by index into Capture.files: of the several names that a file may have, the first. */
function viewsByFile({ report }: Context): [number, Views][] {
  const firstOf = new Map<string, number>();
  const byFile = new Map<number, Views>();
  for (const mapping of report.mappings) {
    const [, w, x, sharing] = mapping.vma.permissions;
    if (mapping.vma.file === null) continue;
    const { path, device, inode } = report.capture.files[mapping.vma.file]!;
    const identity = device === null || inode === null ? path : `${device} ${inode}`;
    const file = firstOf.get(identity) ?? mapping.vma.file;
    firstOf.set(identity, file);
    const views = byFile.get(file) ?? { writable: [], executable: [] };
    // No loader maps its images shared, whatever the evidence does not tell.
    const shared = sharing === 's' || (sharing === '?' && mapping.module === null);
    if (w === 'w' && shared) views.writable.push(mapping);
    else if (x === 'x' && w !== 'w') views.executable.push(mapping);
    byFile.set(file, views);
  }
  return [...byFile].filter(([, { writable, executable }]) => writable.length > 0 && executable.length > 0);
}

/** The parts of the file that mappings show; null where the evidence has no offsets. */
function spansOf(mappings: readonly Mapping[]): Span[] | null {
  const spans: Span[] = [];
  for (const { vma } of mappings) {
    if (vma.offset === null) return null;
    spans.push({ start: vma.offset, end: vma.offset + (vma.end - vma.start) });
  }
  return mergeSpans(spans);
}
