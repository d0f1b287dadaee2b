/**
 * The processes on which every claim about live processes is proved: interpreters with many libraries, every
 * linker's and C library's layouts, files that are loaded twice, and files that have gone.
 */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildManyLibraries } from './build.ts';
import { LAYOUT_MATRIX, LIBRARY_MATRIX } from './layout-matrix.ts';
import { type Subject, start } from './process.ts';
import type { Tool } from './tools.ts';
import { DEFAULT, LIBRARY, requirements, type Variant, variant } from './variant.ts';

export interface Situation {
  readonly title: string;
  readonly tools: readonly Tool[];
  start(): Promise<Subject>;
  /** What happens to its files once it runs. A debugger must have looked before. */
  afterwards?(): void;
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
  },
];

const built = (title: string, source: string, wanted: Variant, args: () => readonly string[]): Situation => ({
  title,
  tools: requirements(wanted),
  start: () => start(build(source, wanted), args()),
});

const none = (): readonly string[] => [];

const programs: readonly Situation[] = LAYOUT_MATRIX.map(wanted =>
  built(`plain ${wanted.id}`, 'plain.c', wanted, none),
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
  built('threads', 'threads.c', DEFAULT, none),
  built('a library that dlmopen loads twice', 'dlmopen.c', DEFAULT, () => [build('lib.c', LIBRARY)]),
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
    tools: requirements(LIBRARY),
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
  ...gone,
];
