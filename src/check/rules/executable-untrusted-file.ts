/** Code from files that anybody could have made, or that nobody can look at any more. */
import type { Mapping } from '../../model/report.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { aboutProcess, groupMappings } from '../subject.ts';
import { extent } from '../words.ts';

type Reason = 'deleted' | 'replaced' | 'memfd' | 'shared-memory' | 'temporary-directory';
type Untrusted = { reason: Reason; mappings: number; bytes: number };

export const executableUntrustedFile: Rule = defineRule<Untrusted, Record<string, never>>({
  id: 'executable-untrusted-file',
  aspect: 'real',
  level: 'warning',
  title: 'code from an untrusted file',
  doc: {
    meaning:
      'Executable memory is mapped from a file that has been deleted or replaced, from a memfd, from shared memory, or from a directory in which every user may create files (/tmp, /var/tmp, /dev/shm).',
    consequence:
      'Package checks do not cover such code, and after a deletion or an upgrade the old code, with its known faults, goes on running.',
    causes: [
      'a package was upgraded without restarting the process',
      'a program that unpacks libraries to /tmp at start (Java, Python and Node.js bundles)',
      'code that was loaded from memory to leave no trace',
    ],
    remedy:
      "Restart the process after an upgrade; unpack libraries to a directory of the program's own; mount /tmp and /dev/shm with noexec.",
  },
  *judge(context) {
    const about = aboutProcess(context, null);
    if (context.predicted) {
      yield notApplicable(about, PREDICTED);
      return;
    }
    const untrusted = context.report.mappings.filter(mapping => reasonFor(context, mapping) !== null);
    for (const { about: where, mappings, bytes } of groupMappings(context, untrusted)) {
      const reason = reasonFor(context, mappings[0]!)!;
      yield { outcome: 'fail', about: where, facts: { reason, mappings: mappings.length, bytes } };
    }
    if (untrusted.length > 0) return;
    const files = context.report.capture.files;
    const { mappings } = context.report;
    const isUnplaced = ({ vma }: Mapping): boolean =>
      vma.file !== null && vma.permissions[2] === 'x' && !files[vma.file]!.path.includes('/');
    if (mappings.some(({ vma }) => vma.file !== null && vma.permissions[2] === '?'))
      yield inconclusive(about, 'the evidence does not tell what is executable');
    else if (!mappings.some(isUnplaced)) yield { outcome: 'pass', about, facts: {} };
    else yield inconclusive(about, 'the evidence does not tell in which folders its files lie');
  },
  fail: ({ reason, mappings, bytes }) =>
    `${extent(mappings, 'executable mapping', bytes)} ${mappings === 1 ? 'is' : 'are'} of ${REASONS[reason]}`,
  pass: () => 'no code comes from a deleted, replaced or temporary file, a memfd or shared memory',
});

const REASONS: Record<Reason, string> = {
  deleted: 'a file that has been deleted or replaced',
  replaced: 'a file in whose place another lies now',
  memfd: 'a memfd, a file that exists in memory only',
  'shared-memory': 'shared memory',
  'temporary-directory': 'a file below a directory where every user may create files (/tmp or /var/tmp)',
};

function reasonFor({ report }: Context, { vma, module, kind }: Mapping): Reason | null {
  if (vma.file === null || kind === 'anonymous' || vma.permissions[2] !== 'x') return null;
  const { path, deleted } = report.capture.files[vma.file]!;
  if (kind === 'memfd' || path.startsWith('/memfd:')) return 'memfd';
  if (kind === 'shared-memory' || path.startsWith('/dev/shm/')) return 'shared-memory';
  if (deleted) return 'deleted';
  const image = module === null ? null : report.modules[module]!.image;
  // Captured text may be from another machine.
  const isHere = /^(live|snapshot)$/.test(report.capture.origin.kind);
  if (isHere && image?.status === 'unavailable' && image.reason === 'replaced') return 'replaced';
  return /^\/(var\/)?tmp\//.test(path) ? 'temporary-directory' : null;
}
