/**
 * What looking at a process costs, counted in system calls and bytes. Times depend on the machine and belong to
 * `npm run bench`; these figures do not.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomingNobody, NOBODY, openFolder, publish } from '../support/as-user.ts';
import { build, buildManyLibraries } from '../support/build.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { ROOT } from '../support/shell.ts';
import { type SystemCall, trace } from '../support/strace.ts';
import { describeWith } from '../support/tools.ts';
import { LIBRARY, requirements } from '../support/variant.ts';

const CLI = join(ROOT, 'dist', 'cli.cjs');
const READS = ['read', 'pread64', 'readv', 'preadv', 'preadv2'];
const OPENS = ['open', 'openat', 'openat2'];
const STATS = ['stat', 'lstat', 'fstat', 'newfstatat', 'statx'];
const WRITES = [
  'write',
  'pwrite64',
  'writev',
  'pwritev',
  'pwritev2',
  'sendfile',
  'copy_file_range',
  'splice',
];
const PROCESSES = ['fork', 'vfork', 'clone', 'clone3'];
const INTRUSIONS = [
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'kill',
  'tgkill',
  'tkill',
  'pidfd_open',
];
const COUNTED = [...READS, ...OPENS, ...STATS, 'readlink', 'readlinkat', 'close'];

const MOST_BYTES = 16 * 1024;
const MOST_CALLS = 5;

afterAll(stopAll);

const root = process.getuid?.() === 0 ? [] : ['root'];

describeWith(
  [...root, 'strace', ...requirements(LIBRARY)],
  'a plain listing of a process with 24 libraries',
  () => {
    let subject: Subject;
    let calls: SystemCall[];
    beforeAll(async () => {
      subject = await start(build('dlopen.c'), buildManyLibraries(24, LIBRARY));
      const command = [process.execPath, CLI, String(subject.pid)];
      calls = trace(command, [...COUNTED, ...WRITES, ...PROCESSES, ...INTRUSIONS]);
    });
    const ofProcess = (name: string): SystemCall[] =>
      calls.filter(({ path }) => path === `/proc/${subject.pid}/${name}`);

    it.each(['smaps', 'maps'])('reads %s once, from its beginning to its end', name => {
      const reads = ofProcess(name).filter(call => READS.includes(call.name));
      expect(ofProcess(name).filter(call => OPENS.includes(call.name))).toHaveLength(1);
      expect(reads.filter(({ result }) => result === 0)).toHaveLength(1);
      expect(reads.at(-1)?.result).toBe(0);
    });

    it('reads at most 16 KiB of each ELF file, the executable among them', () => {
      const files = mappedFiles(subject.pid);
      expect(files.size).toBeGreaterThanOrEqual(24);
      for (const file of files.values()) {
        const reads = callsAbout(calls, file, subject.pid).filter(({ name }) => READS.includes(name));
        const bytes = reads.reduce((sum, { result }) => sum + result, 0);
        expect(bytes, file).toBeGreaterThan(0);
        expect(bytes, file).toBeLessThanOrEqual(MOST_BYTES);
      }
    });

    it('makes at most 5 system calls for each library', () => {
      const program = build('dlopen.c');
      for (const file of mappedFiles(subject.pid).values()) {
        if (file === program) continue;
        const about = callsAbout(calls, file, subject.pid);
        // libc.so.6 can be started like a program: its interpreter's name is far behind its headers.
        const more = /\/libc\.so\.\d$/.test(file) ? 1 : 0;
        expect(about.length, about.map(show).join('\n')).toBeLessThanOrEqual(MOST_CALLS + more);
      }
    });

    it('reads on the first thread alone: the thread pool has no part in it', () => {
      const reads = calls.filter(({ name, path }) => READS.includes(name) && path?.startsWith('/'));
      // malloc of a thread may ask how many processors there are.
      const ours = reads.filter(({ path }) => path !== '/sys/devices/system/cpu/online');
      expect(ours.filter(({ main }) => !main).map(show)).toEqual([]);
    });

    it('starts no process', () => {
      expect(calls.filter(({ name }) => name === 'execve')).toHaveLength(1);
      const started = calls.filter(
        ({ name, args }) => PROCESSES.includes(name) && !args.includes('CLONE_THREAD'),
      );
      expect(started.map(show)).toEqual([]);
    });

    it('neither stops the target nor signals nor writes to it', () => {
      expect(calls.filter(({ name }) => INTRUSIONS.includes(name)).map(show)).toEqual([]);
      const inProc = calls.filter(({ path }) => path?.startsWith('/proc/'));
      const forWriting = (call: SystemCall): boolean =>
        WRITES.includes(call.name) || (OPENS.includes(call.name) && /O_WRONLY|O_RDWR/.test(call.args));
      expect(inProc.length).toBeGreaterThan(0);
      expect(inProc.filter(forWriting).map(show)).toEqual([]);
    });
  },
);

describeWith(
  ['strace', ...requirements(LIBRARY), ...becomingNobody()],
  "a plain listing of another user's process",
  () => {
    it('opens what is mapped only when it is known to be a file, whatever takes its place', async () => {
      const subject = await start(publish(build('dlopen.c'), openFolder('another-user')), [], NOBODY);
      const calls = trace([process.execPath, CLI, String(subject.pid)], OPENS);
      const links = calls.filter(({ args }) => args.includes('/map_files/'));
      expect(links.length).toBeGreaterThan(1);
      expect(links.filter(({ args }) => !args.includes('O_PATH')).map(show)).toEqual([]);
    });
  },
);

const show = ({ name, args, result }: SystemCall): string => `${name}(${args}) = ${result}`;

/** Paths of the mapped files by the first address of each mapping. */
function mappedFiles(pid: number): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
    const [, first, path] = /^([0-9a-f]+)-.* (\/.*)$/.exec(line) ?? [];
    if (path !== undefined) files.set(first!, path);
  }
  return files;
}

