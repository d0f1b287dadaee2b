/** One process for everything that can happen to a mapping after loading: the exact code, and the sections it names. */
import { copyFileSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import type { Deviation, Module } from '../../src/model/module.ts';
import type { Mapping, Report } from '../../src/model/report.ts';
import { sizeOf } from '../../src/model/units.ts';
import { build, buildText } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { BLOCKED_NODE, scratchFolder } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements, variant } from '../support/variant.ts';

afterEach(stopAll);

const STATIC_MUSL = variant('musl-gcc', 'bfd', 'static');

/** The main program's module, and the mappings and modules that are not as predicted. */
function explained(subject: Subject): {
  report: Report;
  program: Module;
  odd: Mapping[];
  deviations: Deviation[];
} {
  const report = explainPid(subject.pid);
  const program = report.modules.find(({ role }) => role === 'executable')!;
  const all = report.mappings.filter(({ deviations }) =>
    deviations.some(({ code }) => code !== 'bss-merged'),
  );
  const deviations = [
    ...all.flatMap(mapping => mapping.deviations.filter(({ code }) => code !== 'bss-merged')),
    ...report.modules.flatMap(module => module.deviations),
  ];
  return { report, program, odd: all, deviations };
}

/** Starts a program of a few lines that changes its own mappings; `page` is the page size. */
const startText = (name: string, body: string, globals = ''): Promise<Subject> =>
  start(
    buildText(
      `${name}.c`,
      `#define _GNU_SOURCE
#include "subject.h"
#include <fcntl.h>
#include <sys/mman.h>
#define PAGES 8
const char constants[PAGES * 65536] __attribute__((aligned(65536))) = {1};
char numbers[PAGES * 65536] __attribute__((aligned(65536))) = {1};
${globals}
int main(int argc UNUSED, char **argv UNUSED) {
  const size_t page UNUSED = (size_t)sysconf(_SC_PAGESIZE);
  ${body}
  return ready_and_serve();
}`,
    ),
  );

