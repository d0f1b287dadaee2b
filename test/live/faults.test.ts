/** The command when the machine fails it: no descriptors, no room, no reader, no patience. Nothing half-written remains. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { becomingNobody, openFolder, publish, publishCommand } from '../support/as-user.ts';
import { build, buildText } from '../support/build.ts';
import { start, stopAll } from '../support/process.ts';
import { ROOT, shell } from '../support/shell.ts';
import { scratchFolder } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { canUnshare } from '../support/unshare.ts';
import { DEFAULT, requirements } from '../support/variant.ts';

afterEach(stopAll);

const CLI = join(ROOT, 'dist', 'cli.cjs');
const SAMPLE = 'samples/crash/core';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function command(args: readonly string[]): { child: ChildProcess; ending: Promise<Ending> } {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ending = new Promise<Ending>(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return { child, ending };
}

/** No stack, no source lines, nothing of Node's own. */
const expectCalm = (stderr: string): void =>
  expect(stderr).not.toMatch(/\n\s+at |node:internal|internal error|Error:/);

describe('few file descriptors', () => {
  it.each([21, 22, 23, 24, 25, 26, 28, 32])('%i: a report, or an error in words', async most => {
    // With fewer than some twenty, node itself does not start.
    expect((await shell(`ulimit -n ${most}; exec node -e 0`)).code).toBe(0);
    const subject = await start('/bin/sh', ['-c', 'echo ready; read line']);
    const { stdout, stderr, code } = await shell(`ulimit -n ${most}; exec vmaexplain --json ${subject.pid}`);
    expectCalm(stderr);
    if (code === 0) expect(JSON.parse(stdout).mappings.length).toBeGreaterThan(10);
    else expect(stderr).toMatch(/too many open files|EMFILE/);
  });

  it('are no reason to pass a process over', async () => {
    await start('/bin/sh', ['-c', 'echo ready; read line']);
    const words = "check --rule no-pie --name '^sh$'";
    const limits = [17, 18, 19, 20, 21, 22, 23, 24];
    const endings = await Promise.all(
      limits.map(most => shell(`ulimit -n ${most}; node -e 0 && exec vmaexplain ${words}`)),
    );
    const told = endings.filter(({ stderr }) => /^vmaexplain: .*too many open files/m.test(stderr));
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set([2]));
  });
});

describe('a full disk', () => {
  it.each([
    ['standard output', `vmaexplain ${SAMPLE} > /dev/full`],
    ['-o', `vmaexplain -o /dev/full ${SAMPLE}`],
    ['check -o', `vmaexplain check -o /dev/full ${SAMPLE}`],
    ['check --write-baseline', `vmaexplain check --write-baseline /dev/full ${SAMPLE}`],
    ['record', 'vmaexplain record $$ --force -o /dev/full'],
  ])('%s: exit code 2 and a line in words', async (_, line) => {
    const { stderr, code } = await shell(line);
    expect(stderr).toMatch(/^vmaexplain: .*cannot be written \(ENOSPC\)$/m);
    expectCalm(stderr);
    expect(code).toBe(2);
  });

  describeWith(canUnshare('--mount'), 'of 16 KiB', () => {
    it('holds neither a report nor a snapshot afterwards', async () => {
      const folder = scratchFolder('small-disk');
      const mount = `mount -t tmpfs -o size=16k none ${folder}`;
      const lines = [
        `vmaexplain --json -o ${folder}/report.json ${SAMPLE}; echo $?`,
        `vmaexplain record $$ -o ${folder}/snapshot.json; echo $?`,
        `ls -A ${folder}`,
      ];
      const { stdout, stderr } = await shell(`unshare --mount sh -c '${[mount, ...lines].join('; ')}'`);
      expect(stdout).toBe('2\n2\n');
      expect(stderr.match(/cannot be written \(ENOSPC\)/g)).toHaveLength(2);
      expectCalm(stderr);
    });
  });
});

