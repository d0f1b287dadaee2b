/**
 * Builds subjects, once for each text, variant and toolchain: the result is kept below the system's temporary
 * folder under a hash of all of them. A build appears by renaming a finished folder, so parallel workers can race.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { which } from './tools.ts';
import { compilerFlags, DEFAULT, isCross, linkerTool, type Variant } from './variant.ts';

const SUBJECTS = join(import.meta.dirname, '..', 'subjects');

/** Builds `test/subjects/NAME` (such as `plain.c`) and returns the path of the program or library. */
export function build(name: string, variant: Variant = DEFAULT): string {
  return buildText(name, readFileSync(join(SUBJECTS, name), 'utf8'), variant);
}

/** Builds a text that is no file of its own; `name` gives the language and the name of the result. */
export function buildText(name: string, text: string, variant: Variant = DEFAULT): string {
  const flags = compilerFlags(variant);
  const key = [name, text, headers(), variant.compiler, ...flags, toolchainVersion(variant)];
  const result = basename(name, extname(name)) + (variant.kind === 'shared' ? '.so' : '');
  return join(
    cached(key, folder => {
      const source = join(folder, name);
      writeFileSync(source, text);
      const output = ['-o', join(folder, result), source, `-I${SUBJECTS}`];
      run(variant.compiler, [...linkerFolder(variant, folder), ...flags, ...output]);
    }),
    result,
  );
}

/** Libraries that differ in their names and in one function: `many(3)` is lib0.so, lib1.so and lib2.so. */
export function buildManyLibraries(count: number, variant: Variant): string[] {
  return Array.from({ length: count }, (_, i) =>
    buildText(`lib${i}.c`, `int data${i} = ${i};\nint function${i}(void) { return data${i}; }\n`, variant),
  );
}

/** The folder of `key`, which `make` fills if it is new. */
export function cached(key: readonly string[], make: (folder: string) => void): string {
  const folder = join(cacheRoot(), createHash('sha256').update(key.join('\0')).digest('hex').slice(0, 20));
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}.${performance.now()}`;
  mkdirSync(unfinished);
  try {
    make(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another worker was faster
  }
  return folder;
}

/** Programs from here are executed, so it must be a folder of ours and not one laid out for us. */
function cacheRoot(): string {
  const uid = process.getuid?.() ?? 0;
  const root = join(tmpdir(), `vmaexplain-test-${uid}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const status = lstatSync(root);
  if (!status.isDirectory() || status.uid !== uid) throw new Error(`${root}: not a folder of user ${uid}`);
  return root;
}

const headers = (): string =>
  readdirSync(SUBJECTS)
    .filter(name => name.endsWith('.h'))
    .map(name => readFileSync(join(SUBJECTS, name), 'utf8'))
    .join('\0');

const versions = new Map<string, string>();

function toolchainVersion(variant: Variant): string {
  return [variant.compiler, linkerTool(variant)].map(version).join('\0');
}

function version(tool: string): string {
  const known = versions.get(tool) ?? run(tool, ['--version']);
  versions.set(tool, known);
  return known;
}

/** gcc's cross compilers look for `ld.lld` and `ld.mold` in their own folders only; -B gives them one that has it. */
function linkerFolder(variant: Variant, folder: string): string[] {
  const tool = linkerTool(variant);
  if (!isCross(variant.compiler) || tool.startsWith(variant.compiler.replace(/gcc$/, ''))) return [];
  const linker = which(tool);
  if (linker === undefined) throw new Error(`${tool} is not installed`);
  symlinkSync(linker, join(folder, tool));
  return [`-B${folder}`];
}

function run(tool: string, args: readonly string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
