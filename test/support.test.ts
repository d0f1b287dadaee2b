/** The proofs rest on these helpers, so they are proved first: against each other, the kernel, gdb and readelf. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { build, buildManyLibraries, buildText } from './support/build.ts';
import { buildRow, CHECK_MATRIX, startRow } from './support/check-matrix.ts';
import { type GdbSection, gcore, gdbCoreMappings, gdbCoreSections, gdbSections } from './support/gdb.ts';
import { LAYOUT_MATRIX, LIBRARY_MATRIX } from './support/layout-matrix.ts';
import { patchElf } from './support/patch-elf.ts';
import { start, stopAll } from './support/process.ts';
import * as readelf from './support/readelf.ts';
import { describeWith, hasTool, itWith, missingTools, which } from './support/tools.ts';
import { DEFAULT, LIBRARY, LINKERS, requirements, type Variant, variant } from './support/variant.ts';

const MINUTES = 60_000;
const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-support-'));
afterAll(stopAll);
afterAll(() => rmSync(scratch, { recursive: true }));

type Line = { start: bigint; end: bigint; permissions: string; path: string };

function maps(pid: number): Line[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(
    /^(\w+)-(\w+) (\S+) \S+ \S+ \d+ *(.*)$/gm,
  );
  return [...lines].map(([, start, end, permissions, path]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    permissions: permissions!,
    path: path!,
  }));
}

const sectionOf = (sections: readonly GdbSection[], name: string, file: string | null = null): GdbSection =>
  sections.find(section => section.name === name && section.file === file)!;

const permissionsAt = (lines: readonly Line[], address: bigint): string | undefined =>
  lines.find(({ start, end }) => start <= address && address < end)?.permissions;

const segment = (path: string, type: string) => readelf.readelfSegments(path).filter(s => s.type === type);

describe('tools', () => {
  it('finds programs and tells which are missing', () => {
    expect(which('sh')).toMatch(/\/sh$/);
    expect(hasTool('vmaexplain-no-such-tool')).toBe(false);
    expect(missingTools(['sh', 'vmaexplain-no-such-tool'])).toEqual(['vmaexplain-no-such-tool']);
  });
});

describe('processes', () => {
  it('tells why a program ended instead of saying ready', async () => {
    await expect(start('/bin/sh', ['-c', 'echo broken >&2'])).rejects.toThrow('/bin/sh ended: broken');
    await expect(start('/bin/sh', ['-c', 'echo hello'])).rejects.toThrow('expected ready, got hello');
    await expect(start('/no/such/program')).rejects.toThrow('ENOENT');
  });

  it('stops what does not end by itself', async () => {
    const { pid } = await start('/bin/sh', ['-c', 'echo ready; kill -STOP $$']);
    await stopAll();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describeWith(requirements(DEFAULT), 'subjects', () => {
  const file = import.meta.filename;
  const library = build('lib.c', LIBRARY);
  const withNoArguments =
    'plain threads relro-undone data-read-only text-modified thread-execstack memfd-twice leader-exit heap-split stack-split';
  const subjects: [name: string, args: string[]][] = [
    ...withNoArguments.split(' ').map((name): [string, string[]] => [name, []]),
    ['zombie', []],
    ['dlopen', [library, build('lib-relro.c', LIBRARY), ...buildManyLibraries(3, LIBRARY)]],
    ['dlopen', [build('lib-no-note.S', LIBRARY)]],
    ['dlmopen', [library]],
    ['mmap-zoo', [file]],
    ['elf-as-data', [library]],
    ['many-vmas', ['1000']],
  ];

  it.each(subjects)('%s sets itself up, answers and ends with its input', async (name, args) => {
    const subject = await start(build(`${name}.c`), args);
    expect(subject.readyLine).toMatch(name === 'zombie' ? /^ready \d+$/ : /^ready$/);
    expect(await subject.probe(0x10n)).toBe('faulted');
    expect(await subject.finish()).toBe(0);
  });

  it('can be written in the test itself', () => {
    const failing = () => buildText('broken.c', 'int main(void) { return nothing; }');
    expect(failing).toThrow(/‘?nothing’? undeclared/);
    expect(failing).toThrow('Command failed'); // a failed build leaves nothing to find
    expect(buildText('whole.c', 'int main(void) { return 0; }')).toMatch(/\/whole$/);
  });

  it('are in the situation that they are named for', async () => {
    const zombie = await start(build('zombie.c'));
    expect(readFileSync(`/proc/${zombie.readyLine.split(' ')[1]}/stat`, 'utf8')).toContain(') Z ');

    const leaderless = await start(build('leader-exit.c'));
    expect(readFileSync(`/proc/${leaderless.pid}/stat`, 'utf8')).toContain(') Z ');
    expect(maps(leaderless.pid)).toEqual([]);

    const heap = maps((await start(build('heap-split.c'))).pid).filter(({ path }) => path === '[heap]');
    expect(heap.map(({ permissions }) => permissions)).toEqual(['rw-p', 'r--p', 'rw-p']);

    const many = maps((await start(build('many-vmas.c'), ['1000'])).pid);
    expect(many.length).toBeGreaterThan(1000);

    const twice = maps((await start(build('memfd-twice.c'))).pid).filter(({ path }) =>
      /memfd:twice/.test(path),
    );
    expect(twice.map(({ permissions }) => permissions).sort()).toEqual(['r-xs', 'rw-s']);

    const execstack = maps((await start(build('thread-execstack.c'))).pid);
    expect(execstack.filter(({ permissions }) => permissions === 'rwxp')).toHaveLength(1);
  });
});

describe('the matrices', () => {
  const every = [...LAYOUT_MATRIX, ...LIBRARY_MATRIX, ...CHECK_MATRIX.map(row => row.variant)];

  it('name every row once', () => {
    for (const rows of [LAYOUT_MATRIX, LIBRARY_MATRIX, CHECK_MATRIX])
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  itWith(
    [...every.flatMap(wanted => requirements(wanted)), 'readelf'],
    'have as much .bss as they say',
    () => {
      const sizes: Record<string, (bytes: bigint) => boolean> = {
        'no-bss': bytes => bytes === 0n, // gold, lld and mold write an empty section
        'small-bss': bytes => bytes >= 64n && bytes < 4096n,
        'large-bss': bytes => bytes >= 8n << 20n,
      };
      for (const wanted of LAYOUT_MATRIX) {
        const isRight = sizes[wanted.id.split(' ').at(-1)!];
        if (!isRight) continue;
        const bss = readelf.readelfSections(build('plain.c', wanted)).find(({ name }) => name === '.bss');
        expect(isRight(bss?.size ?? 0n), wanted.id).toBe(true);
      }
    },
  );

  itWith(
    every.flatMap(wanted => requirements(wanted)),
    'can be built and run here in every row',
    async () => {
      for (const wanted of LAYOUT_MATRIX)
        expect(await (await start(build('plain.c', wanted))).finish()).toBe(0);
      for (const wanted of LIBRARY_MATRIX) build('lib-relro.c', wanted);
      for (const row of CHECK_MATRIX) expect(await (await startRow(row)).finish(), row.id).toBe(0);
    },
    5 * MINUTES,
  );
});

describe('toolchains', () => {
  const compilers = ['gcc', 'clang', 'musl-gcc', 'i686-linux-gnu-gcc', 'aarch64-linux-gnu-gcc'] as const;
  for (const wanted of compilers.flatMap(c => LINKERS.map(linker => variant(c, linker, 'pie')))) {
    itWith([...requirements(wanted, 'build'), 'readelf'], `${wanted.id} makes what it says`, () => {
      const path = build('plain.c', wanted);
      const expected = {
        class: wanted.compiler.startsWith('i686') ? 32 : 64,
        byteOrder: 'little',
        type: 'DYN',
        machine: wanted.compiler.startsWith('i686')
          ? 'Intel 80386'
          : wanted.compiler.startsWith('aarch64')
            ? 'AArch64'
            : 'Advanced Micro Devices X86-64',
      };
      expect(readelf.readelfHeader(path)).toMatchObject(expected);
      const interpreter = readFileSync(path, 'latin1').includes('ld-musl');
      expect(interpreter).toBe(wanted.compiler === 'musl-gcc');
      expect(build('plain.c', wanted)).toBe(path);
    });
  }
});

describeWith([...requirements(DEFAULT), 'gdb', 'readelf'], 'gdb', () => {
  it('places the sections where the headers and the kernel do', async () => {
    const program = build('plain.c');
    const { pid } = await start(program);
    const sections = await gdbSections(pid);
    const lines = maps(pid);
    const text = sectionOf(sections, '.text');
    expect(permissionsAt(lines, text.start)).toBe('r-xp');
    expect(permissionsAt(lines, text.end - 1n)).toBe('r-xp');

    const bias = lines.find(({ path }) => path === program)!.start;
    for (const { name, address, size } of readelf.readelfSections(program).filter(s => s.flags.includes('A')))
      expect(sectionOf(sections, name)).toEqual({
        start: bias + address,
        end: bias + address + size,
        name,
        file: null,
      });

    expect(permissionsAt(lines, sectionOf(sections, '.text', '[vdso]').start)).toBe('r-xp');
    const libc = sections.find(({ name, file }) => name === '.text' && file?.endsWith('/libc.so.6'));
    expect(permissionsAt(lines, libc!.start)).toBe('r-xp');
  });

  it('sees a library in each of its namespaces', async () => {
    const library = build('lib.c', LIBRARY);
    const { pid } = await start(build('dlmopen.c'), [library]);
    const texts = (await gdbSections(pid)).filter(({ name, file }) => name === '.text' && file === library);
    expect(new Set(texts.map(section => section.start)).size).toBe(2);
  });

  it('reads from a core what it reads from the process', async () => {
    const program = build('plain.c');
    const core = join(scratch, 'core');
    const { pid } = await start(program);
    await gcore(pid, core);
    const fromCore = await gdbCoreSections(program, core);
    expect(fromCore).toEqual(
      expect.arrayContaining((await gdbSections(pid)).filter(({ file }) => file === null)),
    );
    const mappings = await gdbCoreMappings(program, core);
    const expected = maps(pid).filter(({ path }) => path === program);
    expect(mappings.filter(({ path }) => path === program).map(({ start }) => start)).toEqual(
      expected.map(({ start }) => start),
    );
  });
});

describeWith([...requirements(DEFAULT), 'readelf'], 'readelf', () => {
  it('tells segments, sections, build ID and dynamic entries', () => {
    const path = build(
      'plain.c',
      variant('gcc', 'bfd', 'pie', 'now', ['-Wl,-z,now', '-Wl,--build-id=0xc0ffee42']),
    );
    const header = readelf.readelfHeader(path);
    expect(readelf.readelfSections(path)).toHaveLength(header.sectionHeaders);
    expect(readelf.readelfSegments(path)).toHaveLength(header.programHeaders);
    expect(segment(path, 'INTERP')).toMatchObject([{ flags: 'R', filesz: 28n, sections: ['.interp'] }]);
    expect(readelf.readelfBuildId(path)).toBe('c0ffee42');
    expect(readelf.readelfDynamic(path)).toContainEqual({ tag: 'FLAGS', value: 'BIND_NOW' });
    const both = readelf.readelfSegmentsOfAll([path, '/bin/sh', import.meta.filename]);
    expect([...both.keys()]).toEqual([path, '/bin/sh']);
    expect(both.get(path)).toEqual(readelf.readelfSegments(path));
  });
});

for (const compiler of ['gcc', 'i686-linux-gnu-gcc'] as const) {
  const wanted: Variant = variant(compiler, 'bfd', 'pie', 'now', ['-Wl,-z,now']);
  describeWith([...requirements(wanted, 'build'), 'readelf'], `patches for ${compiler}`, () => {
    const path = build('plain.c', wanted);

    it('change what they are named for', () => {
      const [relro] = segment(path, 'GNU_RELRO');
      const shrunk = patchElf(path, 'relro-shrunk');
      expect(segment(shrunk, 'GNU_RELRO')).toMatchObject([
        { memsz: relro!.memsz - 8n, filesz: relro!.filesz },
      ]);

      const twice = segment(patchElf(path, 'stack-twice'), 'GNU_STACK');
      expect(twice.map(({ flags }) => flags)).toEqual(['RW', 'RWE']);
      expect(segment(patchElf(path, 'stack-missing'), 'GNU_STACK')).toEqual([]);
      expect(segment(patchElf(path, 'stack-sized'), 'GNU_STACK')).toMatchObject([{ memsz: 0x200000n }]);

      const stripped = patchElf(path, 'sections-stripped', 'relro-shrunk');
      expect(readelf.readelfHeader(stripped)).toMatchObject({ sectionHeaders: 0 });
      expect(segment(stripped, 'GNU_RELRO')).toMatchObject([{ memsz: relro!.memsz - 8n }]);
    });
  });
}

describeWith([...requirements(DEFAULT), 'gdb'], 'the oracle', () => {
  const probes = async (path: string, names: readonly string[]) => {
    const subject = await start(path);
    const sections = await gdbSections(subject.pid);
    const answers = names.map(async name => [name, await subject.probe(sectionOf(sections, name).start)]);
    return Object.fromEntries(await Promise.all(answers));
  };

  it('rewrites data and is refused code, constants and RELRO', async () => {
    const path = build('plain.c', variant('gcc', 'bfd', 'pie', 'now', ['-Wl,-z,now']));
    expect(await probes(path, ['.text', '.rodata', '.dynamic', '.data', '.bss'])).toEqual({
      '.text': 'faulted',
      '.rodata': 'faulted',
      '.dynamic': 'faulted',
      '.data': 'writable',
      '.bss': 'writable',
    });
  });

  it('shows that a one-page RELRO that ends short of its page protects nothing', async () => {
    const row = CHECK_MATRIX.find(({ id }) => id === 'gcc bfd pie relro-full relro-shrunk')!;
    expect(await probes(buildRow(row), ['.dynamic', '.text'])).toEqual({
      '.dynamic': 'writable',
      '.text': 'faulted',
    });
  });

  it('speaks for a part of RELRO that was undone', async () => {
    const subject = await start(build('relro-undone.c'));
    const relocated = sectionOf(await gdbSections(subject.pid), '.data.rel.ro');
    expect(await subject.probe(relocated.start)).toBe('writable');
    expect(await subject.probe(relocated.end - 1n)).toBe('faulted');
  });
});
