/** Targets that do not keep still while they are read: every answer is a report that holds together, or a proper error. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  renameSync,
  statfsSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import { correlate } from '../../src/correlate/report.ts';
import { readElf } from '../../src/elf/read.ts';
import type { Report } from '../../src/model/report.ts';
import { readConsistently } from '../../src/source/consistent.ts';
import { TargetError } from '../../src/source/errors.ts';
import type { ExecDetector } from '../../src/source/exec-detector.ts';
import { captureLive } from '../../src/source/live.ts';
import { MappedFileOpener, type Wanted } from '../../src/source/open-mapped.ts';
import { ProcDirectory } from '../../src/source/proc-directory.ts';
import { expectCovered, expectSound } from '../fuzz/support/sound.ts';
import { explainWithoutMapFiles } from '../support/as-user.ts';
import { build } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { scratchFolder } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements, variant } from '../support/variant.ts';

afterEach(stopAll);

const COMPILER = requirements(DEFAULT);
const OTHER_LIBRARY = variant('gcc', 'bfd', 'shared', 'other', ['-Wl,--build-id=0xbad0']);

/** A report, or why there is none; anything else is a fault. */
function explain(pid: number): Report | TargetError {
  try {
    return explainPid(pid);
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
}

function reportsOf(pid: number, times: number): Report[] {
  return Array.from({ length: times }, () => explain(pid)).filter(
    (found): found is Report => !(found instanceof TargetError),
  );
}

const codes = ({ notes }: Report): string[] => notes.map(({ code }) => code);

describeWith(COMPILER, 'a process that', () => {
  it.each(['maps', 'forks'])('%s in a tight loop is explained every time', async how => {
    const subject = await start(build('churn.c'), [how]);
    const reports = reportsOf(subject.pid, 100);
    expect(reports).toHaveLength(100);
    for (const report of reports) {
      for (const mapping of report.mappings) expectCovered(mapping);
      expect(report.modules.every(({ image }) => image.status === 'read')).toBe(true);
    }
    await expectSound(reports.at(-1)!);
    expect(await subject.finish()).toBe(0);
  });

  it('executes other programs is never a mixture of two', async () => {
    const folder = scratchFolder('execs');
    const [a, b] = [join(folder, 'one'), join(folder, 'two')];
    for (const path of [a, b]) copyFileSync(build('churn.c'), path);
    const subject = await start(a, ['execs', a, b]);
    const reports = reportsOf(subject.pid, 200);
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports) {
      const programs = new Set(
        report.capture.files.map(({ path }) => path).filter(path => path.startsWith(folder)),
      );
      if (programs.size > 1) expect(codes(report)).toContain('changed-while-read');
      // In the midst of execve(2) there is a stack and nothing else yet.
      if (programs.size === 0)
        expect(codes(report)).toContainEqual(expect.stringMatching(/^(auxv-unreadable|changed-while-read)$/));
      for (const mapping of report.mappings) expectCovered(mapping);
    }
    await subject.stop();
  });

  it('ends is reported as far as it was there, or as missing', async () => {
    for (let i = 0; i < 60; i++) {
      const child = spawn('/bin/true', { stdio: 'ignore' });
      const exited = new Promise(resolve => child.once('exit', resolve));
      const found = explain(child.pid!);
      if (found instanceof TargetError) expect(found.kind).toBe('missing');
      else for (const mapping of found.mappings) expectCovered(mapping);
      await exited;
      expect(explain(child.pid!)).toMatchObject({ kind: 'missing' });
    }
  });

  it('has ended leaves nothing to its successor of the same PID', async () => {
    const first = await start(build('plain.c'));
    const directory = new ProcDirectory(first.pid);
    await first.stop();
    const second = await sameNumber(first.pid);
    expect(directory.alive()).toBe(false);
    expect(directory.small('status')).toBeNull();
    expect(directory.link('exe')).toBeNull();
    expect(() => directory.pieces('maps', () => {})).toThrow(/ESRCH/);
    directory.close();
    if (second) expect(explain(first.pid)).toMatchObject({ capture: { process: { pid: first.pid } } });
    else expect(explain(first.pid)).toMatchObject({ kind: 'missing' });
    await second?.stop();
  });
});

/** A process that got a number which was another's; null where the kernel does not let us choose, or others were faster. */
async function sameNumber(pid: number): Promise<Subject | null> {
  for (let i = 0; i < 20; i++) {
    try {
      writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    } catch {
      return null;
    }
    const subject = await start(build('plain.c'));
    if (subject.pid === pid) return subject;
    await subject.stop();
  }
  return null;
}

