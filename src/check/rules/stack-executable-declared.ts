/** What GNU_STACK asks for, or what its absence means to the kernel and C library of that architecture. */
import type { Level } from '../../model/rule.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, judgeImages, notApplicable } from '../images.ts';
import { type Effect, stackEffect } from '../stacks.ts';

type Asked = { header: 'rwx' | 'absent'; headers: number; effect: Effect; machine: string };
type NotAsked = { header: 'rw' | 'absent'; headers: number; machine: string };

export const stackExecutableDeclared: Rule = defineRule<Asked, NotAsked>({
  id: 'stack-executable-declared',
  aspect: 'declared',
  level: 'error',
  title: 'asks for an executable stack',
  doc: {
    meaning:
      'The last GNU_STACK program header has the execute flag (its size does not matter), or there is none and the architecture takes that for a wish. On x86-64 a program without the header keeps a plain main stack since Linux 5.8, but glibc makes the stacks of its threads executable; on i386 and 32-bit Arm the kernel makes all readable memory executable. A library decides as well: glibc up to 2.40 makes all stacks executable when it loads one that asks for it; later ones refuse to dlopen it, but obey one that is loaded at start. Where it concerns the stacks of threads alone it is a warning, where nobody heeds it a note.',
    consequence: 'Data that an attacker writes to the stack can be run as code.',
    causes: [
      'an assembler file without a .note.GNU-stack section',
      'nested functions of GNU C whose address is taken (trampolines)',
      'linked with -z execstack',
    ],
    remedy:
      'Add `.section .note.GNU-stack,"",@progbits` (32-bit Arm: %progbits) to every assembler file, or link with -Wl,-z,noexecstack; find the culprit among the objects with readelf -S.',
  },
  judge: context =>
    judgeImages(context, 'GNU_STACK', ({ module, elf }, about) => {
      if (module.role === 'interpreter')
        return notApplicable(about, 'nobody heeds GNU_STACK of the interpreter');
      const headers = elf.programHeaders.filter(({ type }) => type === 'GNU_STACK').length;
      const { machine } = elf;
      const header = module.stack!.declared;
      if (header === 'rw') return { outcome: 'pass', about, facts: { header, headers, machine } };
      const effect = stackEffect(module, elf, context.report.libraryLoader);
      if (effect === null)
        return inconclusive(
          about,
          `it has no GNU_STACK header, and what ${machine} makes of that is not known here`,
        );
      if (effect === 'nobody' && header === 'absent')
        return { outcome: 'pass', about, facts: { header, headers, machine } };
      return { outcome: 'fail', about, facts: { header, headers, effect, machine }, level: LEVELS[effect] };
    }),
  fail: ({ header, headers, effect, machine }) => {
    const what =
      header === 'absent'
        ? `it has no GNU_STACK header, which on ${machine} means`
        : headers > 1
          ? `the last of its ${headers} GNU_STACK headers asks for`
          : 'its GNU_STACK header asks for';
    return `${what} ${EFFECTS[effect]}`;
  },
  pass: ({ header, headers, machine }) =>
    header === 'absent'
      ? `it has no GNU_STACK header, and on ${machine} stacks are then not executable`
      : `${headers > 1 ? `the last of its ${headers} GNU_STACK headers` : 'its GNU_STACK header'} asks for a stack that is not executable`,
});

const EFFECTS: Record<Effect, string> = {
  'main-stack': 'an executable main stack',
  'all-stacks': 'executable stacks of all threads',
  'thread-stacks':
    'executable stacks of the threads that glibc starts (the main stack is not executable since Linux 5.8)',
  everything: 'that all readable memory is executable',
  nobody: 'an executable stack, which musl does not heed in a library',
};

const LEVELS: Record<Effect, Level> = {
  'main-stack': 'error',
  'all-stacks': 'error',
  'thread-stacks': 'warning',
  everything: 'error',
  nobody: 'note',
};
