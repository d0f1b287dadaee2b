/** What made a mapping, and why it has these permissions: one or two sentences that a student understands. */
import type { Module } from '../model/module.ts';
import type { Mapping, Report } from '../model/report.ts';
import { baseName } from '../model/text.ts';
import { sizeOf } from '../model/units.ts';
import { printable } from './printable.ts';
import { amount } from './units.ts';
import { flagSentences } from './vm-flag-words.ts';

const VDSO =
  'The kernel maps this small library into every process, so that calls such as clock_gettime need no switch to the kernel; code that is read and executed, never written.';

/** Explains one mapping. */
export function explain(report: Report, mapping: Mapping): string {
  const module = mapping.module === null ? null : report.modules[mapping.module]!;
  const text = module ? explainModuleMapping(report, mapping, module) : explainLone(mapping);
  const known = mapping.inferred
    ? `Probably, by its shape and place: ${text[0]!.toLowerCase()}${text.slice(1)}`
    : text;
  return known + flagSentences(mapping);
}

function explainModuleMapping(report: Report, mapping: Mapping, module: Module): string {
  const name = printable(baseName(module.path));
  if (module.image.status === 'unavailable')
    return `A mapping of ${name}, whose headers could not be read (${printable(module.image.message)}); its segments and sections are unknown.`;
  if (module.role === 'vdso') return VDSO;
  if (mapping.segments.length === 0)
    return `A hole between the segments of ${name}: the loader reserved the whole span with one mmap, and this part holds no segment${mapping.vma.permissions.startsWith('---') ? ', so all access is taken away' : ''}.`;
  const elf = module.image.elf;
  const loads = mapping.segments.map(index => `LOAD ${index}`).join(' and ');
  const who = loaderName(module);
  const asked = mapping.segments.map(index => elf.programHeaders[index]!.flags);
  const flags = asked.map(({ read, write, execute }) => {
    return `${read ? 'R' : ''}${write ? 'W' : ''}${execute ? 'X' : ''}` || 'none';
  });
  const predicted = report.capture.origin.kind === 'elf';
  const isStatic = module.role === 'executable' && elf.interpreter === null;
  const protector = isStatic ? 'its own start code' : 'the loader';
  if (mapping.kind === 'bss' || mapping.kind === 'heap')
    return (
      `The tail of ${loads} of ${name} that has no bytes in the file (memsz exceeds filesz): ${who} maps zeroed anonymous memory for it, where .bss lives.` +
      relroSentence(mapping, protector, predicted)
    );
  const anonymous = mapping.vma.file === null ? ' (as anonymous memory now, not as the file)' : '';
  return (
    `${who[0]!.toUpperCase()}${who.slice(1)} ${predicted ? 'maps' : 'mapped'} ${loads} of ${name}${anonymous}, whose flags are ${[...new Set(flags)].join(' and ')}: ${purpose(
      mapping,
      asked.some(({ execute }) => execute),
      report.readImpliesExec,
    )}.` +
    relroSentence(mapping, protector, predicted) +
    mergedSentence(report, mapping)
  );
}

function loaderName(module: Module): string {
  if (module.loader === 'kernel') return 'the kernel';
  return module.loader === 'glibc' ? 'the dynamic loader' : `the dynamic loader of ${module.loader}`;
}

function purpose({ vma, relro }: Mapping, isCode: boolean, readImpliesExec: boolean): string {
  const [, w, x] = vma.permissions;
  const why = readImpliesExec
    ? 'only because READ_IMPLIES_EXEC is on'
    : 'although no segment here asks for it';
  if (w === 'w' && x === 'x') return `it can be written and executed${isCode ? '' : `, executed ${why}`}`;
  if (x === 'x' && !isCode) return `data, executable ${why}`;
  if (x === 'x') return 'code, which may be executed and not written';
  if (w === 'w')
    return 'data that the program changes; each process gets its own copy of a page when it first writes to it';
  if (relro === 'in-force') return 'data that is written only while it is relocated';
  return vma.permissions.startsWith('---') ? 'no access' : 'data that is only read';
}

