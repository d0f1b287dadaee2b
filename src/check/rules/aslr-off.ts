/** Address space layout randomisation, as the kernel applies it to this process. */
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { aboutProcess } from '../subject.ts';

type Off = { from: 'personality' | 'sysctl' | 'address'; what: 'everything' | 'heap' };
type On = { from: 'personality' | 'address' };

export const aslrOff: Rule = defineRule<Off, On>({
  id: 'aslr-off',
  aspect: 'real',
  level: 'error',
  title: 'ASLR off',
  doc: {
    meaning:
      'The kernel does not randomise the addresses of this process: its personality has ADDR_NO_RANDOMIZE, or the sysctl kernel.randomize_va_space is below 2.',
    consequence:
      'Stack, heap, libraries and a position-independent program lie where they lay last time, so an attacker need not guess.',
    causes: [
      'started by setarch -R or from within gdb',
      'kernel.randomize_va_space set to 0 or 1',
      'a container runtime or test runner that sets the personality',
    ],
    remedy: 'Start it without setarch -R; set kernel.randomize_va_space to 2.',
  },
  *judge(context) {
    yield judgeProcess(context);
  },
  fail: ({ from, what }) =>
    from === 'personality'
      ? 'its personality has ADDR_NO_RANDOMIZE: what it executes is not randomised'
      : from === 'address'
        ? 'the program lies exactly where it lies without randomisation'
        : what === 'heap'
          ? 'kernel.randomize_va_space is 1: the heap is not randomised'
          : 'kernel.randomize_va_space is 0: nothing is randomised',
  pass: ({ from }) =>
    from === 'personality'
      ? 'neither its personality nor the sysctl turns randomisation off'
      : 'the program does not lie where it lies without randomisation',
});

const ADDR_NO_RANDOMIZE = 0x40000;

function judgeProcess(context: Context) {
  const { report } = context;
  const { personality, randomizeVaSpace } = report.capture.process;
  const about = aboutProcess(context, 'process');
  const fail = (facts: Off, level: 'error' | 'warning' = 'error') =>
    ({ outcome: 'fail', about, facts, level }) as const;
  if (context.predicted) return notApplicable(about, PREDICTED);
  if (personality !== null && (personality & ADDR_NO_RANDOMIZE) !== 0)
    return fail({ from: 'personality', what: 'everything' });
  if (randomizeVaSpace === 0) return fail({ from: 'sysctl', what: 'everything' });
  const fixed = atFixedBase(context);
  if (fixed) return fail({ from: 'address', what: 'everything' });
  if (randomizeVaSpace === 1) return fail({ from: 'sysctl', what: 'heap' }, 'warning');
  if (personality !== null && randomizeVaSpace !== null)
    return { outcome: 'pass', about, facts: { from: 'personality' } } as const;
  if (fixed === false) return { outcome: 'pass', about, facts: { from: 'address' } } as const;
  return inconclusive(about, 'neither the personality of the process nor the sysctl is known');
}

/** Where the kernel puts a PIE with an interpreter that is not randomised (ELF_ET_DYN_BASE, two thirds of the space). */
const FIXED_BASES: Readonly<Record<string, bigint>> = {
  'x86-64': 0x555555554000n,
  i386: 0x56555000n,
  aarch64: 0xaaaaaaaa0000n,
};
/** The base is rounded to the segments' alignment: nearly always at most this. */
const ROUNDING = 0x10000n;

/** Does the program lie at the fixed base? null: it is no PIE, or its machine's base is not known. */
function atFixedBase({ executable }: Context): boolean | null {
  if (executable?.image.status !== 'read' || !executable.placement) return null;
  const { elf } = executable.image;
  const base = FIXED_BASES[elf.machine];
  if (base === undefined || elf.type !== 'DYN' || elf.interpreter === null) return null;
  const { bias } = executable.placement;
  const alignments = elf.programHeaders.flatMap(({ type, align }) => (type === 'LOAD' ? [align] : []));
  return (
    (bias >= base - (base % ROUNDING) && bias <= base + ROUNDING) ||
    alignments.some(align => align > ROUNDING && bias === base - (base % align))
  );
}