describe('-o', () => {
  it.each([
    ['a folder that is not there', 'missing/report', /ENOENT/],
    ['a folder itself', '.', /cannot be written \((EISDIR|EACCES)\)/],
    ['a name that is too long', 'x'.repeat(300), /ENAMETOOLONG/],
  ])('%s: exit code 2', async (_, name, error) => {
    const folder = scratchFolder('output');
    const { code, stderr } = await command(['-o', join(folder, name), SAMPLE]).ending;
    expect(stderr).toMatch(error);
    expectCalm(stderr);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['the file cannot be made', 'report.json/below', [SAMPLE], 2],
    ['nothing can be explained', 'report.json', ['--json', '/none'], 3],
    ['none of several can be explained', 'report.json', ['--json', '/none', '/neither'], 3],
  ])('leaves what was there alone if %s', async (_, name, args, exitCode) => {
    const folder = scratchFolder('output');
    const file = join(folder, 'report.json');
    writeFileSync(file, 'before');
    expect((await command(['-o', join(folder, name), ...args]).ending).code).toBe(exitCode);
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('leaves who may read the file as it was', async () => {
    const file = join(scratchFolder('output'), 'private');
    writeFileSync(file, 'before', { mode: 0o600 });
    expect((await command(['-o', file, SAMPLE]).ending).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('before');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes behind what standard output holds already', async () => {
    const file = join(scratchFolder('output'), 'log');
    const { code } = await shell(`(echo before; vmaexplain -o /dev/stdout ${SAMPLE}) > ${file}`);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^before\n.*demo crash/);
  });

  it('replaces a file below /dev', async () => {
    const folder = mkdtempSync('/dev/shm/vmaexplain-');
    try {
      const { stdout } = await shell(`vmaexplain ${SAMPLE}`);
      for (let times = 0; times < 2; times++) await shell(`vmaexplain -o ${folder}/report ${SAMPLE}`);
      expect(readFileSync(join(folder, 'report'), 'utf8')).toBe(stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('writes through a symbolic link, to a file, to none yet, and to standard output', async () => {
    const folder = scratchFolder('output');
    writeFileSync(join(folder, 'file'), 'before');
    const links = { toFile: 'file', toNone: 'none', toOutput: '/proc/self/fd/1' };
    for (const [name, to] of Object.entries(links)) symlinkSync(to, join(folder, name));
    const { stdout } = await shell(`vmaexplain ${SAMPLE}`);
    expect(stdout).toContain('/opt/demo/demo');
    for (const [name, to] of Object.entries(links)) {
      const line = `vmaexplain -o ${join(folder, name)} ${SAMPLE} > ${join(folder, 'output')}`;
      expect(await shell(line)).toMatchObject({ code: 0, stderr: '' });
      expect(readlinkSync(join(folder, name))).toBe(to);
    }
    for (const name of ['file', 'none', 'output'])
      expect(readFileSync(join(folder, name), 'utf8'), name).toBe(stdout);
    // A pipe has no name that could be moved over it.
    expect((await shell(`vmaexplain -o ${join(folder, 'toOutput')} ${SAMPLE} | cat`)).stdout).toBe(stdout);
  });
});

describeWith(requirements(DEFAULT), 'a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s while a file is being written: nothing of it remains',
    async signal => {
      const subject = await start(build('many-vmas.c'), ['20000']);
      const folder = scratchFolder('interrupted');
      // Where the system cannot watch a folder, the command is interrupted at some other moment, which must do as well.
      const { child, ending } = command(['--json', '-o', join(folder, 'report.json'), String(subject.pid)]);
      // An impatient user sends it more than once.
      const watcher = watch(folder, () => {
        for (let times = 0; times < 100; times++) child.kill(signal);
      });
      const { signal: ended, stderr, code } = await ending;
      watcher.close();
      expectCalm(stderr);
      expect(readdirSync(folder)).toEqual(code === 0 ? ['report.json'] : []);
      if (code !== 0) expect(ended).toBe(signal);
    },
  );

  it('SIGINT at any moment: no stack trace', async () => {
    const { pid } = await start(build('many-vmas.c'), ['5000']);
    const subjects = [pid, pid, pid];
    const commands = subjects.map(subject => command(['--json', String(subject)]));
    // As soon as it runs, when it prints, and long after.
    commands[0]!.child.once('spawn', () => commands[0]!.child.kill('SIGINT'));
    commands[1]!.child.stdout!.once('data', () => commands[1]!.child.kill('SIGINT'));
    commands[2]!.child.stdout!.resume().once('end', () => commands[2]!.child.kill('SIGINT'));
    commands[1]!.child.stdout!.resume();
    for (const { ending } of commands) expectCalm((await ending).stderr);
  });
});

describe('a program that was started', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is not left behind by %s, however early',
    async signal => {
      const { child, ending } = command(['--', 'sh', '-c', 'echo $$ >&2; exec sleep 1000']);
      const pid = await new Promise<number>(resolve => {
        child.stderr!.once('data', (text: string) => resolve(Number(text)));
      });
      child.kill(signal);
      expectCalm((await ending).stderr);
      expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    },
  );

  it('is ended with what it has started, which would keep the output open', async () => {
    const script = 'sleep 1001 & (trap "" TERM; exec sleep 1002) & sleep 1003';
    const { stdout, code } = await shell(`vmaexplain -q -- bash -c '${script}' | tail -n 1`);
    expect([stdout, code]).toEqual([expect.stringMatching(/\S/), 0]);
    const { stdout: left } = await shell("ps -eo args= | grep -c '^sleep 100[123]$' || true");
    expect(left).toBe('0\n');
  });

  itWith(requirements(DEFAULT), 'is seen and ended, although its main thread has ended before', async () => {
    const text = `#include <pthread.h>
#include <unistd.h>
static void *wait_on(void *unused) { for (;;) pause(); return unused; }
int main(void) { pthread_t thread; if (pthread_create(&thread, 0, wait_on, 0)) return 1; pthread_exit(0); }`;
    const { stdout, stderr, code } = await shell(`vmaexplain --json -- ${buildText('leaderless.c', text)}`);
    expectCalm(stderr);
    expect(code).toBe(0);
    const { process: seen, mappings } = JSON.parse(stdout);
    expect(mappings.length).toBeGreaterThan(10);
    expect(() => process.kill(seen.pid, 0)).toThrow(/ESRCH/);
  });

  const tools = [...becomingNobody(), 'setpriv', ...requirements(DEFAULT)];
  itWith(tools, 'is told of, where it becomes root and cannot be ended', async () => {
    const text =
      '#include <unistd.h>\nint main(void) { if (setuid(0)) return 1; close(1); close(2); for (;;) pause(); }';
    const program = publish(buildText('becomes-root.c', text), openFolder('setuid'));
    chmodSync(program, 0o4755);
    const nobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
    const { stderr, code } = await shell(
      `exec ${nobody} ${process.execPath} ${publishCommand()} -- ${program}`,
    );
    expectCalm(stderr);
    const [, pid] = /\(PID (\d+)\): cannot be ended and runs on/.exec(stderr) ?? [];
    expect(process.kill(Number(pid), 'SIGKILL')).toBe(true);
    expect(code).toBe(3);
  });

  describeWith(canUnshare('--mount'), 'but cannot be seen', () => {
    it('is not started', async () => {
      const line = 'mount -t tmpfs none /proc && exec vmaexplain -- sleep 1000';
      const { stdout, stderr, code } = await shell(`unshare --mount sh -c '${line}'`);
      expect(stderr).toMatch(/^vmaexplain: \/proc is not mounted, or not for this PID namespace\n {2}mount/);
      expect([stdout, code]).toEqual(['', 2]);
    });
  });
});

describeWith(canUnshare('--pid', '--fork'), 'a PID namespace of its own below the /proc of another', () => {
  it.each(['', 'check -- sleep 1000', '-- sleep 1000'])('is told, not taken for its own: %s', async words => {
    const { stdout, stderr, code } = await shell(`unshare --pid --fork sh -c 'vmaexplain ${words}; exit $?'`);
    expect(stderr).toMatch(/^vmaexplain: \/proc is that of another PID namespace\n/);
    expect([stdout, code]).toEqual(['', 2]);
  });
});

describe('a reader that goes away', () => {
  it.each(['--json', '--format=ndjson', '--format=csv', '--format=sections', '-XX', '--explain'])(
    '%s: no error',
    async format => {
      for (const bytes of [0, 1, 4096]) {
        const line = `vmaexplain ${format} $$ ${SAMPLE} | head -c ${bytes}`;
        const { stderr } = await shell(`${line} > /dev/null`);
        expect(stderr).toBe('');
      }
    },
  );

  it.each(['-XX $$', 'check --rule no-pie $$', 'record --force $$'])(
    '%s -o: no error either',
    async words => {
      const { stderr } = await shell(`{ vmaexplain ${words} -o /dev/stdout; echo $? >&2; } | true`);
      expect(stderr).toBe('0\n');
    },
  );

  it.each([
    ['/none', 3],
    ['--bogus', 2],
    ['check /none', 3],
    ['check --name no-such-process', 3],
    [`check --rule no-pie ${SAMPLE}`, 0],
    ['record 0 -o /none/snapshot', 3],
  ])('of standard error: the same exit code (%s)', async (args, code) => {
    const endings = ['', '2>&-', '2>/dev/full', '2> >(exec 0<&-; cat /dev/null)'].map(how =>
      shell(`bash -c 'vmaexplain ${args} > /dev/null ${how}'`),
    );
    expect((await Promise.all(endings)).map(ending => ending.code)).toEqual([code, code, code, code]);
  });
});

describe('what cannot be read', () => {
  it('is named, and does not stop the others', async () => {
    const folder = scratchFolder('targets');
    mkdirSync(join(folder, 'd'));
    const names = ['d', 'none', 'fifo'].map(name => join(folder, name));
    await shell(`mkfifo ${join(folder, 'fifo')}`);
    const { stdout, stderr, code } = await shell(
      `vmaexplain /dev/null /dev/zero ${names.join(' ')} ${SAMPLE}`,
    );
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter(line => line.startsWith('vmaexplain: ')),
    ).toHaveLength(5);
    expectCalm(stderr);
    expect(stdout).toContain('/opt/demo/demo');
    expect(code).toBe(3);
    expect(existsSync(join(folder, 'fifo'))).toBe(true);
  });
});

describe.each(['--policy', '--baseline'])('%s', option => {
  const folder = scratchFolder('rules');
  const LARGE = join(folder, `large${option}`);
  const PIPE = join(folder, `pipe${option}`);

  it.each([
    ['a device', '/dev/zero', /it is a device or socket$/],
    ['a folder', '/proc', /it is a directory$/],
    ['a sparse file of 8 GiB', LARGE, /it is too large$/],
    ['a pipe that nobody writes to', PIPE, /it is no JSON: /],
  ])('that names %s: one line', async (_, path, why) => {
    await shell(`truncate -s 8G ${LARGE}; mkfifo ${PIPE}`);
    const { stderr, stdout, code } = await shell(`vmaexplain check ${option} ${path} ${SAMPLE}`);
    expect(stderr.trimEnd()).toMatch(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  });
});

describeWith([...canUnshare('--mount'), ...becomingNobody(), 'setpriv'], '/proc mounted with hidepid', () => {
  it.each([
    [1, /may not be read/],
    [2, /no process/],
  ])('%i: exit code 3, and what can be done about it', async (hidepid, why) => {
    const bundle = publishCommand();
    const line = `mount -t proc -o hidepid=${hidepid} proc /proc && exec setpriv --reuid 65534 --regid 65534 --clear-groups ${process.execPath} ${bundle} ${process.pid}`;
    const { stderr, code } = await shell(`unshare --mount sh -c '${line}'`, '/');
    expect(stderr).toMatch(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expectCalm(stderr);
    expect(code).toBe(3);
  });
});