function relroSentence({ relro }: Mapping, protector: string, predicted: boolean): string {
  if (relro === 'in-force')
    return ` It lies in GNU_RELRO: after relocation ${protector} ${predicted ? 'makes' : 'made'} it read-only, so that an attacker cannot redirect calls through it.`;
  return relro === 'not-in-force'
    ? ' It lies (partly) in GNU_RELRO, which is not in force here: it can still be written.'
    : '';
}

function mergedSentence(report: Report, mapping: Mapping): string {
  if (mapping.merged.length === 0) return '';
  const owners = new Set(mapping.merged.map(module => printable(baseName(report.modules[module]!.path))));
  return ` Merged with memory of ${[...owners].join(', ')}.`;
}

function explainLone({ kind, inferred, vma }: Mapping): string {
  const [r, w, x, sharing] = vma.permissions;
  switch (kind) {
    case 'heap':
      return vma.permissions.startsWith('---')
        ? 'A part of the brk heap without access: a guard, or not in use.'
        : `The heap that grows with brk(2), which the C library's malloc uses (glibc's for small blocks); private data${vma.permissions.startsWith('rw-') ? ', read and written, not executed' : ''}.`;
    case 'stack':
      if (vma.name === '')
        return `Split off from the stack of the main thread by a change of permissions: it adjoins [stack]${inferred ? ', where nothing else is mapped' : ' and grows down as that does (VmFlags gd)'}.`;
      return 'The stack of the main thread, which grows downwards on demand; whether it is executable is decided at exec by the last GNU_STACK of the executable, and by glibc when it loads a library that asks for it.';
    case 'thread-stack':
      return inferred
        ? 'The stack of another thread, made by mmap; an inaccessible guard below it turns an overflow into a fault.'
        : vma.name === ''
          ? "The stack of a thread: a thread's stack pointer lies in it."
          : 'The stack of a thread, made by mmap, as its name says.';
    case 'malloc-arena':
      return vma.permissions.startsWith('---')
        ? 'Address space that glibc keeps in reserve for a malloc arena; no access until the arena grows into it.'
        : 'A malloc arena of glibc, which threads other than the main one allocate from.';
    case 'guard':
      return 'A guard: no access, so that running below the start of the mapping above it, as a stack does that grows too far, faults instead of corrupting memory.';
    case 'vdso':
      return VDSO;
    case 'vvar':
      return 'Time data that the kernel keeps up to date and the vDSO reads; nobody may write it from here.';
    case 'vsyscall':
      return 'The legacy page for system calls of old x86-64 programs; executing it traps to the kernel.';
    case 'shared-memory':
      return sharing === 's'
        ? `${amount(sizeOf(vma))} of memory that is shared with other processes (or will be with children), not backed by an ordinary file.`
        : `${amount(sizeOf(vma))} of shared memory's content, mapped privately: writes stay in this process.`;
    case 'memfd':
      return vma.name.startsWith('/secretmem')
        ? 'Memory that not even the kernel maps elsewhere, made by memfd_secret.'
        : `A file that exists only in memory, made by memfd_create and mapped ${sharing === 's' ? 'as shared' : 'privately'}.`;
    case 'device':
      return 'Mapped from /dev: of a device, what its driver maps there.';
    case 'file':
      return sharing === 's'
        ? `A file mapped as shared: ${r === '-' && w === '-' ? 'no access for now' : w === '-' ? 'what others write to the file shows here' : 'writes reach the file and every other process that maps it'}.`
        : `A file mapped privately${x === 'x' ? '' : ' as data'}: ${r === '-' ? 'no access for now' : 'its bytes appear in memory'}, and writes stay in this process.`;
    case 'special':
      return 'Made by a subsystem of the kernel, not backed by an ordinary file.';
    default:
      if (inferred)
        return "The runtime of Go takes its heap from here, in arenas of 64 MiB of which a part may have no access yet; goroutines' stacks lie in it.";
      if (vma.name.startsWith('[anon:'))
        return `Anonymous memory that the process itself calls ${printable(vma.name.slice('[anon:'.length, -1).trim())} (PR_SET_VMA_ANON_NAME).`;
      return vma.permissions.startsWith('---')
        ? `${amount(sizeOf(vma))} of address space reserved without access.`
        : 'Anonymous memory of the process: mmap by an allocator, the loader or the program itself; the evidence does not tell which.';
  }
}
