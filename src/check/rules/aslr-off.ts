/** Address space layout randomisation, as the kernel applies it to this process. */
import type { ElfFile } from '../../model/elf.ts';
import type { Address } from '../../model/units.ts';
import type { Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable, PREDICTED } from '../images.ts';
import { aboutProcess } from '../subject.ts';

type Off = {
  from: 'personality' | 'sysctl' | 'address' | 'heap-address';
  what: 'everything' | 'heap' | 'children' | 'heap-of-children';
};
type On = { from: 'personality' | 'address' };

export const aslrOff: Rule = defineRule<Off, On>({
  id: 'aslr-off',
  aspect: 'real',
  level: 'error',
  title: 'ASLR off',
  doc: {
    meaning:
      'The kernel has not randomised the addresses of this process, or not all of them: stack and program lie at their fixed addresses, its personality has ADDR_NO_RANDOMIZE, or the sysctl kernel.randomize_va_space is below 2. Where it was randomised itself, but what it starts will not be, that is a warning.',
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
  fail: ({ from, what }) => `${FROM[from]}: ${WHAT[what]}`,
  pass: ({ from }) =>
    from === 'personality'
      ? 'neither its personality nor the sysctl turns randomisation off, as they are now'
      : 'it does not lie where it would lie without randomisation',
});

const FROM: Record<Off['from'], string> = {
  personality: 'its personality has ADDR_NO_RANDOMIZE',
  sysctl: 'kernel.randomize_va_space is too low',
  address: 'stack or program lie exactly where they lie without randomisation',
  'heap-address': 'the heap begins right behind the program, as it does without randomisation',
};

const WHAT: Record<Off['what'], string> = {
  everything: 'nothing is randomised',
  heap: 'the heap is not randomised',
  children: 'its own addresses are randomised, but those of what it executes are not',
  'heap-of-children': 'its own heap is randomised, but that of what it executes is not',
};

const ADDR_NO_RANDOMIZE = 0x40000;

function judgeProcess(context: Context) {
  const { report } = context;
  const { personality, randomizeVaSpace } = report.capture.process;
  const about = aboutProcess(context, 'process');
  const fail = (facts: Off, level: 'error' | 'warning' = 'error') =>
    ({ outcome: 'fail', about, facts, level }) as const;
  if (context.predicted) return notApplicable(about, PREDICTED);
  const fixed = isAtFixedAddresses(context);
  const from =
    personality !== null && (personality & ADDR_NO_RANDOMIZE) !== 0
      ? 'personality'
      : randomizeVaSpace === 0
        ? 'sysctl'
        : null;
  // Both count at execve(2), and may have been changed since.
  if (fixed) return fail({ from: from ?? 'address', what: 'everything' });
  if (from)
    return fixed === false ? fail({ from, what: 'children' }, 'warning') : fail({ from, what: 'everything' });
  const fixedHeap = isHeapFixed(context);
  if (fixedHeap) return fail({ from: 'heap-address', what: 'heap' }, 'warning');
  if (randomizeVaSpace === 1)
    return fail({ from: 'sysctl', what: fixedHeap === null ? 'heap' : 'heap-of-children' }, 'warning');
  if (fixed === false) return { outcome: 'pass', about, facts: { from: 'address' } } as const;
  if (personality !== null && randomizeVaSpace !== null)
    return { outcome: 'pass', about, facts: { from: 'personality' } } as const;
  return inconclusive(
    about,
    'its addresses do not tell, and neither its personality nor the sysctl is known',
  );
}

/** Where the stack ends that is not randomised (STACK_TOP): i386 under a 64-bit kernel, and under its own. */
const STACK_TOPS: Readonly<Record<string, readonly bigint[]>> = {
  'x86-64': [0x7fff_ffff_f000n],
  i386: [0xffff_e000n, 0xc000_0000n],
};

/** Where the kernel puts a PIE with an interpreter that is not randomised (ELF_ET_DYN_BASE, two thirds of the space). */
const FIXED_BASES: Readonly<Record<string, bigint>> = {
  'x86-64': 0x5555_5555_4000n,
  i386: 0x5655_5000n,
  aarch64: 0xaaaa_aaaa_0000n,
};
/** The base is rounded to the segments' alignment: nearly always at most this. */
const ROUNDING = 0x10000n;

/** Do its stack and its program lie where they lie without randomisation? null: neither tells. */
function isAtFixedAddresses({ executable, report }: Context): boolean | null {
  if (executable?.image.status !== 'read') return null;
  const { elf } = executable.image;
  const stack = report.mappings.findLast(({ kind }) => kind === 'stack');
  const tops = STACK_TOPS[elf.machine];
  const signs = [
    stack && tops ? tops.includes(stack.vma.end) : null,
    isAtFixedBase(elf, executable.placement?.pieces[0]?.start ?? null),
  ];
  return signs.includes(true) ? true : signs.includes(false) ? false : null;
}

/** Does the heap begin where the program's last segment ends (start_brk of mm/mmap.c)? null: there is none yet. */
function isHeapFixed({ executable, report }: Context): boolean | null {
  const end = executable?.placement?.pieces.at(-1)?.end;
  const heap = report.mappings.find(({ kind, inferred }) => kind === 'heap' && !inferred);
  return heap && end !== undefined ? heap.vma.start === end : null;
}

/** null: it is no PIE, its machine's base is not known, or it lies where the kernel would not put it (qemu does). */
function isAtFixedBase(elf: ElfFile, start: Address | null): boolean | null {
  const base = FIXED_BASES[elf.machine];
  if (start === null || base === undefined || elf.type !== 'DYN' || elf.interpreter === null) return null;
  const alignments = elf.programHeaders.flatMap(({ type, align }) => (type === 'LOAD' ? [align] : []));
  if (start >= base - (base % ROUNDING) && start <= base + ROUNDING) return true;
  if (alignments.some(align => align > ROUNDING && start === base - (base % align))) return true;
  return start > base ? false : null;
}
