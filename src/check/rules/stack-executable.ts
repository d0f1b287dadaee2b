/** Whether the stacks of the process are executable, whoever asked for it. */
import type { Mapping } from '../../model/report.ts';
import { sizeOf } from '../../model/units.ts';
import type { Context } from '../context.ts';
import { type About, defineRule, type Judgement, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { askers, threadStacks } from '../stacks.ts';
import { aboutProcess } from '../subject.ts';
import { count, list } from '../words.ts';

type Executable = { stacks: number; bytes: number; askedBy: string };
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
      'Rebuild the file that asks for it with -Wl,-z,noexecstack; with glibc 2.41 or newer, libraries can no longer ask for it at run time.',
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
  fail: ({ stacks, bytes, askedBy }) =>
    `${count(stacks, 'mapping')} of ${bytes} bytes ${stacks === 1 ? 'is' : 'are'} executable${askedBy === '' ? ', although no loaded file asks for it' : `: asked for by ${askedBy}`}`,
  pass: ({ stacks }) => `${stacks === 1 ? 'it is' : `all ${stacks} are`} not executable`,
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
