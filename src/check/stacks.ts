/** Which mappings are stacks of threads, and who asked for executable ones. */
import type { Module } from '../model/module.ts';
import type { Mapping } from '../model/report.ts';
import type { Context } from './context.ts';

/** Modules whose GNU_STACK, or lack of one, makes stacks executable under this process's loader. */
export function askers({ report, loader }: Context): Module[] {
  return report.modules.filter(({ stack, role }) => {
    if (!stack || role === 'interpreter' || role === 'vdso') return false;
    if (stack.declared === 'rwx') return loader !== 'musl' || role === 'executable';
    return stack.declared === 'absent' && loader !== 'musl';
  });
}

export interface ThreadStacks {
  readonly certain: readonly Mapping[];
  /** Executable memory that may as well be something else, such as the code of a JIT compiler. */
  readonly possible: readonly Mapping[];
}

/**
 * Shape and place alone make a plain mapping a stack well enough. An executable one looks just like a JIT
 * compiler's code, so it counts only where the kernel names it, a stack pointer lies in it, or some file
 * asked for executable stacks. Linux 6.7 and newer mark MAP_STACK memory as never on huge pages ("nh").
 */
export function threadStacks(context: Context): ThreadStacks {
  const asked = askers(context).length > 0;
  const certain: Mapping[] = [];
  const possible: Mapping[] = [];
  for (const mapping of context.report.mappings) {
    const { kind, inferred, vma } = mapping;
    const dangerous = vma.permissions[1] === 'w' && vma.permissions[2] === 'x';
    if (kind === 'thread-stack') (dangerous && inferred && !asked ? possible : certain).push(mapping);
    else if (kind === 'anonymous' && dangerous && vma.vmFlags?.includes('nh')) possible.push(mapping);
  }
  return { certain, possible };
}