describeWith(requirements(DEFAULT), 'what a program does to itself is named', () => {
  itWith([], 'a page of RELRO made writable again', async () => {
    const subject = await start(build('relro-undone.c'));
    const { program, odd, deviations } = explained(subject);
    const [mapping] = odd;
    expect(deviations).toEqual([
      {
        code: 'relro-partly-undone',
        range: { start: mapping!.vma.start, end: mapping!.vma.end },
        sections: ['.init_array', '.fini_array', '.data.rel.ro'],
      },
    ]);
    expect(mapping).toMatchObject({ relro: 'not-in-force', kind: 'elf', vma: { permissions: 'rw-p' } });
    expect(program.relro).toMatchObject({ declared: 'partial', inForce: 'partly' });
    const [first, ...others] = program.relro.protected;
    expect(others).toEqual([]);
    expect(first!.start).toBe(mapping!.vma.end);
    expect(await subject.probe(mapping!.vma.end - 1n)).toBe('writable');
    expect(await subject.probe(first!.start)).toBe('faulted');
    expect(await subject.probe(first!.end - 1n)).toBe('faulted');
  });

  itWith([], 'a page of .data made read-only', async () => {
    const { odd, deviations } = explained(await start(build('data-read-only.c')));
    expect(deviations).toEqual([
      { code: 'split-by-mprotect', predicted: 'rw-', actual: 'r--', sections: ['.data'] },
    ]);
    expect(odd[0]!.parts).toMatchObject([{ kind: 'section', name: '.data' }]);
  });

  itWith([], 'code that was written to', async () => {
    const { report, odd, deviations } = explained(await start(build('text-modified.c')));
    expect(deviations).toEqual([{ code: 'text-modified', bytes: report.capture.process.pageSize }]);
    expect(odd[0]!.parts.map(({ name }) => name)).toContain('.text');
  });

  itWith([], 'constants that were unmapped', async () => {
    const { program, deviations } = explained(
      await startText('unmapped', 'if (munmap((char *)constants + page, page)) fail("munmap");'),
    );
    expect(deviations).toMatchObject([{ code: 'unmapped', sections: ['.rodata'], movedTo: null }]);
    expect(program.deviations).toHaveLength(1);
  });

  itWith([], 'constants that mremap moved away', async () => {
    const { report, deviations } = explained(
      await startText(
        'moved',
        'if (mremap((char *)constants + page, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x10000000L) == MAP_FAILED) fail("mremap");',
      ),
    );
    expect(deviations).toMatchObject([
      { code: 'mapped-again', sections: ['.rodata'] },
      { code: 'unmapped', sections: ['.rodata'], movedTo: 0x10000000n },
    ]);
    expect(report.mappings[0]).toMatchObject({ kind: 'file', module: null, parts: [] });
  });

  itWith([], 'a file that was mapped over constants', async () => {
    const { program, odd, deviations } = explained(
      await startText(
        'over',
        `int fd = open("${import.meta.filename}", O_RDONLY);
  if (mmap((char *)constants + page, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) fail("mmap");`,
      ),
    );
    expect(deviations).toEqual([{ code: 'mapped-over', module: program.index, sections: ['.rodata'] }]);
    expect(odd[0]).toMatchObject({ kind: 'file', module: null, parts: [] });
  });

  itWith([], 'its own file mapped once more', async () => {
    const { program, odd, deviations } = explained(
      await startText(
        'again',
        `int fd = open("/proc/self/exe", O_RDONLY);
  if (mmap(0, page, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED) fail("mmap");`,
      ),
    );
    expect(deviations).toMatchObject([{ code: 'mapped-again', module: program.index }]);
    expect(odd[0]).toMatchObject({ kind: 'file', module: null });
  });

  itWith([], 'its own code mapped once more, which is no second instance', async () => {
    const { report, program, odd, deviations } = explained(
      await startText(
        'code-again',
        `int fd = open("/proc/self/exe", O_RDONLY);
  for (int i = 0; i < 2; i++)
    if (mmap(0, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 4096 * (i + 1)) == MAP_FAILED) fail("mmap");`,
      ),
    );
    expect(deviations.map(({ code }) => code)).toEqual(['mapped-again', 'mapped-again']);
    expect(odd.every(({ kind, module }) => kind === 'file' && module === null)).toBe(true);
    expect(report.modules.filter(({ path }) => path === program.path)).toHaveLength(1);
  });

  itWith([], 'anonymous memory in the place of code', async () => {
    const { odd, deviations } = explained(
      await startText(
        'anonymous',
        `if (mmap((void *)((uintptr_t)code & ~(page - 1)), page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) fail("mmap");`,
        '__attribute__((aligned(65536))) static void code(void) { __asm__(".skip 65536"); }',
      ),
    );
    expect(deviations).toEqual([{ code: 'remapped-anonymous', hugePages: false }]);
    expect(odd[0]!.parts).toMatchObject([{ kind: 'section', name: '.text' }]);
  });

  itWith([], 'data that differs in its VmFlags alone', async () => {
    const { odd, deviations } = explained(
      await startText('flags', 'if (madvise(numbers + page, page, MADV_DONTDUMP)) fail("madvise");'),
    );
    const split = { code: 'split-by-flags', flags: ['dd'] };
    expect(deviations).toEqual([split, split, split]);
    expect(odd.map(({ vma }) => sizeOf(vma)).filter(size => size === 4096)).not.toEqual([]);
  });

  itWith([], 'a library of which nothing can be executed any more', async () => {
    const library = build('lib.c', LIBRARY);
    const { deviations } = explained(
      await startText(
        'noexec',
        `void *code = dlsym(dlopen("${library}", RTLD_NOW), "lib_function");
  if (mprotect((void *)((uintptr_t)code & ~(page - 1)), page, PROT_READ)) fail("mprotect");`,
        '#include <dlfcn.h>',
      ),
    );
    expect(deviations).toEqual([{ code: 'execute-missing' }]);
  });

  itWith([], 'a stack that a library has made executable', async () => {
    const library = build('lib-no-note.S', LIBRARY);
    const { report, deviations } = explained(await start(build('dlopen.c'), [library]));
    expect(deviations).toEqual([{ code: 'stack-executable' }]);
    const module = report.modules.find(({ path }) => path === library)!;
    expect(module.stack).toEqual({ declared: 'rwx', header: true });
  });

  itWith([], 'a library whose file was cut short', async () => {
    const path = join(scratchFolder('cut'), 'lib.so');
    copyFileSync(build('lib-relro.c', LIBRARY), path);
    const subject = await start(build('dlopen.c'), [path]);
    truncateSync(path, 8192);
    const { odd, report } = explained(subject);
    expect(odd.map(({ deviations }) => deviations.map(({ code }) => code))).toContainEqual([
      'beyond-end-of-file',
    ]);
    expect(report.notes.map(({ code }) => code)).toContain('malformed-elf');
  });
});

