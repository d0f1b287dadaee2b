/** Which mappings are stacks of threads, and who asked for executable ones. */
import { type ElfFile, hasGlibcStart, isStaticProgram } from '../model/elf.ts';
import type { Loader, Module } from '../model/module.ts';
import type { Mapping } from '../model/report.ts';
import type { Context } from './context.ts';

/** Who gets an executable stack. */
export type Effect = 'main-stack' | 'all-stacks' | 'thread-stacks' | 'everything' | 'nobody';

/** What a module's GNU_STACK, or the lack of one, makes executable; null: not known of this machine. */
export function stackEffect(module: Module, elf: ElfFile, loader: Loader): Effect | null {
  const declared = module.stack?.declared;
  if (declared === 'rw') return 'nobody';
  // A static program has its C library in itself; but for glibc's, those make threads' stacks as musl does.
  const library = isStaticProgram(elf) ? (hasGlibcStart(elf) ? 'glibc' : 'musl') : loader;
  return declared === 'rwx' ? effectOfRequest(module, library) : effectOfAbsence(module, elf, library);
}

/** The kernel heeds the program's header for the main stack; glibc every file's for all stacks, musl none. */
function effectOfRequest({ role }: Module, loader: Loader): Effect {
  if (loader !== 'musl') return 'all-stacks';
  return role === 'executable' ? 'main-stack' : 'nobody';
}

/** Kernel: arch/…/include/asm/elf.h, elf_read_implies_exec. glibc: sysdeps/…/stackinfo.h, DEFAULT_STACK_PERMS. */
const WITHOUT_HEADER: Readonly<Record<string, Effect>> = {
  'x86-64': 'thread-stacks',
  i386: 'everything',
  arm: 'everything',
  aarch64: 'nobody',
  ppc64: 'nobody',
};

function effectOfAbsence({ role }: Module, { machine }: ElfFile, loader: Loader): Effect | null {
  const effect = WITHOUT_HEADER[machine] ?? null;
  if (role === 'executable') return effect === 'thread-stacks' && loader === 'musl' ? 'nobody' : effect;
  if (loader === 'musl') return 'nobody';
  return effect === null || effect === 'nobody' ? effect : 'all-stacks';
}

/** Modules that make stacks executable under this process's loader. */
export function askers({ report }: Context): Module[] {
  return report.modules.filter(module => {
    const { image, role } = module;
    if (image.status !== 'read' || role === 'interpreter' || role === 'vdso') return false;
    const effect = stackEffect(module, image.elf, report.libraryLoader);
    return effect !== null && effect !== 'nobody';
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
