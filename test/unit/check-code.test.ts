/** Code: writable, from nowhere, from elsewhere, or changed. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { World } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { findingsOf, judgeRows } from '../support/judge-rows.ts';
import {
  alsoMapped,
  DYNAMIC,
  EAGER,
  LAZY,
  LIBRARY,
  mapped,
  ordinary,
  predicted,
  remapped,
  STATIC,
  staticWorld,
  VDSO,
  withApp,
  withLibrary,
} from '../support/worlds.ts';

const plainFile = (line: string): World => ({
  ...ordinary,
  modules: { ...ordinary.modules, plain: { path: '/opt/plain', base: 0n, elf: 'not-elf' } },
  maps: [ordinary.maps, line].join('\n'),
});
const untold: World = { ...ordinary, maps: ordinary.maps.replace(/ [r-][w-][x-]p/g, ' ????') };

judgeRows({
  'writable-executable': [
    { title: 'none', world: ordinary, subject: null, outcome: 'pass' },
    {
      title: 'anonymous',
      world: alsoMapped('7f3000000000-7f3000010000 rwxp', '7f3000020000-7f3000030000 rwxp'),
      subject: 'anonymous memory',
      outcome: 'fail',
      level: 'error',
      facts: { mappings: 2, bytes: 0x20000, readImpliesExec: false },
    },
    {
      title: 'a segment',
      world: remapped('app:4000-5000 rw-p', 'app:4000-5000 rwxp'),
      subject: 'LOAD 3',
      outcome: 'fail',
      facts: { mappings: 1, bytes: 4096, readImpliesExec: false },
    },
    {
      title: 'READ_IMPLIES_EXEC',
      world: { ...remapped('rw-p [heap]', 'rwxp [heap]'), process: { personality: 0x400000 } },
      subject: '[heap]',
      outcome: 'fail',
      says: /READ_IMPLIES_EXEC is on/,
    },
    {
      title: 'not shown',
      world: remapped('rw-p [heap]', 'rw?p [heap]'),
      subject: null,
      outcome: 'inconclusive',
    },
    {
      title: 'no process',
      world: predicted(elf(DYNAMIC, ...LAZY)),
      subject: null,
      outcome: 'not-applicable',
    },
  ],
  'executable-anonymous': [
    { title: 'none', world: ordinary, subject: null, outcome: 'pass' },
    {
      title: 'a JIT',
      world: alsoMapped('7f3000000000-7f3000010000 r-xp'),
      subject: 'anonymous memory',
      outcome: 'fail',
      level: 'warning',
      facts: { mappings: 1, bytes: 0x10000, hugePages: false },
    },
    {
      title: 'of /dev/zero',
      world: {
        ...ordinary,
        modules: { ...ordinary.modules, zero: { path: '/dev/zero', base: 0n, elf: 'not-elf' } },
        maps: [ordinary.maps, 'zero:7f3000000000-7f3000010000@0 r-xp'].join('\n'),
      },
      subject: 'mapped file',
      path: '/dev/zero',
      outcome: 'fail',
    },
    {
      title: 'on huge pages, in captured text',
      world: {
        ...ordinary,
        modules: {
          ...ordinary.modules,
          huge: {
            path: '/anon_hugepage',
            base: 0n,
            deleted: true,
            elf: { reason: 'not-looked-for', message: 'no file' },
          },
        },
        maps: [ordinary.maps, 'huge:7f3000000000-7f3000200000@0 r-xp'].join('\n'),
      },
      subject: 'mapped file',
      path: '/anon_hugepage',
      outcome: 'fail',
    },
    {
      title: 'of a file that nobody loaded, with a private page',
      world: plainFile('plain:7f3000000000-7f3000010000@0 r-xp {Anonymous=4096}'),
      subject: 'mapped file',
      path: '/opt/plain',
      outcome: 'fail',
    },
    {
      title: 'of such a file, all pages its own',
      world: plainFile('plain:7f3000000000-7f3000010000@0 r-xp {}'),
      subject: null,
      outcome: 'pass',
    },
    {
      title: 'of such a file, without figures',
      world: plainFile('plain:7f3000000000-7f3000010000@0 r-xp'),
      subject: null,
      outcome: 'inconclusive',
    },
    {
      title: 'named',
      world: alsoMapped('7f3000000000-7f3000010000 r-xp [anon:v8]'),
      subject: '[anon:v8]',
      outcome: 'fail',
    },
    {
      title: 'text on huge pages',
      world: withApp(
        {},
        mapped('app').replace(
          'app:1000-2000 r-xp {}',
          '563412341000-563412342000 r-xp {hg AnonHugePages=4096}',
        ),
      ),
      subject: 'LOAD 1',
      outcome: 'fail',
      level: 'note',
    },
    {
      title: 'a vDSO without a name',
      world: {
        ...remapped(VDSO, `${VDSO.replace(' [vdso]', '')}\nffffffffff600000-ffffffffff601000 --xp`),
        origin: 'pmap',
      },
      subject: null,
      outcome: 'inconclusive',
    },
    {
      title: 'READ_IMPLIES_EXEC',
      world: { ...ordinary, process: { personality: 0x400000 } },
      subject: null,
      outcome: 'inconclusive',
    },
    {
      title: 'not shown',
      world: remapped('rw-p [heap]', 'rw?p [heap]'),
      subject: null,
      outcome: 'inconclusive',
    },
    {
      title: 'no process',
      world: predicted(elf(DYNAMIC, ...LAZY)),
      subject: null,
      outcome: 'not-applicable',
    },
  ],
  'executable-untrusted-file': [
    { title: 'none', world: ordinary, subject: null, outcome: 'pass' },
    { title: 'permissions are not told', world: untold, subject: null, outcome: 'inconclusive' },
    {
      title: 'deleted',
      world: withApp({ deleted: true }),
      subject: 'LOAD 1',
      outcome: 'fail',
      level: 'warning',
      facts: { reason: 'deleted', mappings: 1, bytes: 4096 },
    },
    {
      title: 'replaced',
      world: withApp({ elf: { reason: 'replaced', message: 'the inode differs' } }),
      subject: 'elf',
      outcome: 'fail',
      facts: { reason: 'replaced', mappings: 1, bytes: 4096 },
    },
    {
      title: '/tmp',
      world: withApp({ path: '/tmp/app' }),
      path: '/tmp/app',
      subject: 'LOAD 1',
      outcome: 'fail',
      facts: { reason: 'temporary-directory', mappings: 1, bytes: 4096 },
    },
    {
      title: '/dev/shm',
      world: withApp({ path: '/dev/shm/app' }),
      path: '/dev/shm/app',
      subject: 'LOAD 1',
      outcome: 'fail',
      facts: { reason: 'shared-memory', mappings: 1, bytes: 4096 },
    },
    {
      title: 'memfd',
      world: withApp({ path: '/memfd:x', deleted: true }),
      path: '/memfd:x',
      subject: 'LOAD 1',
      outcome: 'fail',
      facts: { reason: 'memfd', mappings: 1, bytes: 4096 },
    },
    {
      title: 'no process',
      world: predicted(elf(DYNAMIC, ...LAZY)),
      subject: null,
      outcome: 'not-applicable',
    },
  ],
  'text-relocations': [
    { title: 'none', world: ordinary, outcome: 'pass' },
    {
      title: 'some',
      world: withApp({ elf: elf(`${DYNAMIC} textrel`, ...LAZY) }),
      outcome: 'fail',
      level: 'warning',
      facts: { machine: 'x86-64', staysWritable: false },
    },
    {
      title: 'static',
      world: staticWorld(elf('EXEC static', ...EAGER)),
      path: STATIC,
      outcome: 'not-applicable',
    },
    { title: 'unread', world: withApp({ elf: elf(`${DYNAMIC} unread`, ...LAZY) }), outcome: 'inconclusive' },
  ],
  'text-modified': [
    { title: 'untouched', world: ordinary, outcome: 'pass', facts: { mappings: 1 } },
    {
      title: 'one page',
      world: remapped('app:1000-2000 r-xp {}', 'app:1000-2000 r-xp {Anonymous=4096}'),
      outcome: 'fail',
      level: 'warning',
      facts: { bytes: 4096, pages: 1, segments: 'LOAD 1', replacedBytes: 0, cause: 'unknown' },
    },
    {
      title: 'a page that was swapped out',
      world: remapped('app:1000-2000 r-xp {}', 'app:1000-2000 r-xp {Swap=4096 SwapPss=4096}'),
      outcome: 'fail',
      facts: { bytes: 4096, pages: 1, segments: 'LOAD 1', replacedBytes: 0, cause: 'unknown' },
    },
    {
      title: 'a page of a file in memory, which was swapped out with the file',
      world: remapped('app:1000-2000 r-xp {}', 'app:1000-2000 r-xp {Swap=4096 SwapPss=0}'),
      outcome: 'pass',
    },
    {
      title: 'code that may be executed only',
      world: withApp(
        { elf: elf(DYNAMIC, ...LAZY.map(line => line.replace('r-x', '--x'))) },
        mapped('app').replace('app:1000-2000 r-xp {}', 'app:1000-2000 --xp {Anonymous=4096}'),
      ),
      outcome: 'fail',
      facts: { bytes: 4096, pages: 1, segments: 'LOAD 1', replacedBytes: 0, cause: 'unknown' },
    },
    {
      title: 'by text relocations',
      world: withApp(
        { elf: elf(`${DYNAMIC} textrel`, ...LAZY) },
        mapped('app').replace('app:1000-2000 r-xp {}', 'app:1000-2000 r-xp {Anonymous=4096}'),
      ),
      outcome: 'fail',
      level: 'note',
      facts: { bytes: 4096, pages: 1, segments: 'LOAD 1', replacedBytes: 0, cause: 'text-relocations' },
    },
    {
      title: 'data that was written to, and is code now',
      world: remapped('app:4000-5000 rw-p {', 'app:4000-5000 r-xp {'),
      outcome: 'fail',
      facts: { bytes: 4096, pages: 1, segments: 'LOAD 3', replacedBytes: 0, cause: 'unknown' },
    },
    {
      title: 'one page, where another is writable',
      world: remapped(
        'app:1000-2000 r-xp {}',
        'app:1000-2000 r-xp {Anonymous=4096}',
        remapped('app:4000-5000 rw-p', 'app:4000-5000 rwxp'),
      ),
      outcome: 'fail',
    },
    {
      title: 'under another file',
      world: {
        ...remapped('app:1000-2000 r-xp {}', 'other:563412341000-563412342000@0 r-xp {}'),
        modules: { ...ordinary.modules, other: { path: '/opt/other', base: 0n, elf: 'not-elf' } },
      },
      outcome: 'fail',
      facts: { bytes: 0, pages: 0, segments: '', replacedBytes: 4096, cause: 'unknown' },
      says: /^other memory is mapped over 4096 bytes of its code$/,
    },
    {
      title: 'the vDSO',
      world: remapped(VDSO, `${VDSO} {Anonymous=4096}`),
      path: '[vdso]',
      outcome: 'fail',
    },
    {
      title: 'permissions are not told',
      world: untold,
      outcome: 'inconclusive',
      says: /what is executable/,
    },
    {
      title: 'maps does not tell',
      world: { ...ordinary, maps: ordinary.maps.replace(/\{.*\}/g, '') },
      outcome: 'inconclusive',
      says: /smaps does/,
    },
    {
      title: 'on pages of no file',
      world: withApp(
        {},
        mapped('app').replace(
          'app:1000-2000 r-xp {}',
          '563412341000-563412342000 r-xp {hg AnonHugePages=4096}',
        ),
      ),
      outcome: 'inconclusive',
    },
    {
      title: 'writable now',
      world: remapped('app:1000-2000 r-xp', 'app:1000-2000 rwxp'),
      outcome: 'inconclusive',
    },
    {
      title: 'READ_IMPLIES_EXEC',
      world: { ...ordinary, process: { personality: 0x400000 } },
      outcome: 'inconclusive',
    },
    {
      title: 'no code',
      world: withLibrary(
        elf('DYN', 'LOAD r-- 0 1000', 'LOAD rw- 1000 1000'),
        'lib:0-1000 r--p {}\nlib:1000-2000 rw-p {}',
      ),
      path: LIBRARY,
      outcome: 'not-applicable',
    },
    { title: 'no process', world: predicted(elf(DYNAMIC, ...LAZY)), outcome: 'not-applicable' },
  ],
});

describe('aliased-writable-executable', () => {
  const JIT = { path: '/memfd:jit', base: 0n, elf: 'not-elf', deleted: true } as const;
  const judge = (jit: World['modules'][string], ...views: string[]): Finding =>
    findingsOf({
      ...ordinary,
      modules: { ...ordinary.modules, jit },
      maps: [ordinary.maps, ...views].join('\n'),
    }).find(({ rule }) => rule === 'aliased-writable-executable')!;
  const writable = 'jit:7f3000000000-7f3000004000@0 rw-s';

  it('is inconclusive where permissions are not told', () => {
    const all = findingsOf(untold).filter(({ rule }) => rule === 'aliased-writable-executable');
    expect(all).toMatchObject([{ outcome: 'inconclusive' }]);
  });

  it('fails where shared writable pages are executable elsewhere', () => {
    const executable = 'jit:7f4000000000-7f4000004000@2000 r-xs';
    expect(judge(JIT, writable, executable)).toMatchObject({
      outcome: 'fail',
      path: '/memfd:jit',
      subject: 'shared mapping',
      facts: { bytes: 0x2000, writableMappings: 1, executableMappings: 1 },
    });
    // A private executable view shows what is written, until it is written to itself.
    expect(judge(JIT, writable, executable.replace('r-xs', 'r-xp')).outcome).toBe('fail');
  });

  it.each([
    ['nothing is executable', [writable]],
    ['other pages are executable', [writable, 'jit:7f4000000000-7f4000004000@4000 r-xs']],
    [
      'what is written stays private',
      [writable.replace('rw-s', 'rw-p'), 'jit:7f4000000000-7f4000004000@0 r-xp'],
    ],
    [
      'the writable view is gone',
      ['jit:7f3000000000-7f3000004000@0 r--s', 'jit:7f4000000000-7f4000004000@0 r-xs'],
    ],
  ])('passes where %s', (_title, views) => {
    expect(judge(JIT, ...views)).toMatchObject({ outcome: 'pass', path: '/bin/app', subject: null });
  });

  it('knows a file by its inode, whatever it is called', () => {
    const file = { base: 0n, elf: 'not-elf', inode: '77' } as const;
    const { outcome, path } = findingsOf({
      ...ordinary,
      modules: {
        ...ordinary.modules,
        jit: { ...file, path: '/opt/jit' },
        link: { ...file, path: '/opt/link' },
      },
      maps: [ordinary.maps, writable, 'link:7f4000000000-7f4000004000@2000 r-xs'].join('\n'),
    }).find(({ rule }) => rule === 'aliased-writable-executable')!;
    expect({ outcome, path }).toEqual({ outcome: 'fail', path: '/opt/jit' });
  });

  it('is inconclusive where the evidence does not tell what is shared', () => {
    const executable = 'jit:7f4000000000-7f4000004000@2000 r-x?';
    const unknown = writable.replace('rw-s', 'rw-?');
    expect(judge(JIT, unknown, executable).outcome).toBe('inconclusive');
    expect(judge(JIT, unknown, writable, executable).outcome).toBe('fail');
    expect(judge(JIT, unknown, executable.replace('@2000', '@4000')).outcome).toBe('pass');
  });

  it('is inconclusive where two memfds may share a name', () => {
    const executable = 'jit:7f4000000000-7f4000004000@2000 r-xs';
    expect(judge({ ...JIT, inode: null }, writable, executable).outcome).toBe('inconclusive');
  });
});