describe('what is loaded, and what is merely mapped', () => {
  itWith(requirements(DEFAULT), 'a library loaded twice is two modules', async () => {
    const library = build('lib-relro.c', LIBRARY);
    const { report, deviations } = explained(await start(build('dlmopen.c'), [library]));
    const loaded = (end: string): bigint[] =>
      report.modules.filter(({ path }) => path.endsWith(end)).map(({ placement }) => placement!.bias);
    expect(new Set(loaded(library)).size).toBe(2);
    expect(loaded(library)).toHaveLength(2);
    // One of the program's own, and one for each of the two namespaces.
    expect(new Set(loaded('/libc.so.6')).size).toBe(3);
    expect(deviations).toEqual([]);
  });

  itWith(requirements(DEFAULT), 'an ELF file mapped as data is no module', async () => {
    const library = build('lib.c', LIBRARY);
    const { report, deviations } = explained(await start(build('elf-as-data.c'), [library]));
    expect(report.modules.map(({ path }) => path)).not.toContain(library);
    expect(kindsOf(report, basename(library))).toEqual(['r--p file', 'r--s file']);
    expect(deviations).toEqual([]);
  });

  itWith(requirements(DEFAULT), 'a memory file is none either, executable as it may be', async () => {
    const { report, deviations } = explained(await start(build('memfd-twice.c')));
    expect(kindsOf(report, 'memfd:twice (deleted)')).toEqual(['r-xs memfd', 'rw-s memfd']);
    expect(report.modules).toHaveLength(4);
    expect(deviations).toEqual([]);
  });

  itWith(
    ['map_files', ...requirements(DEFAULT)],
    'a library that was loaded from a memory file is one',
    async () => {
      const library = build('lib-relro.c', LIBRARY);
      const subject = await startText(
        'memfd-library',
        `int from = open("${library}", O_RDONLY), to = memfd_create("library", 0);
  char byte, path[32];
  while (read(from, &byte, 1) == 1) if (write(to, &byte, 1) != 1) fail("write");
  snprintf(path, sizeof path, "/proc/self/fd/%d", to);
  if (!dlopen(path, RTLD_NOW)) fail(dlerror());`,
        '#include <dlfcn.h>\n#include <stdio.h>',
      );
      const { report, deviations } = explained(subject);
      expect(report.modules.find(({ path }) => path === '/memfd:library')).toMatchObject({
        image: { status: 'read', identity: 'inode' },
        relro: { declared: 'partial', inForce: 'yes' },
      });
      expect(deviations).toEqual([]);
    },
  );

  itWith(requirements(STATIC_MUSL), 'RELRO that static musl never applies', async () => {
    const { program, deviations } = explained(await start(build('plain.c', STATIC_MUSL)));
    expect(deviations).toMatchObject([{ code: 'relro-not-applied' }]);
    expect(program.relro).toMatchObject({ inForce: 'no', protected: [] });
  });

  itWith([], 'node on large pages', async () => {
    const { program, report, odd } = explained(
      await start(process.execPath, ['--use-largepages=on', '-e', BLOCKED_NODE]),
    );
    const remapped = odd.filter(({ deviations }) =>
      deviations.some(({ code }) => code === 'remapped-anonymous'),
    );
    const anonymousText = report.mappings.filter(
      ({ vma }) => vma.file === null && vma.permissions === 'r-xp' && sizeOf(vma) >= 2 << 20 && !vma.name,
    );
    // Where the machine has no huge pages, or node cannot, nothing is remapped and nothing is said.
    expect(remapped.map(({ vma }) => vma.start)).toEqual(anonymousText.map(({ vma }) => vma.start));
    for (const mapping of remapped) {
      expect(mapping.deviations).toEqual([{ code: 'remapped-anonymous', hugePages: true }]);
      expect(mapping).toMatchObject({ kind: 'elf', module: program.index });
      expect(mapping.parts.some(({ kind, name }) => kind === 'section' && name === '.text')).toBe(true);
    }
  });
});

/** "permissions kind" of the mappings of a file. */
const kindsOf = ({ mappings }: Report, name: string): string[] =>
  mappings
    .filter(({ vma }) => basename(vma.name) === name)
    .map(({ vma, kind }) => `${vma.permissions} ${kind}`)
    .sort();
