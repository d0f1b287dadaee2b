/** Evidence comes first; and what concerns a program or process as a whole. */
import type { ElfFile } from '../../src/model/elf.ts';
import type { World } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { judgeRows } from '../support/judge-rows.ts';
import {
  DYNAMIC,
  EAGER,
  HEAP,
  LAZY,
  LIBRARY,
  machine,
  ordinary,
  predicted,
  remapped,
  STACK,
  STATIC,
  staticWorld,
  withApp,
  withLibrary,
} from '../support/worlds.ts';

/** With segments of another alignment. */
const aligned = (file: ElfFile, align: bigint): ElfFile => ({
  ...file,
  programHeaders: file.programHeaders.map(header => ({ ...header, align })),
});

const withoutStack = (world: World): World => remapped(STACK, '', world);
/** Nothing is randomised. */
const FIXED = remapped(STACK, '7ffffffde000-7ffffffff000 rw-p [stack]', withApp({ base: 0x555555554000n }));
const UNKNOWN = { personality: null, randomizeVaSpace: null };

judgeRows({
  'image-mismatch': [
    {
      title: 'a file for 32 bits above 4 GiB',
      world: withApp({ elf: elf(machine('i386'), ...LAZY), identity: 'path-only' }),
      outcome: 'fail',
      says: /cannot produce these mappings/,
    },
    {
      title: 'its code lies where the file has none: it was overwritten',
      world: withLibrary(elf('DYN', ...LAZY), 'lib:0000-1000 r--p\nlib:1000-2000@9000 r-xp'),
      path: LIBRARY,
      outcome: 'fail',
      level: 'error',
      says: /the segments of \/opt\/lib.so cannot produce these mappings/,
    },
    { title: 'the mapped file was read', world: ordinary, outcome: 'pass', facts: { identity: 'inode' } },
    {
      title: 'another file lies at the path',
      world: withApp({ elf: { reason: 'replaced', message: 'the inode differs' } }),
      outcome: 'fail',
      facts: { reason: 'replaced', explanation: 'the inode differs', bytesBeyondFile: null },
    },
    {
      title: 'the file may not be read',
      world: withApp({ elf: { reason: 'permission', message: 'it may not be read' } }),
      outcome: 'inconclusive',
    },
    {
      title: 'the file was found by name',
      world: withApp({ identity: 'path-only' }),
      outcome: 'inconclusive',
      says: /nothing proves/,
    },
    {
      title: 'the file has become shorter',
      world: withApp({ elf: { ...elf(DYNAMIC, ...LAZY), fileSize: 0x3000 } }),
      outcome: 'fail',
      facts: {
        reason: 'truncated',
        explanation: 'it is shorter than its mapping by 8192 bytes of whole pages',
        bytesBeyondFile: 8192,
      },
    },
    { title: 'the vDSO', world: ordinary, path: '[vdso]', outcome: 'not-applicable' },
    { title: 'no process', world: predicted(elf(DYNAMIC, ...LAZY)), outcome: 'not-applicable' },
  ],
  'no-pie': [
    { title: 'PIE', world: ordinary, outcome: 'pass', facts: { type: 'DYN' } },
    {
      title: 'EXEC',
      world: staticWorld(elf('EXEC static', ...EAGER)),
      path: STATIC,
      outcome: 'fail',
      level: 'warning',
      facts: { type: 'EXEC' },
    },
    { title: 'static PIE', world: staticWorld(elf('DYN pie', ...EAGER)), path: STATIC, outcome: 'pass' },
    { title: 'library', world: ordinary, path: '/lib/libc.so.6', outcome: 'not-applicable' },
    { title: 'a library by itself', world: predicted(elf('DYN', ...EAGER)), outcome: 'not-applicable' },
    {
      title: 'headers unknown',
      world: withApp({ elf: { reason: 'deleted', message: 'gone' } }),
      outcome: 'inconclusive',
    },
  ],
  'aslr-off': [
    { title: 'on', world: ordinary, outcome: 'pass', facts: { from: 'address' } },
    {
      title: 'ADDR_NO_RANDOMIZE',
      world: { ...FIXED, process: { personality: 0x40000 } },
      outcome: 'fail',
      level: 'error',
      facts: { from: 'personality', what: 'everything' },
    },
    {
      title: 'ADDR_NO_RANDOMIZE, set for what it starts',
      world: { ...ordinary, process: { personality: 0x40000 } },
      outcome: 'fail',
      level: 'warning',
      facts: { from: 'personality', what: 'children' },
    },
    {
      title: 'ADDR_NO_RANDOMIZE, taken back since',
      world: FIXED,
      outcome: 'fail',
      level: 'error',
      facts: { from: 'address', what: 'everything' },
    },
    {
      title: 'by the fixed address of large pages',
      world: withoutStack(withApp({ base: 0x555555400000n, elf: aligned(elf(DYNAMIC, ...LAZY), 0x200000n) })),
      outcome: 'fail',
      facts: { from: 'address', what: 'everything' },
    },
    {
      title: 'sysctl 0',
      world: { ...FIXED, process: { randomizeVaSpace: 0 } },
      outcome: 'fail',
      level: 'error',
      facts: { from: 'sysctl', what: 'everything' },
    },
    {
      title: 'sysctl 1',
      world: { ...remapped(HEAP, ''), process: { randomizeVaSpace: 1 } },
      outcome: 'fail',
      level: 'warning',
      facts: { from: 'sysctl', what: 'heap' },
    },
    {
      title: 'sysctl 1, set since it was started',
      world: { ...ordinary, process: { randomizeVaSpace: 1 } },
      outcome: 'fail',
      level: 'warning',
      facts: { from: 'sysctl', what: 'heap-of-children' },
    },
    {
      title: 'sysctl 2, set since it was started with 1',
      world: remapped(HEAP, '563412345000-563412366000 rw-p [heap]'),
      outcome: 'fail',
      level: 'warning',
      facts: { from: 'heap-address', what: 'heap' },
      says: /begins right behind the program/,
    },
    {
      title: 'captured text: by the fixed address of the program',
      world: { ...withoutStack(withApp({ base: 0x555555554000n })), process: UNKNOWN },
      outcome: 'fail',
      facts: { from: 'address', what: 'everything' },
    },
    {
      title: 'captured text: by another address',
      world: { ...withoutStack(ordinary), process: UNKNOWN },
      outcome: 'pass',
      facts: { from: 'address' },
    },
    {
      title: 'captured text: by an address below all of those that the kernel takes',
      world: {
        ...withoutStack(withApp({ base: 0x5500000000n, elf: elf(machine('aarch64'), ...LAZY) })),
        process: UNKNOWN,
      },
      outcome: 'inconclusive',
    },
    {
      title: 'captured text of a program without PIE: by its stack',
      world: { ...staticWorld(elf('EXEC static', ...EAGER)), process: UNKNOWN },
      path: STATIC,
      outcome: 'pass',
      facts: { from: 'address' },
    },
    {
      title: 'captured text of a program without PIE, whose stack is not known',
      world: { ...withoutStack(staticWorld(elf('EXEC static', ...EAGER))), process: UNKNOWN },
      path: STATIC,
      outcome: 'inconclusive',
    },
    { title: 'no process', world: predicted(elf(DYNAMIC, ...LAZY)), outcome: 'not-applicable' },
  ],
});
