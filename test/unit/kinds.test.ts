/** Kinds of mappings by the kernel's names, by older kernels' and pmap's names, and by shape where there is no name. */
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/correlate/kinds.ts';
import { findMainStack } from '../../src/correlate/main-stack.ts';
import { correlate } from '../../src/correlate/report.ts';
import type { Capture } from '../../src/model/capture.ts';
import { address, fileOffset } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import { captureText } from '../../src/source/captured-text.ts';

/** `1000-2000 rw-p name {flags}`; a name that begins with / has a file unless it is a pseudo file. */
function vma(words: string): Vma {
  const [, start, end, permissions, name = '', flags] =
    /^(\w+)-(\w+) (\S+)(?: ([^{]*?))?(?: ?\{(.*)\})?$/.exec(words)!;
  return {
    start: address(BigInt(`0x${start}`)),
    end: address(BigInt(`0x${end}`)),
    permissions: permissions!,
    offset: fileOffset(0n),
    device: '00:00',
    inode: '0',
    name,
    figures: null,
    vmFlags: flags === undefined ? null : flags.split(' '),
    file: name.startsWith('/') ? 0 : null,
  };
}

/** Kinds of all mappings; "?" behind those that are inferred. */
function kinds(lines: readonly string[], stackPointers: readonly bigint[] = []): string[] {
  const capture: Capture = {
    origin: { kind: 'maps', variant: null, path: null },
    process: {
      pid: 1,
      command: null,
      executable: null,
      executableFile: null,
      pageSize: 4096,
      pageSizeFrom: 'assumed',
      state: 'running',
      personality: null,
      randomizeVaSpace: null,
      stackPointers: stackPointers.map(address),
    },
    vmas: lines.map(vma),
    figureNames: [],
    auxv: null,
    files: [],
    vdso: null,
    notes: [],
  };
  return lines.map((_, i) => {
    const { kind, inferred } = kindOf(capture, i, findMainStack(capture.vmas));
    return inferred ? `${kind}?` : kind;
  });
}

const named = (name: string, permissions = 'rw-p'): string | undefined =>
  kinds([`1000-2000 ${permissions} ${name}`])[0];

describe('by name', () => {
  const table: readonly (readonly [name: string, kind: string])[] = [
    ['[heap]', 'heap'],
    ['[stack]', 'stack'],
    ['[stack:1234]', 'thread-stack'],
    ['[anon: glibc: pthread stack: 77]', 'thread-stack'],
    ['[anon: glibc: malloc arena]', 'malloc-arena'],
    ['[vdso]', 'vdso'],
    ['[vvar]', 'vvar'],
    ['[vvar_vclock]', 'vvar'],
    ['[vsyscall]', 'vsyscall'],
    ['[anon_shmem:name]', 'shared-memory'],
    ['[anon:name]', 'anonymous'],
    ['/SYSV0000162e (deleted)', 'shared-memory'],
    ['/dev/shm/sem.x', 'shared-memory'],
    ['/dev/zero (deleted)', 'shared-memory'],
    ['/dev/zero', 'anonymous'],
    ['[anon: glibc: malloc]', 'anonymous'],
    ['/dev/hugepages/pool', 'file'],
    ['/dev/dri/card0', 'device'],
    ['/memfd:a b (deleted)', 'memfd'],
    ['/secretmem (deleted)', 'memfd'],
    ['/anon_hugepage (deleted)', 'anonymous'],
    ['anon_inode:[io_uring]', 'special'],
    ['anon_inode:[perf_event]', 'special'],
    ['/[aio] (deleted)', 'special'],
    ['/etc/passwd', 'file'],
    ['/home/x/[heap]', 'file'],
    ['/home/x (deleted)', 'file'],
  ];
  for (const [name, kind] of table) it(`${name} is ${kind}`, () => expect(named(name)).toBe(kind));

  it('shared memory without a name is shared all the same', () => {
    expect(named('', 'rw-s')).toBe('shared-memory');
    expect(named('/anon_hugepage (deleted)', 'rw-s')).toBe('shared-memory');
    expect(named('', 'rw-p')).toBe('anonymous');
  });
});

it('what has an inode is a file, although its name was lost', () => {
  const text = '00400000-00401000 r-xp 00000000 fe:00 77 \n00401000-00402000 r-xp 00000000 00:00 0 \n';
  const nowhere = { sysroots: [], elf: new Map(), useHost: false, pageSize: null };
  const { mappings } = correlate(captureText(null, feed => feed(text), nowhere)[0]!);
  expect(mappings.map(({ kind }) => kind)).toEqual(['file', 'anonymous']);
});

describe('by shape', () => {
  const [GUARD, STACK] = ['10000-11000 ---p', '11000-811000 rw-p'];

  it('a guard and the stack above it', () => {
    expect(kinds([GUARD, STACK])).toEqual(['guard?', 'thread-stack?']);
    expect(kinds([GUARD, '12000-811000 rw-p'])).toEqual(['anonymous', 'anonymous']);
    expect(kinds(['10000-910000 ---p', '910000-1110000 rw-p'])).toEqual(['anonymous', 'anonymous']);
  });

  it('a small one only with the flag that MAP_STACK leaves', () => {
    expect(kinds([GUARD, '11000-15000 rw-p {rd wr nh}'])).toEqual(['guard?', 'thread-stack?']);
    expect(kinds([GUARD, '11000-15000 rw-p {rd wr}'])).toEqual(['guard?', 'anonymous']);
    // An alternate signal stack of Rust.
    expect(kinds([GUARD, '11000-14000 rw-p {rd wr nh}'])).toEqual(['guard?', 'anonymous']);
  });

  it('of a core by gcore, which does not tell what is readable', () => {
    expect(kinds(['10000-11000 ?--?', '11000-811000 rw-?'])).toEqual(['guard?', 'thread-stack?']);
    const arena = ['7f0000000000-7f0000021000 rw-?', '7f0000021000-7f0004000000 ?--?'];
    expect(kinds(arena)).toEqual(['malloc-arena?', 'malloc-arena?']);
  });

  it("Go's heap, which is no arena of malloc and no stack, although threads' stacks lie in it", () => {
    const [used, reserve] = ['c000000000-c000800000 rw-p', 'c000800000-c004000000 ---p'];
    expect(kinds([used, reserve], [0xc000123000n])).toEqual(['anonymous?', 'anonymous?']);
  });

  it('pieces of the main stack, which the kernel names once', () => {
    const pieces = ['10000-12000 rw-p', '12000-13000 ---p', '13000-15000 rwxp [stack]', '15000-18000 rw-p'];
    expect(kinds(pieces.map(piece => `${piece} {gd}`))).toEqual(['stack', 'stack', 'stack', 'stack']);
    // Without VmFlags, what lies below may be anything.
    expect(kinds(pieces).slice(2)).toEqual(['stack', 'stack?']);
    expect(kinds([...pieces.slice(2), '18000-19000 r--p [vvar]'])).toEqual(['stack', 'stack?', 'vvar']);
    // Neither what lies apart nor what does not grow down.
    expect(
      kinds(['10000-12000 rw-p {gd}', '13000-15000 rw-p [stack] {gd}', '15000-18000 rw-p {rd}']),
    ).toEqual(['anonymous', 'stack', 'anonymous']);
  });

  it('an arena of malloc: 64 MiB, aligned', () => {
    const [used, reserve] = ['7f0000000000-7f0000021000 rw-p', '7f0000021000-7f0004000000 ---p'];
    expect(kinds([used, reserve])).toEqual(['malloc-arena?', 'malloc-arena?']);
    expect(kinds([used, '7f0000021000-7f0003000000 ---p'])).toEqual(['anonymous', 'anonymous']);
    expect(kinds(['7f0001000000-7f0001021000 rw-p', '7f0001021000-7f0005000000 ---p'])).toEqual([
      'anonymous',
      'anonymous',
    ]);
  });

  it('where a stack pointer points, it is told and not inferred', () => {
    expect(kinds(['11000-15000 rwxp'], [0x14000n])).toEqual(['thread-stack']);
    expect(kinds(['11000-15000 rwxp'], [0x15000n])).toEqual(['anonymous']);
  });
});
