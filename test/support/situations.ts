/**
 * The processes on which every claim about live processes is proved: interpreters with many libraries, every
 * linker's and C library's layouts, files that are loaded twice, and files that have gone.
 */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deviation } from '../../src/model/module.ts';
import { build, buildManyLibraries, buildText } from './build.ts';
import { LAYOUT_MATRIX, LIBRARY_MATRIX } from './layout-matrix.ts';
import { patchElf } from './patch-elf.ts';
import { type Subject, start } from './process.ts';
import type { Tool } from './tools.ts';
import {
  type Compiler,
  DEFAULT,
  LIBRARY,
  LINKERS,
  type Linker,
  requirements,
  type Variant,
  variant,
} from './variant.ts';

export interface Situation {
  readonly title: string;
  readonly tools: readonly Tool[];
  start(): Promise<Subject>;
  /** What happens to its files once it runs. A debugger must have looked before. */
  afterwards?(): void;
  /** Where it differs from what its headers predict, one code a place; [] unless told. */
  readonly deviations?: readonly Deviation['code'][];
  /** Differences that depend on the machine: there or not. */
  readonly possible?: readonly Deviation['code'][];
  /** gdb does not list all of it. */
  readonly hiddenFromGdb?: boolean;
}

const EXTENSIONS = 'ssl, sqlite3, ctypes, decimal, lzma, bz2, hashlib, json, curses, readline, uuid';

/** Waits within a system call, so that its main thread neither allocates nor collects garbage. */
export const BLOCKED_NODE = "fs.writeSync(1, 'ready\\n'); fs.readSync(0, Buffer.alloc(1))";

const interpreters: readonly Situation[] = [
  {
    title: 'bash',
    tools: ['bash'],
    start: () => start('/bin/bash', ['-c', 'echo ready; read']),
  },
  {
    title: 'python3 with extension modules',
    tools: ['/usr/bin/python3'],
    start: () =>
      start('/usr/bin/python3', ['-c', `import ${EXTENSIONS}\nprint("ready", flush=True)\ninput()`]),
  },
  {
    title: 'node',
    tools: [],
    start: () => start(process.execPath, ['-e', BLOCKED_NODE]),
    // Where there is room, V8 maps its built-in functions once more, near its own code.
    possible: ['mapped-again'],
  },
];

type Rest = Pick<Situation, 'deviations' | 'hiddenFromGdb'>;
type Arguments = () => readonly string[];

const built = (
  title: string,
  source: string,
  wanted: Variant,
  args: Arguments = () => [],
  rest: Rest = {},
): Situation => ({
  title,
  tools: requirements(wanted),
  start: () => start(build(source, wanted), args()),
  ...rest,
});

/** Static programs of musl never apply RELRO. */
const unapplied = ({ compiler, kind }: Variant): Rest =>
  compiler === 'musl-gcc' && kind !== 'pie' ? { deviations: ['relro-not-applied'] } : {};

const programs: readonly Situation[] = LAYOUT_MATRIX.map(wanted =>
  built(`plain ${wanted.id}`, 'plain.c', wanted, undefined, unapplied(wanted)),
);

/** Libraries in a program of the same toolchain. */
const libraries: readonly Situation[] = LIBRARY_MATRIX.map(wanted =>
  built(`libraries ${wanted.id}`, 'dlopen.c', variant(wanted.compiler, wanted.linker, 'pie'), () => [
    build('lib.c', wanted),
    build('lib-relro.c', wanted),
  ]),
);

const several: readonly Situation[] = [
  built('many libraries', 'dlopen.c', DEFAULT, () => buildManyLibraries(50, LIBRARY)),
  built('threads', 'threads.c', DEFAULT),
  built('a library that dlmopen loads twice', 'dlmopen.c', DEFAULT, () => [build('lib-relro.c', LIBRARY)]),
];

/** Flags that few use, and that change the layout: reservations, relocated text, a base that is not zero. */
const ODD_FLAGS: Readonly<Record<string, readonly string[]>> = {
  '64K pages': ['-Wl,-z,max-page-size=0x10000'],
  '2M pages': ['-Wl,-z,max-page-size=0x200000'],
  '2M pages noseparate-code': ['-Wl,-z,max-page-size=0x200000', '-Wl,-z,noseparate-code'],
  'RELRO of 64K pages': ['-Wl,-z,max-page-size=0x10000', '-Wl,-z,common-page-size=0x10000'],
};
const BASED = ['-Wl,-Ttext-segment=0x10000000'];
const NO_TEXT = ['-Wl,-z,notext'];
/** A library that brings its own loader's habits out: 64 KiB of .bss more than its last page has. */
const BIG = ['-DBSS=65536'];

