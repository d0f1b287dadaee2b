/**
 * What a mapping is that no module claims: by its name, which the kernel gives, else by shape and neighbourhood,
 * which is then marked as inferred.
 */
import type { Capture } from '../model/capture.ts';
import { countBelow } from '../model/ordered.ts';
import type { MappingKind } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import { type Vma, VSYSCALL } from '../model/vma.ts';
import type { MainStack } from './main-stack.ts';

export interface Kind {
  readonly kind: MappingKind;
  readonly inferred: boolean;
}

const told = (kind: MappingKind): Kind => ({ kind, inferred: false });
const inferred = (kind: MappingKind): Kind => ({ kind, inferred: true });

/** By the kernel's names (proc_pid_maps(5)). */
const WHOLE_NAMES: ReadonlyMap<string, MappingKind> = new Map([
  ['[heap]', 'heap'],
  ['[stack]', 'stack'],
  ['[vdso]', 'vdso'],
  ['[vvar]', 'vvar'],
  ['[vvar_vclock]', 'vvar'],
  ['[vsyscall]', 'vsyscall'],
  ['/dev/zero (deleted)', 'shared-memory'],
  ['/dev/zero', 'anonymous'],
]);

interface Beginning {
  readonly text: string;
  readonly kind: MappingKind;
  /** How the name must go on. */
  readonly rest?: RegExp;
}

/** How names begin; the first match wins. Texts, because each expression takes a while to compile. */
const BEGINNINGS: readonly Beginning[] = [
  { text: '[stack:', kind: 'thread-stack', rest: /^\d+\]$/ },
  { text: '[anon: glibc: pthread stack: ', kind: 'thread-stack', rest: /^\d+\]$/ },
  { text: '[anon: glibc: malloc arena', kind: 'malloc-arena' },
  { text: '[anon_shmem:', kind: 'shared-memory' },
  { text: '/SYSV', kind: 'shared-memory', rest: /^[0-9a-f]{8}/ },
  { text: '[ shmid=', kind: 'shared-memory' },
  { text: '/dev/shm/', kind: 'shared-memory' },
  { text: '/memfd:', kind: 'memfd' },
  { text: '/secretmem', kind: 'memfd' },
  { text: '/anon_hugepage', kind: 'anonymous' },
  { text: '/dev/hugepages', kind: 'file' },
  { text: '/dev/', kind: 'device' },
  { text: 'anon_inode:', kind: 'special' },
  { text: 'socket:', kind: 'special' },
  { text: '/[aio]', kind: 'special' },
];

function kindOfName(name: string): MappingKind | null {
  const whole = WHOLE_NAMES.get(name);
  if (whole) return whole;
  for (let i = 0; i < BEGINNINGS.length; i++) {
    const { text, kind, rest } = BEGINNINGS[i]!;
    if (name.startsWith(text) && (!rest || rest.test(name.slice(text.length)))) return kind;
  }
  return name.startsWith('[') && !name.startsWith('[anon') ? 'special' : null;
}

/** Size and alignment of a malloc arena's heap in glibc (HEAP_MAX_SIZE, 64-bit). */
const ARENA_ALIGNMENT = 64n << 20n;

/** Kind of VMA `i`, which belongs to no module. */
export function kindOf(capture: Capture, i: number, mainStack: MainStack): Kind {
  const vma = capture.vmas[i]!;
  // The legacy page of x86-64 has a fixed address; pmap prints it as [ anon ].
  if (vma.start === VSYSCALL) return told('vsyscall');
  if (vma.permissions[3] === 's' && vma.name.startsWith('/anon_hugepage')) return told('shared-memory');
  if (vma.name !== '') {
    const kind = kindOfName(vma.name);
    if (kind) return told(kind);
    if (vma.file !== null || vma.name.startsWith('/')) return told('file');
  }
  // Of a file whose name was lost.
  if (vma.inode !== null && vma.inode !== '0') return told('file');
  if (vma.permissions[3] === 's') return told('shared-memory');
  if (i >= mainStack.first && i < mainStack.end) return vma.vmFlags ? told('stack') : inferred('stack');
  return anonymousKind(capture, i);
}

function anonymousKind(capture: Capture, i: number): Kind {
  const vma = capture.vmas[i]!;
  const before = capture.vmas[i - 1];
  const after = capture.vmas[i + 1];
  if (vma.start >= GO_HEAP.start && vma.end <= GO_HEAP.end) return inferred('anonymous');
  if (isStackPointer(capture, vma)) return told('thread-stack');
  if (isInaccessible(vma))
    return isArena(vma, before)
      ? inferred('malloc-arena')
      : isGuard(vma, after)
        ? inferred('guard')
        : told('anonymous');
  if (isArena(after, vma)) return inferred('malloc-arena');
  if (before && isGuard(before, vma) && isLikeStack(vma)) return inferred('thread-stack');
  return told('anonymous');
}

/** Where Go's runtime asks for its arenas of 64 MiB on x86-64, in which goroutines' stacks lie (runtime/malloc.go). */
const GO_HEAP = { start: 0xc0_0000_0000n, end: 0xc1_0000_0000n };

/** '?' for what gcore does not tell. */
const isInaccessible = ({ permissions }: Vma): boolean =>
  permissions.startsWith('--', 1) && permissions[0] !== 'r';

/** glibc's stacks have 8 MiB. */
const LARGEST_STACK = 64 << 20;

/** There may be as many threads as mappings, hence the search by halves. */
function isStackPointer({ process: { stackPointers } }: Capture, vma: Vma): boolean {
  // Most mappings lie below all of them.
  if (stackPointers[0]! >= vma.end) return false;
  const next = stackPointers[countBelow(stackPointers, vma.start, at => at)];
  return next !== undefined && next < vma.end && sizeOf(vma) < LARGEST_STACK;
}

/** One page of 64 KiB, the largest there are; threads' guards are of one or two pages. */
const LARGEST_GUARD = 64 << 10;

/** A small inaccessible anonymous mapping right below a writable one: it catches overflow. */
function isGuard(vma: Vma, above: Vma | undefined): boolean {
  return (
    vma.file === null &&
    isInaccessible(vma) &&
    sizeOf(vma) <= LARGEST_GUARD &&
    above !== undefined &&
    above.start === vma.end &&
    above.file === null &&
    above.permissions[1] === 'w'
  );
}

/** PTHREAD_STACK_MIN. Rust's alternate signal stacks, which are guarded too, have 12 KiB. */
const SMALLEST_STACK = 16 << 10;

/**
 * A guarded mapping is a thread's stack where the kernel marks it no-hugepage (MAP_STACK) or it has a stack's size. What
 * is executable too must have the size of one that nobody chose: JIT compilers guard their code as well.
 */
function isLikeStack(vma: Vma): boolean {
  if (vma.name !== '' || vma.permissions[0] !== 'r') return false;
  if (vma.permissions[2] === 'x') return sizeOf(vma) >= 1 << 20;
  const size = sizeOf(vma);
  return size >= 128 << 10 || (size >= SMALLEST_STACK && (vma.vmFlags?.includes('nh') ?? false));
}

/** glibc reserves an arena's heap as 64 MiB, aligned, of which the lower part is writable and the rest not. */
function isArena(reserve: Vma | undefined, used: Vma | undefined): boolean {
  return (
    reserve !== undefined &&
    used !== undefined &&
    used.end === reserve.start &&
    used.file === null &&
    reserve.file === null &&
    used.permissions.startsWith('rw') &&
    isInaccessible(reserve) &&
    used.start % ARENA_ALIGNMENT === 0n &&
    reserve.end - used.start === ARENA_ALIGNMENT
  );
}
