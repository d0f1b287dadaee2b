/** Memory that can be written and run at the same time. */
import type { Mapping } from '../../model/report.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { threadStacks } from '../stacks.ts';
import { aboutProcess, groupMappings } from '../subject.ts';
import { count, extent } from '../words.ts';

type Both = { mappings: number; bytes: number; readImpliesExec: boolean };
type Neither = { mappings: number };

export const writableExecutable: Rule = defineRule<Both, Neither>({
  id: 'writable-executable',
  aspect: 'real',
  level: 'error',
  title: 'writable and executable memory',
  doc: {
    meaning:
      'A mapping may be written and executed at the same time. Stacks are judged by stack-executable instead.',
    consequence:
      'Whoever can write there runs code of their own at once; a memory error becomes code execution without any further trick.',
    causes: [
      'a JIT compiler that does not separate writing from executing',
      'a segment with flags RWE: old linker scripts, ld -N, text relocations under musl',
      'READ_IMPLIES_EXEC on i386, because the program has no GNU_STACK header',
      'mprotect by a packer or a tracing tool',
    ],
    remedy:
      'Let a JIT compiler write while its memory is rw- and switch it to r-x with mprotect before it is executed. Link without -N, with -Wl,-z,separate-code and -Wl,-z,noexecstack.',
  },
  *judge(context) {
    const about = aboutProcess(context, null);
    if (context.predicted) {
      yield notApplicable(about, PREDICTED);
      return;
    }
    const { certain, uncertain, judged } = suspects(context);
    for (const { about: where, mappings, bytes } of groupMappings(context, certain)) {
      const facts = { mappings: mappings.length, bytes, readImpliesExec: context.report.readImpliesExec };
      yield { outcome: 'fail', about: where, facts };
    }
    if (uncertain > 0)
      yield inconclusive(
        about,
        `the evidence does not tell whether ${count(uncertain, 'mapping')} may be written and executed`,
      );
    else if (certain.length === 0) yield { outcome: 'pass', about, facts: { mappings: judged } };
  },
  fail: ({ mappings, bytes, readImpliesExec }) =>
    `${extent(mappings, 'mapping', bytes)} may be written and executed at the same time${readImpliesExec ? ' (READ_IMPLIES_EXEC is on)' : ''}`,
  pass: ({ mappings }) =>
    `none of ${count(mappings, 'mapping')} may be written and executed at the same time (stacks have a rule of their own)`,
});

/** All mappings but stacks, which stack-executable judges. */
function suspects(context: Context): { certain: Mapping[]; uncertain: number; judged: number } {
  const stacks = new Set(threadStacks(context).certain);
  const certain: Mapping[] = [];
  let uncertain = 0;
  let judged = 0;
  for (const mapping of context.report.mappings) {
    if (mapping.kind === 'stack' || stacks.has(mapping)) continue;
    judged++;
    const [, w, x] = mapping.vma.permissions;
    if (w === '-' || x === '-') continue;
    if (w === 'w' && x === 'x') certain.push(mapping);
    else uncertain++;
  }
  return { certain, uncertain, judged };
}