describe('between two passes over the mappings', () => {
  /** Says something else each time that maps is read. */
  class Restless extends ProcDirectory {
    #times = 0;
    override pieces(name: string, feed: (text: string) => void): void {
      super.pieces(name, feed);
      if (name === 'maps')
        feed(`ffffffffffff${(this.#times++).toString(16)}000-fffffffffffff000 ---p 00000000 00:00 0 \n`);
    }
  }

  it('whatever changes every time is said to', () => {
    const directory = new Restless(process.pid);
    const { notes, parsed } = readConsistently(
      directory,
      () => null,
      () => true,
    );
    directory.close();
    expect(notes.map(({ code }) => code)).toEqual(['changed-while-read']);
    expect(parsed.vmas.length).toBeGreaterThan(10);
  });
});

describe('execve(2)', () => {
  it('gives up the address space, even for one that looks the same', async () => {
    const subject = await start('sh', ['-c', 'echo ready; read line; exec sh -c "echo again; read line"']);
    const directory = new ProcDirectory(subject.pid);
    const space = directory.addressSpace();
    expect(space.isGone()).toBe(false);
    expect(await subject.send('go')).toBe('again');
    expect(space.isGone()).toBe(true);
    space.close();
    directory.close();
    await subject.stop();
  });

  /** Each time, the address space is another, or what was opened shows nothing. */
  class Executing extends ProcDirectory {
    readonly #sign: 'gone' | 'empty';
    #times: number;
    constructor(sign: 'gone' | 'empty', times: number) {
      super(process.pid);
      this.#sign = sign;
      this.#times = times;
    }
    override addressSpace(): ExecDetector {
      const space = super.addressSpace();
      if (this.#times-- > 0 && this.#sign === 'gone') space.isGone = () => true;
      return space;
    }
    override pieces(name: string, feed: (text: string) => void): void {
      if (this.#times < 0 || this.#sign === 'gone') super.pieces(name, feed);
    }
  }

  it.each(['gone', 'empty'] as const)('while being read is read anew (%s)', sign => {
    const directory = new Executing(sign, 2);
    let times = 0;
    const { notes, parsed, rest } = readConsistently(
      directory,
      () => ++times,
      () => true,
    );
    directory.close();
    expect({ notes, rest }).toEqual({ notes: [], rest: 3 });
    expect(parsed.vmas.length).toBeGreaterThan(10);
  });

  it('again and again is said to', () => {
    const directory = new Executing('gone', Number.POSITIVE_INFINITY);
    const { notes } = readConsistently(
      directory,
      () => null,
      () => true,
    );
    directory.close();
    expect(notes.map(({ code }) => code)).toEqual(['changed-while-read']);
  });
});

describe('a kernel without smaps', () => {
  class WithoutSmaps extends ProcDirectory {
    readonly #errno: string;
    constructor(errno: string) {
      super(process.pid);
      this.#errno = errno;
    }
    override pieces(name: string, feed: (text: string) => void): void {
      if (name === 'smaps') throw Object.assign(new Error(this.#errno), { code: this.#errno });
      super.pieces(name, feed);
    }
  }

  it.each([
    ['ENOENT', /this kernel has no smaps/],
    ['EACCES', /smaps could not be read \(EACCES\)/],
  ])('%s: maps is read, and a note says what is unknown', (errno, message) => {
    const directory = new WithoutSmaps(errno);
    const { notes, parsed } = readConsistently(
      directory,
      () => null,
      () => true,
    );
    directory.close();
    expect(notes).toMatchObject([{ code: 'smaps-unreadable', message: expect.stringMatching(message) }]);
    expect(parsed.vmas[0]).toMatchObject({ figures: null, vmFlags: null });
  });
});

describeWith(COMPILER, 'between the mappings and its opening, a library', () => {
  /** A process with a library of its own, whose mappings have been read already. */
  async function mapped(): Promise<{ proc: ProcDirectory; wanted: Wanted; path: string; subject: Subject }> {
    const path = join(scratchFolder('library'), 'lib.so');
    copyFileSync(build('lib.c', LIBRARY), path);
    const subject = await start(build('dlopen.c'), [path]);
    const vma = captureLive(subject.pid, 'layout').vmas.find(({ name }) => name === path)!;
    const wanted = { name: path, inode: vma.inode!, device: vma.device, start: vma.start, end: vma.end };
    return { proc: new ProcDirectory(subject.pid), wanted, path, subject };
  }

  it('has another of the same inode number mounted over its path: not taken for it', async () => {
    const { proc, wanted } = await mapped();
    const opened = new MappedFileOpener(proc, false).open(
      { ...wanted, device: 'fff:1', start: 0n, end: 1n },
      wanted.name,
      false,
    );
    if (opened.ok) opened.close();
    // Where files have the device of their file system; others give each subvolume or layer one of its own.
    const tells = [0xef53, 0x01021994, 0x58465342].includes(statfsSync(wanted.name).type);
    expect(opened).toMatchObject(tells ? { ok: false, reason: 'replaced' } : { ok: true });
  });

  it('is unmapped, and something else is mapped there: not taken for it', async () => {
    const { proc, wanted } = await mapped();
    const other = captureLive(proc.pid, 'layout').vmas.find(({ name }) => /libc\.so/.test(name))!;
    const opened = new MappedFileOpener(proc, false).open(
      { ...wanted, start: other.start, end: other.end },
      wanted.name,
      false,
    );
    if (!opened.ok) throw new Error(opened.message);
    expect(opened.path).toBe(wanted.name);
    opened.close();
    unlinkSync(wanted.name);
    expect(
      new MappedFileOpener(proc, false).open(
        { ...wanted, start: other.start, end: other.end },
        wanted.name,
        false,
      ),
    ).toMatchObject({
      ok: false,
      reason: 'not-found',
    });
    proc.close();
  });

  it('is cut short while it is being read: flaws, and no fault', async () => {
    const { proc, wanted, path } = await mapped();
    const opened = new MappedFileOpener(proc, false).open(wanted, path, false);
    if (!opened.ok) throw new Error(opened.message);
    truncateSync(path, 200);
    expect(readElf(opened.bytes, 'full').flaws).not.toEqual([]);
    opened.close();
    proc.close();
  });

  it('is emptied: not what is mapped, which check fails', async () => {
    const { proc, path, subject } = await mapped();
    truncateSync(path, 0);
    const report = correlate(captureLive(subject.pid, 'full'));
    expect(report.modules.find(module => module.path === path)?.image).toMatchObject({
      status: 'unavailable',
      reason: 'mismatch',
      message: expect.stringContaining('empty'),
    });
    const findings = check(report, DEFAULT_POLICY, '2026-01-01').findings.filter(
      finding => finding.path === path,
    );
    expect(findings.find(({ rule }) => rule === 'image-mismatch')).toMatchObject({ outcome: 'fail' });
    proc.close();
  });

  it('becomes a sparse file of a tebibyte: as quickly read as before', async () => {
    const { proc, path, subject } = await mapped();
    truncateSync(path, 2 ** 40);
    const { modules } = correlate(captureLive(subject.pid, 'full'));
    const library = modules.find(module => module.path === path);
    expect(library?.image).toMatchObject({ status: 'read', elf: { fileSize: 2 ** 40, flaws: [] } });
    proc.close();
  });

  itWith(['setpriv'], 'gives its place to a socket, which is not touched', async () => {
    const { proc, path, subject } = await mapped();
    unlinkSync(path);
    let connections = 0;
    const server = createServer(() => connections++);
    await new Promise<void>(resolve => server.listen(path, resolve));
    const answer = await explainWithoutMapFiles(subject.pid);
    server.close();
    if (!('modules' in answer)) throw new Error(answer.message);
    expect(answer.modules.find(module => module.path === path)?.image).toMatchObject({
      reason: 'not-regular',
    });
    expect(connections).toBe(0);
    proc.close();
  });

  itWith(['setpriv'], 'is replaced again and again: the other file is never taken for it', async () => {
    const { proc, path, subject } = await mapped();
    const [spare, other] = [`${path}.spare`, `${path}.other`];
    linkSync(path, spare);
    copyFileSync(build('lib.c', OTHER_LIBRARY), other);
    const swap = spawn(
      'sh',
      [
        '-c',
        `while ln -f "$2" "$1.new" && mv "$1.new" "$1" && ln -f "$3" "$1.new" && mv "$1.new" "$1"; do :; done`,
        'sh',
        path,
        other,
        spare,
      ],
      { stdio: 'ignore' },
    );
    const answers = await Promise.all(Array.from({ length: 12 }, () => explainWithoutMapFiles(subject.pid)));
    for (let i = 0; i < 50; i++) {
      const report = correlate(captureLive(subject.pid, 'layout'));
      expect(
        report.modules.some(({ image }) => image.status === 'read' && image.elf.buildId === 'bad0'),
      ).toBe(false);
    }
    swap.kill('SIGKILL');
    for (const answer of answers) {
      if (!('modules' in answer)) throw new Error(answer.message);
      expect(answer.modules.some(({ buildId }) => buildId === 'bad0')).toBe(false);
    }
    renameSync(spare, path);
    proc.close();
  });
});
