/**
 * gdb as the reference for where sections are at run time.
 *
 *     Local core dump file:                     (of a core alone; its "sections" load1, note0 … are left out)
 *     Local exec file:
 *     	`/usr/bin/sleep', file type elf64-x86-64.
 *     	Entry point: 0x55c90f3e1600
 *     	0x000055c90f3df318 - 0x000055c90f3df334 is .interp
 *     	0x00007fa8e51e7380 - 0x00007fa8e533b22d is .text in /lib/x86_64-linux-gnu/libc.so.6
 *     	0x00007ffd0c3d5120 - 0x00007ffd0c3d5174 is .hash in system-supplied DSO at 0x7ffd0c3d5000
 *
 * gdb lists .tbss, which takes no addresses, and now and then a section of no bytes; a program run by naming the
 * loader (`ld.so ./prog`) it does not list at all.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type GdbSection = {
  readonly start: bigint;
  /** The first address after it. */
  readonly end: bigint;
  readonly name: string;
  /** The library as the process names it, `[vdso]`, or null for the main program. */
  readonly file: string | null;
};

export type GdbMapping = {
  readonly start: bigint;
  readonly end: bigint;
  readonly offset: bigint;
  readonly path: string;
};

/** Every section of every module of a live process. */
export const gdbSections = async (pid: number): Promise<GdbSection[]> =>
  parseInfoFiles(await gdb(['-p', String(pid), '-ex', 'info files']));

/** The same from a core file and its program. */
export const gdbCoreSections = async (program: string, core: string): Promise<GdbSection[]> =>
  parseInfoFiles(await gdb(['-ex', 'info files', program, core]));

/** The file mappings that a core's NT_FILE note records. */
export const gdbCoreMappings = async (program: string, core: string): Promise<GdbMapping[]> =>
  parseMappings(await gdb(['-ex', 'info proc mappings', program, core]));

/** Has gdb write a core of a live process, which goes on running. */
export async function gcore(pid: number, core: string): Promise<void> {
  const output = await gdb(['-p', String(pid), '-ex', `generate-core-file ${core}`]);
  if (!output.includes('Saved corefile')) throw new Error(`gdb wrote no core of ${pid}: ${output}`);
}

function parseInfoFiles(text: string): GdbSection[] {
  const program = text.split(/^Local exec file:$/m)[1];
  if (program === undefined) throw new Error(`gdb has no program to tell of: ${text}`);
  const lines = program.matchAll(/^\s*0x([0-9a-f]+) - 0x([0-9a-f]+) is (\S+)(?: in (.*))?$/gm);
  return [...lines].map(([, start, end, name, file]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    name: name!,
    file: file?.startsWith('system-supplied DSO at ') ? '[vdso]' : (file ?? null),
  }));
}

function parseMappings(text: string): GdbMapping[] {
  const lines = text.matchAll(/^\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(.*)$/gm);
  return [...lines].map(([, start, end, offset, path]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    offset: BigInt(`0x${offset}`),
    path: path!,
  }));
}

const execute = promisify(execFile);

async function gdb(args: readonly string[]): Promise<string> {
  const settings = ['pagination off', 'width 0', 'confirm off'].flatMap(setting => [
    '-iex',
    `set ${setting}`,
  ]);
  const { stdout } = await execute('gdb', ['-nx', '-batch', ...settings, ...args], {
    env: { ...process.env, DEBUGINFOD_URLS: '', LC_ALL: 'C' },
    maxBuffer: 1 << 28,
  });
  return stdout;
}
