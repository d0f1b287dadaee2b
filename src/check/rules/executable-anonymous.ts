/** Code that came from no file. */
import { figureOf } from '../../model/figures.ts';
import type { Mapping, MappingKind } from '../../model/report.ts';
import { sizeOf } from '../../model/units.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { aboutProcess, groupMappings } from '../subject.ts';
import { extent } from '../words.ts';

type Anonymous = { mappings: number; bytes: number; hugePages: boolean };

export const executableAnonymous: Rule = defineRule<Anonymous, Record<string, never>>({
  id: 'executable-anonymous',
  aspect: 'real',
  level: 'warning',
  title: 'executable memory without a file',
  doc: {
    meaning:
      'A mapping is executable and shows no file: its code was made or copied there at run time. Or it shows a file that no loader loaded, and some of its pages are private copies that were written to. Memory that is writable as well is judged by writable-executable, code of programs and libraries by text-modified.',
    consequence:
      'Nothing on disk tells what runs there: signatures, package checks and build IDs do not cover it. Ordinary for a JIT compiler, alarming in any other program.',
    causes: [
      'a JIT compiler: JavaScript, Java, .NET, PCRE, LuaJIT',
      'code copied onto huge pages (node --use-largepages)',
      'an executable packer such as UPX',
      'injected code',
    ],
    remedy:
      'Run the interpreter without its JIT compiler (node --jitless), or except this program by a policy with the reason.',
  },
  *judge(context) {
    const about = aboutProcess(context, null);
    if (context.predicted) {
      yield notApplicable(about, PREDICTED);
      return;
    }
    if (context.report.readImpliesExec) {
      yield inconclusive(
        about,
        'READ_IMPLIES_EXEC is on: what is mapped readable is executable, code or not',
      );
      return;
    }
    const { mappings: all, capture } = context.report;
    const copied = (mapping: Mapping): number | null =>
      isUnloadedCode(mapping) ? figureOf(capture, mapping.vma, 'Anonymous') : 0;
    const found = all.filter(mapping => isAnonymousCode(mapping) || (copied(mapping) ?? 0) > 0);
    const vdso = unnamedVdso(context, found);
    if (vdso) yield inconclusive(about, 'a small executable mapping without a name may be the vDSO');
    const groups = groupMappings(
      context,
      found.filter(mapping => mapping !== vdso),
    );
    for (const { about: where, mappings, bytes } of groups) {
      const hugePages = mappings.every(({ deviations }) =>
        deviations.some(deviation => deviation.code === 'remapped-anonymous' && deviation.hugePages),
      );
      const facts = { mappings: mappings.length, bytes, hugePages };
      yield { outcome: 'fail', about: where, facts, level: hugePages ? 'note' : 'warning' };
    }
    if (found.length > 0) return;
    if (all.some(mayBeCode)) yield inconclusive(about, 'the evidence does not tell what is executable');
    else if (all.some(mapping => copied(mapping) === null))
      yield inconclusive(about, 'the evidence does not count anonymous pages of files that no loader loaded');
    else yield { outcome: 'pass', about, facts: {} };
  },
  fail: ({ mappings, bytes, hugePages }) =>
    hugePages
      ? `${bytes} bytes of its code were copied onto anonymous huge pages`
      : `${extent(mappings, 'mapping', bytes)} hold${mappings === 1 ? 's' : ''} code that is in no file`,
  pass: () => 'all executable memory is mapped from files',
});

/** Files that lost their names, the kernel's own, and the stacks, which have a rule of theirs. */
const OTHERS: ReadonlySet<MappingKind> = new Set([
  'file',
  'stack',
  'thread-stack',
  'vdso',
  'vvar',
  'vsyscall',
  'special',
  'device',
]);

/** What lies here is the kernel's, named or not: x86-64's vsyscall page. */
const KERNEL_HALF = 1n << 63n;

/** Private mappings of /dev/zero and those on huge pages have names like files. */
const isAnonymousCode = ({ vma, kind }: Mapping): boolean =>
  (vma.file === null || kind === 'anonymous') &&
  vma.permissions[2] === 'x' &&
  vma.permissions[1] !== 'w' &&
  vma.start < KERNEL_HALF &&
  !OTHERS.has(kind);

/** Code of a file that is no module's; its private copies of pages may be anything. */
const isUnloadedCode = ({ vma, module }: Mapping): boolean =>
  vma.file !== null &&
  module === null &&
  vma.permissions[2] === 'x' &&
  vma.permissions[1] !== 'w' &&
  vma.permissions[3] !== 's';

const mayBeCode = ({ vma, kind }: Mapping): boolean =>
  vma.file === null && vma.permissions[2] === '?' && !OTHERS.has(kind);

const LARGEST_VDSO = 16384;

/** Some listings do not name the vDSO. */
function unnamedVdso({ report }: Context, found: readonly Mapping[]): Mapping | null {
  if (report.mappings.some(({ kind }) => kind === 'vdso')) return null;
  const small = found.filter(({ vma }) => vma.name === '' && sizeOf(vma) <= LARGEST_VDSO);
  return small.length === 1 ? small[0]! : null;
}
