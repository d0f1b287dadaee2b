/** Runs things as a user without privileges, or as root without some: reports of the same process then differ. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import type { ReportDocument } from '../../src/model/document.ts';
import type { TargetError } from '../../src/source/errors.ts';
import { scratchFolder } from './situations.ts';
import type { Tool } from './tools.ts';

/** nobody */
export const NOBODY = { uid: 65534, gid: 65534 } as const;

const execute = promisify(execFile);

/** What a test needs to become another user; the reasons stand in the title of a skipped test. */
export function becomingNobody(): Tool[] {
  if (process.getuid?.() !== 0) return ['root'];
  try {
    execFileSync(process.execPath, ['-e', '0'], { ...NOBODY, cwd: '/', stdio: 'ignore' });
    return [];
  } catch {
    return ['a node that nobody may run'];
  }
}

/** A folder of its own that everyone may enter. */
export function openFolder(name: string): string {
  const folder = scratchFolder(name);
  chmodSync(folder, 0o755);
  chmodSync(dirname(folder), 0o755);
  return folder;
}

/** Copies a built file to where everyone may read it; returns its new path. */
export function publish(path: string, folder: string, name: string = basename(path)): string {
  const copy = join(folder, name);
  copyFileSync(path, copy);
  chmodSync(copy, 0o755);
  return copy;
}

/** The built command where everyone may run it. */
export function publishCommand(): string {
  const folder = openFolder('command');
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  for (const name of readdirSync(dist)) if (/\.(cjs|cache)$/.test(name)) publish(join(dist, name), folder);
  return join(folder, 'cli.cjs');
}

let bundle: string | undefined;

function program(): string {
  if (!bundle) {
    bundle = join(openFolder('program'), 'explain-process.cjs');
    const entryPoints = [fileURLToPath(new URL('./explain-process.ts', import.meta.url))];
    buildSync({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: bundle });
    chmodSync(bundle, 0o644);
  }
  return bundle;
}

export type Answer = ReportDocument | Pick<TargetError, 'kind' | 'message' | 'remedy'>;

/** What nobody is told about a process. */
export const explainAsNobody = (pid: number): Promise<Answer> =>
  answer(process.execPath, [program(), String(pid)], NOBODY);

/** The same for a root that may trace processes, but not follow /proc/PID/map_files (setpriv). */
export const explainWithoutMapFiles = (pid: number): Promise<Answer> =>
  answer('setpriv', [
    '--bounding-set=-sys_admin,-checkpoint_restore',
    process.execPath,
    program(),
    String(pid),
  ]);

async function answer(path: string, args: readonly string[], options: object = {}): Promise<Answer> {
  // A report that hangs on a FIFO must fail the test, not outlast it.
  const { stdout } = await execute(path, args, { ...options, cwd: '/', timeout: 20_000, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Answer;
}
