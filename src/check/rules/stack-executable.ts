/** Whether the stacks of the process are executable, whoever asked for it. */
import type { Mapping } from '../../model/report.ts';
import { sizeOf } from '../../model/units.ts';
import type { Context } from '../context.ts';
import { type About, defineRule, type Judgement, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { askers, threadStacks } from '../stacks.ts';
import { aboutProcess } from '../subject.ts';
import { count, extent, list } from '../words.ts';

type Executable = { stacks: number; bytes: number; askedBy: string; unread: number };
type Plain = { stacks: number };

export const stackExecutable: Rule = defineRule<Executable, Plain>({
  id: 'stack-executable',
  aspect: 'real',
  level: 'error',
  title: 'stack executable',
  doc: {
    meaning: 'The main stack, or the stack of a thread, is mapped executable in the process.',
    consequence: 'Data that an attacker writes to the stack can be run as code.',
    causes: [
      'the program, or a library that it loads, asks for it: see stack-executable-declared',
      'the program gave a thread a stack that it had mapped executable',
    ],
    remedy:
      'Rebuild the file that asks for it with -Wl,-z,noexecstack; glibc 2.41 and newer refuse to dlopen such a library, but obey one that is loaded at start.',
  },
  *judge(context) {
    const about = (subject: string): About => aboutProcess(context, subject);
    if (context.predicted) {
      yield notApplicable(about('[stack]'), PREDICTED);
      return;
    }
    const main = context.report.mappings.filter(({ kind }) => kind === 'stack');
    if (main.length === 0) yield inconclusive(about('[stack]'), 'no mapping is known to be the main stack');
    else yield judgeStacks(context, about('[stack]'), main);
    yield judgeThreads(context, about('thread stack'));
  },
  fail: ({ stacks, bytes, askedBy, unread }) =>
    `${extent(stacks, 'mapping', bytes)} ${stacks === 1 ? 'is' : 'are'} executable${askedBy !== '' ? `: asked for by ${askedBy}` : unread > 0 ? `; who asked for it is not known, because the headers of ${count(unread, 'file')} could not be read` : ', although no loaded file asks for it'}`,
  pass: ({ stacks }) => `${stacks === 1 ? 'it is not' : `none of the ${stacks} is`} executable`,
});

function judgeStacks(
  context: Context,
  about: About,
  stacks: readonly Mapping[],
): Judgement<Executable, Plain> {
  const executable = stacks.filter(({ vma }) => vma.permissions[2] === 'x');
  const [first] = executable;
  if (first) {
    const { start, end } = first.vma;
    const bytes = executable.reduce((sum, { vma }) => sum + sizeOf(vma), 0);
    const facts = {
      stacks: executable.length,
      bytes,
      askedBy: list(askers(context).map(({ path }) => path)),
      unread: context.report.modules.filter(({ image }) => image.status === 'unavailable').length,
    };
    return { outcome: 'fail', about: { ...about, range: { start, end } }, facts };
  }
  if (stacks.some(({ vma }) => vma.permissions[2] === '?'))
    return inconclusive(about, 'the evidence does not tell whether it is executable');
  return { outcome: 'pass', about, facts: { stacks: stacks.length } };
}

function judgeThreads(context: Context, about: About): Judgement<Executable, Plain> {
  const { certain, possible } = threadStacks(context);
  const verdict = certain.length > 0 ? judgeStacks(context, about, certain) : null;
  if (verdict && verdict.outcome !== 'pass') return verdict;
  if (possible.length > 0)
    return inconclusive(
      about,
      `${count(possible.length, 'mapping')} that may be the stack of a thread ${possible.length === 1 ? 'is' : 'are'} writable and executable`,
    );
  return verdict ?? notApplicable(about, 'no stack of another thread is seen');
}
