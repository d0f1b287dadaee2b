/** Command lines as a user types them, at the root of the project, where `vmaexplain` is the built command. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli.cjs');

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs a line of shell. The exit code of a pipe is the last command's. */
export function shell(line: string, cwd: string = ROOT): Promise<Outcome> {
  const { PATH = '', HOME = '/' } = process.env;
  const env = { PATH: `${commandFolder()}${delimiter}${PATH}`, HOME, LC_ALL: 'C.UTF-8' };
  return new Promise(resolve => {
    const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
    const child = execFile('/bin/sh', ['-c', line], options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ stdout, stderr, code });
    });
    child.stdin?.end();
  });
}

let folder: string | null = null;

/** A folder for PATH with nothing but `vmaexplain` in it. */
function commandFolder(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), 'vmaexplain-bin-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  const script = `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`;
  writeFileSync(join(made, 'vmaexplain'), script, { mode: 0o755 });
  folder = made;
  return made;
}
