/** Stacks: the last header decides, its size does not, and absence means what the machine makes of it. */
import type { World } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { judgeRows } from '../support/judge-rows.ts';
import {
  alsoMapped,
  DYNAMIC,
  EAGER,
  LAZY,
  LIBRARY,
  LOADER,
  machine,
  mapped,
  ordinary,
  predicted,
  remapped,
  STACK,
  STATIC,
  staticWorld,
  withApp,
  withLibrary,
} from '../support/worlds.ts';

/** A program of musl: its interpreter says so. */
const asMusl = (program: string, ...lines: string[]): World =>
  withApp({ elf: elf(program.replace('ld-linux-x86-64.so.2', 'ld-musl-x86_64.so.1'), ...lines) });
const stripStack = (lines: readonly string[]): string[] =>
  lines.filter(line => !line.startsWith('GNU_STACK'));
const RWX_STACK = 'GNU_STACK rwx 0 0';

judgeRows({
  'stack-executable-declared': [
    { title: 'rw', world: ordinary, outcome: 'pass', facts: { header: 'rw', headers: 1, machine: 'x86-64' } },
    {
      title: 'rw with a size',
      world: withApp({ elf: elf(DYNAMIC, ...stripStack(LAZY), 'GNU_STACK rw- 0 200000') }),
      outcome: 'pass',
    },
    {
      title: 'rwx',
      world: withApp({ elf: elf(DYNAMIC, ...stripStack(LAZY), RWX_STACK) }),
      outcome: 'fail',
      level: 'error',
      facts: { header: 'rwx', headers: 1, effect: 'all-stacks', machine: 'x86-64' },
    },
    {
      title: 'rwx of a static program: for threads, what C library it has decides',
      world: staticWorld(elf('EXEC static', ...stripStack(LAZY), RWX_STACK)),
      path: STATIC,
      outcome: 'fail',
      facts: { header: 'rwx', headers: 1, effect: 'main-stack', machine: 'x86-64' },
    },
    {
      title: 'rwx of a static program of glibc',
      world: staticWorld(elf('EXEC static', ...stripStack(LAZY), RWX_STACK, '.note.ABI-tag 200 20')),
      path: STATIC,
      outcome: 'fail',
      facts: { header: 'rwx', headers: 1, effect: 'all-stacks', machine: 'x86-64' },
    },
    {
      title: 'rw, then rwx',
      world: withApp({ elf: elf(DYNAMIC, ...LAZY, RWX_STACK) }),
      outcome: 'fail',
      facts: { header: 'rwx', headers: 2, effect: 'all-stacks', machine: 'x86-64' },
      says: /the last of its 2 GNU_STACK headers/,
    },
    {
      title: 'rwx, then rw',
      world: withApp({ elf: elf(DYNAMIC, RWX_STACK, ...LAZY) }),
      outcome: 'pass',
      facts: { header: 'rw', headers: 2, machine: 'x86-64' },
    },
    {
      title: 'absent on x86-64',
      world: withApp({ elf: elf(DYNAMIC, ...stripStack(LAZY)) }),
      outcome: 'fail',
      level: 'warning',
      facts: { header: 'absent', headers: 0, effect: 'thread-stacks', machine: 'x86-64' },
    },
    {
      title: 'absent on i386',
      world: withApp({ base: 0x56550000n, elf: elf(machine('i386'), ...stripStack(LAZY)) }),
      outcome: 'fail',
      level: 'error',
      facts: { header: 'absent', headers: 0, effect: 'everything', machine: 'i386' },
    },
    {
      title: 'absent on aarch64',
      world: withApp({ elf: elf(machine('aarch64'), ...stripStack(LAZY)) }),
      outcome: 'pass',
      facts: { header: 'absent', headers: 0, machine: 'aarch64' },
    },
    {
      title: 'absent on a machine not known here',
      world: withApp({ elf: elf(machine('s390'), ...stripStack(LAZY)) }),
      outcome: 'inconclusive',
    },
    { title: 'absent under musl', world: asMusl(DYNAMIC, ...stripStack(LAZY)), outcome: 'pass' },
    {
      title: 'rwx under musl',
      world: asMusl(DYNAMIC, ...stripStack(LAZY), RWX_STACK),
      outcome: 'fail',
      level: 'error',
      facts: { header: 'rwx', headers: 1, effect: 'main-stack', machine: 'x86-64' },
    },
    {
      title: 'a library without the header',
      world: withLibrary(elf('DYN', ...stripStack(EAGER))),
      path: LIBRARY,
      outcome: 'fail',
      level: 'error',
      facts: { header: 'absent', headers: 0, effect: 'all-stacks', machine: 'x86-64' },
    },
    { title: 'the interpreter', world: ordinary, path: LOADER.path, outcome: 'not-applicable' },
    { title: 'the vDSO', world: ordinary, path: '[vdso]', outcome: 'not-applicable' },
    {
      title: 'a file by itself',
      world: predicted(elf(DYNAMIC, ...stripStack(LAZY), RWX_STACK)),
      outcome: 'fail',
    },
  ],
  'stack-executable': [
    { title: 'plain', world: ordinary, subject: '[stack]', outcome: 'pass', facts: { stacks: 1 } },
    {
      title: 'plain although the header is absent',
      world: withApp({ elf: elf(DYNAMIC, ...stripStack(LAZY)) }),
      subject: '[stack]',
      outcome: 'pass',
    },
    {
      title: 'executable, asked for',
      world: remapped(
        'rw-p [stack]',
        'rwxp [stack]',
        withApp({ elf: elf(DYNAMIC, ...stripStack(LAZY), RWX_STACK) }),
      ),
      subject: '[stack]',
      outcome: 'fail',
      level: 'error',
      facts: { stacks: 1, bytes: 0x21000, askedBy: '/bin/app', unread: 0 },
    },
    {
      title: 'executable, asked for by nobody',
      world: remapped('rw-p [stack]', 'rwxp [stack]'),
      subject: '[stack]',
      outcome: 'fail',
      facts: { stacks: 1, bytes: 0x21000, askedBy: '', unread: 0 },
    },
    {
      title: 'executable, where a missing header asks for nothing',
      world: remapped(
        'rw-p [stack]',
        'rwxp [stack]',
        withApp({ elf: elf(machine('aarch64'), ...stripStack(LAZY)) }),
      ),
      subject: '[stack]',
      outcome: 'fail',
      facts: { stacks: 1, bytes: 0x21000, askedBy: '', unread: 0 },
    },
    {
      title: 'executable, where not all headers could be read',
      world: remapped(
        'rw-p [stack]',
        'rwxp [stack]',
        withApp({ elf: { reason: 'permission', message: 'it may not be read' } }),
      ),
      subject: '[stack]',
      outcome: 'fail',
      says: /not known, because the headers of 1 file could not be read/,
    },
    {
      title: 'not shown',
      world: remapped('rw-p [stack]', 'rw?p [stack]'),
      subject: '[stack]',
      outcome: 'inconclusive',
    },
    { title: 'no stack is known', world: remapped(STACK, ''), subject: '[stack]', outcome: 'inconclusive' },
    {
      title: 'no process',
      world: predicted(elf(DYNAMIC, ...LAZY)),
      subject: '[stack]',
      outcome: 'not-applicable',
    },
    { title: 'no threads', world: ordinary, subject: 'thread stack', outcome: 'not-applicable' },
    {
      title: 'a plain thread',
      world: alsoMapped('7f3000000000-7f3000001000 ---p', '+800000 rw-p {nh}'),
      subject: 'thread stack',
      outcome: 'pass',
      facts: { stacks: 1 },
    },
    {
      title: 'an executable thread that a library asked for',
      world: {
        ...withLibrary(elf('DYN', ...stripStack(EAGER))),
        maps: [ordinary.maps, mapped('lib'), '7f3000000000-7f3000001000 ---p', '+800000 rwxp {nh}'].join(
          '\n',
        ),
      },
      subject: 'thread stack',
      outcome: 'fail',
      facts: { stacks: 1, bytes: 0x800000, askedBy: LIBRARY, unread: 0 },
    },
    {
      title: 'may be a stack, or the code of a JIT',
      world: alsoMapped('7f3000000000-7f3000001000 ---p', '+800000 rwxp {nh}'),
      subject: 'thread stack',
      outcome: 'inconclusive',
    },
    {
      title: 'marked as a stack, without a guard',
      world: alsoMapped('7f3000000000-7f3000100000 rwxp {nh}'),
      subject: 'thread stack',
      outcome: 'inconclusive',
    },
    {
      title: 'a stack pointer lies there',
      world: {
        ...alsoMapped('7f3000000000-7f3000100000 rwxp'),
        process: { stackPointers: [0x7f3000080000n as never] },
      },
      subject: 'thread stack',
      outcome: 'fail',
    },
  ],
});
