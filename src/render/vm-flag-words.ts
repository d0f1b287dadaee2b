/** What VmFlags say of a mapping beyond its permissions (proc_pid_smaps(5), madvise(2), mseal(2)). */
import type { Mapping } from '../model/report.ts';

const SENTENCES: readonly (readonly [flag: string, sentence: string])[] = [
  ['sl', 'It is sealed: neither its place nor its permissions can be changed any more (mseal).'],
  ['ss', 'It is a shadow stack: only calls write to it, and returns compare.'],
  ['gd', 'It grows downwards on demand (MAP_GROWSDOWN).'],
  ['gu', 'Some of its pages may be guards, without access (MADV_GUARD_INSTALL).'],
  ['ht', 'It lies on huge pages (MAP_HUGETLB).'],
  ['lo', 'It is locked in memory (mlock).'],
  ['um', 'What is missing in it is supplied by a handler (userfaultfd).'],
  ['dp', 'The kernel may drop its content (MAP_DROPPABLE).'],
  ['dd', 'It is left out of core files (MADV_DONTDUMP).'],
  ['dc', 'Children do not inherit it (MADV_DONTFORK).'],
  ['wf', 'Children find it zeroed (MADV_WIPEONFORK).'],
];

/** Of which their kind says as much. */
const KERNEL_MADE: ReadonlySet<Mapping['kind']> = new Set([
  'stack',
  'vdso',
  'vvar',
  'vsyscall',
  'special',
  'device',
]);

/** Sentences, each with a blank in front; '' where there is nothing to say. */
export function flagSentences({ kind, vma: { vmFlags } }: Mapping): string {
  if (!vmFlags || KERNEL_MADE.has(kind)) return '';
  return SENTENCES.map(([flag, sentence]) => (vmFlags.includes(flag) ? ` ${sentence}` : '')).join('');
}