/** The calls that name the file: by a descriptor, or by its link in map_files. */
function callsAbout(calls: readonly SystemCall[], file: string, pid: number): SystemCall[] {
  const links = [...mappedFiles(pid)]
    .filter(([, path]) => path === file)
    .map(([first]) => `/map_files/${first}-`);
  const opened = calls.findIndex(({ name, path }) => name === 'openat' && path === `/proc/${pid}`);
  // Before, the dynamic loader of node itself opens some of the same libraries.
  return calls
    .slice(opened)
    .filter(({ args, path }) => path === file || links.some(link => args.includes(link)));
}

describe('what is loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-loaded-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(() => bundleThatTells(folder, ['cli-table3', 'elfy']));

  const loaded = (...words: string[]): string[] => {
    const command = [join(folder, 'cli.cjs'), ...words];
    const { stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    expect(status).toBe(0);
    return stderr.trim().split('\n').filter(Boolean);
  };

  it.each([
    [['--version'], []],
    [['--help'], []],
    [['--json', '-o', '/dev/null'], ['elfy']],
    [['--format', 'ndjson', '-o', '/dev/null'], ['elfy']],
    [['--format', 'csv', '-o', '/dev/null'], ['elfy']],
    [
      ['-o', '/dev/null'],
      ['elfy', 'cli-table3'],
    ],
  ])('%j loads %j', (words, expected) => {
    expect(loaded(...words).sort()).toEqual(expected.sort());
  });
});

/** The command as it is built, but for packages that say so on standard error when they are loaded. */
function bundleThatTells(folder: string, packages: readonly string[]): void {
  const require = createRequire(import.meta.url);
  const aliases = packages.map(name => {
    const path = join(folder, `${name}.cjs`);
    const own = JSON.stringify(require.resolve(name));
    writeFileSync(path, `process.stderr.write('${name}\\n');\nmodule.exports = require(${own});\n`);
    return `${name}=${path}`;
  });
  const words = ['run', '-s', 'bundle', '--', folder, ...aliases];
  execFileSync('npm', words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  copyFileSync(join(ROOT, 'src', 'cli', 'bundle', 'start.cjs'), join(folder, 'cli.cjs'));
}