const odd: readonly Situation[] = (['gcc', 'musl-gcc', 'i686-linux-gnu-gcc'] as const).flatMap(compiler => {
  const libraries = (linker: Linker, label: string, flags: readonly string[]): Situation => {
    const wanted = variant(compiler, linker, 'shared', label, [...flags, ...BIG]);
    return built(`libraries ${wanted.id}`, 'dlopen.c', variant(compiler, 'bfd', 'pie'), () => [
      build('lib.c', wanted),
      build('lib-relro.c', wanted),
    ]);
  };
  const textrel = variant(compiler, 'bfd', 'shared', 'textrel', NO_TEXT);
  const pointer = compiler === 'i686-linux-gnu-gcc' ? '.long' : '.quad';
  const based = variant(compiler, 'bfd', 'pie', 'based', BASED);
  return [
    ...LINKERS.flatMap(linker =>
      Object.entries(ODD_FLAGS)
        .filter(([label]) => linker !== 'gold' || !label.includes('separate'))
        .map(([label, flags]) => libraries(linker, label, flags)),
    ),
    libraries('bfd', 'based', BASED),
    built(`plain ${based.id}`, 'plain.c', based),
    built(
      `libraries ${textrel.id}`,
      'dlopen.c',
      variant(compiler, 'bfd', 'pie'),
      () => [
        buildText(
          'textrel.c',
          `int target;\n__asm__(".text\\nword: ${pointer} target\\n.previous");\n`,
          textrel,
        ),
      ],
      // musl leaves it writable, as it predicts; glibc takes the permission back, and the copied page tells.
      compiler === 'musl-gcc' ? {} : { deviations: ['text-modified'] },
    ),
  ];
});

/** The loader is the executable then, and the program one of its libraries. */
const throughLoader = (compiler: Compiler, loader: string): Situation => ({
  title: `${loader} PROGRAM`,
  tools: [...requirements(variant(compiler, 'bfd', 'pie')), loader],
  start: () => start(loader, [build('plain.c', variant(compiler, 'bfd', 'pie'))]),
  hiddenFromGdb: true,
});

const started: readonly Situation[] = [
  throughLoader('gcc', '/lib64/ld-linux-x86-64.so.2'),
  throughLoader('musl-gcc', '/lib/ld-musl-x86_64.so.1'),
  {
    title: 'without address space randomisation',
    tools: [...requirements(DEFAULT), 'setarch'],
    start: () => start('setarch', ['-R', build('plain.c')]),
  },
  {
    title: 'a 32-bit program without GNU_STACK, where whatever is readable is executable',
    tools: requirements(variant('i686-linux-gnu-gcc', 'bfd', 'pie')),
    start: () =>
      start(patchElf(build('plain.c', variant('i686-linux-gnu-gcc', 'bfd', 'pie')), 'stack-missing')),
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-live-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** A folder of its own, which is removed when the tests end. */
export function scratchFolder(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function libraryOnce(title: string, change: (path: string) => void): Situation {
  const path = (): string => join(scratchFolder(title.replaceAll(' ', '-')), 'lib.so');
  return {
    title,
    tools: ['map_files', ...requirements(LIBRARY)],
    start: () => {
      copyFileSync(build('lib-relro.c', LIBRARY), path());
      return start(build('dlopen.c'), [path()]);
    },
    afterwards: () => change(path()),
  };
}

/** Moves another file over it, as package managers do. */
export function replaceBy(other: string, path: string): void {
  copyFileSync(other, `${path}.new`);
  renameSync(`${path}.new`, path);
}

const gone: readonly Situation[] = [
  libraryOnce('a deleted library', path => rmSync(path)),
  libraryOnce('a replaced library', path => replaceBy(build('lib.c', LIBRARY), path)),
];

export const SITUATIONS: readonly Situation[] = [
  ...interpreters,
  ...programs,
  ...libraries,
  ...several,
  ...odd,
  ...started,
  ...gone,
];
