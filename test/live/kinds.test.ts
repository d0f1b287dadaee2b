/** Mappings that are no ELF image, and processes that have none or hide them. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect } from 'vitest';
import type { MappingKind } from '../../src/model/report.ts';
import { explain } from '../../src/render/explanation.ts';
import { build, buildText } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { start, stopAll } from '../support/process.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { DEFAULT, requirements } from '../support/variant.ts';

afterEach(stopAll);

type Row = readonly [permissions: string, name: string, kind: MappingKind];

/** Mappings of no module, but for the kernel's own, with the changing part of a temporary name left out. */
function foreignRows(pid: number): Row[] {
  return explainPid(pid)
    .mappings.filter(({ module, vma }) => module === null && !vma.name.startsWith('['))
    .map(({ vma, kind }) => [vma.permissions, vma.name.replace(/-\w{6}(?= \(deleted\))/, ''), kind]);
}

const kindsNamed = (pid: number): Record<string, MappingKind> =>
  Object.fromEntries(
    explainPid(pid)
      .mappings.filter(({ vma }) => vma.name.startsWith('['))
      .map(({ vma, kind }) => [vma.name, kind]),
  );

describeWith(requirements(DEFAULT), 'every mapping has a kind', () => {
  itWith([], 'ordinary ones that are no image', async () => {
    const file = import.meta.filename;
    const { pid } = await start(build('mmap-zoo.c'), [file]);
    const expected: Row[] = [
      ['rw-s', '/memfd:zoo memory (deleted)', 'memfd'],
      ['rw-s', '/dev/zero (deleted)', 'shared-memory'],
      ['r-xp', '', 'anonymous'],
      ['rwxp', '', 'anonymous'],
      ['rw-s', '/dev/zero (deleted)', 'shared-memory'],
      ['rw-p', '/dev/zero', 'anonymous'],
      ['rw-s', '/SYSV00000000 (deleted)', 'shared-memory'],
      ['r--s', file, 'file'],
      ['r--p', file, 'file'],
      ['rw-s', '/tmp/vmaexplain-zoo (deleted)', 'file'],
    ];
    const rows = foreignRows(pid);
    // What lies above it decides.
    expect(['guard', 'anonymous']).toContain(rows.find(([permissions]) => permissions === '---p')?.[2]);
    expect(rows).toEqual(expect.arrayContaining(expected));
    // The rest is libc's own anonymous memory.
    const unexpected = rows.filter(([, name]) => !expected.some(([, known]) => known === name));
    expect(unexpected).toEqual([]);
    expect(rows.filter(([, name]) => name !== '')).toHaveLength(8);
  });

  itWith([], 'those that the kernel names', async () => {
    const { pid } = await start(build('threads.c'));
    const kinds = kindsNamed(pid);
    expect(kinds).toMatchObject({ '[heap]': 'heap', '[stack]': 'stack', '[vdso]': 'vdso' });
    const optional = { '[vvar]': 'vvar', '[vvar_vclock]': 'vvar', '[vsyscall]': 'vsyscall' };
    for (const [name, kind] of Object.entries(optional)) expect([undefined, kind]).toContain(kinds[name]);
  });

  itWith([], 'a heap that mprotect has split', async () => {
    const { pid } = await start(build('heap-split.c'));
    const heap = explainPid(pid).mappings.filter(({ kind }) => kind === 'heap');
    expect(heap.map(({ vma }) => vma.permissions)).toEqual(['rw-p', 'r--p', 'rw-p']);
    expect(heap.every(({ deviations, inferred }) => deviations.length === 0 && !inferred)).toBe(true);
  });

  itWith([], 'a main stack that mprotect has split', async () => {
    const { pid } = await start(build('stack-split.c'));
    const stack = explainPid(pid).mappings.filter(({ kind }) => kind === 'stack');
    expect(stack.map(({ vma }) => [vma.permissions, vma.name])).toEqual([
      ['rw-p', ''],
      ['---p', ''],
      ['rw-p', '[stack]'],
    ]);
    expect(stack.some(({ inferred }) => inferred)).toBe(false);
  });

  itWith([], 'and what flags tell beyond permissions is explained', async () => {
    const program = buildText(
      'flagged.c',
      `#define _GNU_SOURCE
#include "subject.h"
#include <sys/mman.h>
int main(void) {
  char *at = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED || madvise(at, 1 << 20, MADV_DONTDUMP) || madvise(at, 1 << 20, MADV_DONTFORK)) fail("mmap");
  return ready_and_serve();
}`,
    );
    const report = explainPid((await start(program)).pid);
    const flagged = report.mappings.find(({ vma }) => vma.vmFlags?.includes('dc') && vma.name === '')!;
    expect(explain(report, flagged)).toMatch(
      /^Anonymous memory .* It is left out of core files \(MADV_DONTDUMP\)\. Children do not inherit it \(MADV_DONTFORK\)\.$/,
    );
    // The kernel's own have such flags always.
    const vdso = report.mappings.find(({ kind }) => kind === 'vdso')!;
    expect(vdso.vma.vmFlags).toContain('de');
    expect(explain(report, vdso)).not.toMatch(/MADV|MAP_/);
  });

  itWith([], 'stacks and arenas of threads', async () => {
    const { pid } = await start(build('threads.c'));
    const shown = new Set<MappingKind>(['malloc-arena', 'guard', 'thread-stack']);
    const found = explainPid(pid)
      .mappings.filter(({ kind }) => shown.has(kind))
      .map(({ vma, kind }) => `${vma.permissions} ${kind}`);
    const arena = ['rw-p malloc-arena', '---p malloc-arena'];
    const stack = ['---p guard', 'rw-p thread-stack'];
    expect(found).toEqual([...arena, ...arena, ...stack, ...stack]);
  });
});

describe('processes with unusual maps', () => {
  itWith(requirements(DEFAULT), 'a leader that has exited is read through a living thread', async () => {
    const { pid } = await start(build('leader-exit.c'));
    expect(readFileSync(`/proc/${pid}/maps`, 'latin1')).toBe('');
    const { capture, modules, mappings } = explainPid(pid);
    expect(capture.process).toMatchObject({ pid, state: 'running', pageSizeFrom: 'auxv' });
    expect(capture.process.executable).toMatch(/\/leader-exit$/);
    expect(modules.map(({ path }) => path)).toContain('[vdso]');
    expect(mappings.some(({ kind }) => kind === 'thread-stack')).toBe(true);
  });

  itWith(requirements(DEFAULT), 'a zombie has no mappings', async () => {
    const { readyLine } = await start(build('zombie.c'));
    const { capture, mappings, modules } = explainPid(Number(readyLine.split(' ')[1]));
    expect(capture.process).toMatchObject({ state: 'zombie', command: '[zombie]' });
    expect([...mappings, ...modules, ...capture.notes]).toEqual([]);
  });

  const kernelThread = existsSync('/proc/2/comm') && readFileSync('/proc/2/comm', 'utf8') === 'kthreadd\n';
  itWith(kernelThread ? [] : ['kthreadd in this PID namespace'], 'a kernel thread has none', () => {
    const { capture, mappings, modules } = explainPid(2);
    expect(capture.process).toMatchObject({ state: 'kernel-thread', command: '[kthreadd]' });
    expect([...mappings, ...modules, ...capture.notes]).toEqual([]);
  });
});
