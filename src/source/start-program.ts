/**
 * Starts a program, to look at it as soon as its loader has handed over: libraries mapped, relocated, RELRO applied.
 * Nothing tells that moment without ptrace, so it is recognised from /proc, looked at every few milliseconds:
 *
 *   - it waits in a system call whose program counter lies outside the interpreter (/proc/PID/syscall), or
 *   - it has run for a while, and its mappings have stayed the same (a program that computes and never waits)
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { oneCharAByte } from '../model/latin1.ts';
import { auxvWordSize, parseAuxv } from '../parse/auxv.ts';
import { SmapsParser } from '../parse/smaps.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import { descendantsOf, isRunning, signalDescendant } from './descendants.ts';
import { errnoOf, TargetError } from './errors.ts';
import { requireOwnProc } from './own-proc.ts';
import { ProcDirectory } from './proc-directory.ts';

/** Time between two looks, in milliseconds. */
const INTERVAL = 3;
/** Looks that must show the same mappings of a program that never waits. */
const SAME_LOOKS = 60;
/** Without an answer for so long, in milliseconds, the program is taken as it is. */
const LONGEST_WAIT = 10_000;
/** How long a program has to end after SIGTERM, in milliseconds. */
const GRACE = 2000;

export interface StartedProgram {
  readonly pid: number;
  /** Ends it and what it has started: SIGTERM, and SIGKILL if that does not help. @throws TargetError where it has ended by itself, or will not end. */
  end(): Promise<void>;
  /** Lets it run on. */
  release(): void;
}

/**
 * Starts `words` and waits until its loader has handed over. Standard input is passed on; its output goes to
 * `outputFd`, so that standard output carries the report alone.
 * @throws TargetError 'missing' where there is no such program, or it ended too soon.
 */
export async function startProgram(words: readonly string[], outputFd: 1 | 2): Promise<StartedProgram> {
  requireOwnProc();
  let child: ChildProcess | null = null;
  // Before there is anything to leave behind: a signal that comes meanwhile is heeded when the program has been started.
  const forward = (signal: NodeJS.Signals): void => {
    child?.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const forwardNoMore = (): void => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
  try {
    child = spawned(words, { stdio: [0, outputFd, 2] });
    await hasStarted(child);
    // What becomes another user's cannot be sent signals: that is told where it is ended.
    child.on('error', () => {});
  } catch (error) {
    forwardNoMore();
    throw cannotStart(oneCharAByte(words[0]!), error);
  }
  return whenHandedOver(child, oneCharAByte(words[0]!), forwardNoMore);
}

/** Waits until the loader of a program that runs has handed over. */
async function whenHandedOver(
  child: ChildProcess,
  file: string,
  forwardNoMore: () => void,
): Promise<StartedProgram> {
  const exited = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
  });
  const pid = child.pid!;
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const release = (): void => {
    forwardNoMore();
    child.unref();
  };
  const mayBeOver = async (): Promise<void> => {
    if (lookAt(pid) === null) await Promise.race([exited, after(GRACE)]);
    if (!isOver()) return;
    release();
    throw endedTooSoon(file, child);
  };
  await Promise.race([exited, untilHandedOver(pid)]);
  await mayBeOver();
  return {
    pid,
    release,
    async end() {
      await mayBeOver();
      const descendants = descendantsOf(pid);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        child.kill(signal);
        for (const one of descendants) signalDescendant(one, signal);
        await Promise.race([exited, after(GRACE)]);
        if (isOver()) break;
      }
      // What does not end would keep standard output open.
      for (let waited = 0; waited < GRACE && descendants.some(isRunning); waited += INTERVAL)
        await new Promise(resolve => setTimeout(resolve, INTERVAL));
      for (const one of descendants) signalDescendant(one, 'SIGKILL');
      release();
      if (!isOver())
        throw new TargetError(
          'permission',
          `${file} (PID ${pid}): cannot be ended and runs on`,
          'end it as its own user or as root',
        );
    },
  };
}

/** Never keeps this process from ending. */
const after = (milliseconds: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, milliseconds).unref();
  });

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function spawned(words: readonly string[], options: SpawnOptions): ChildProcess {
  const [file, ...args] = words;
  // The bundle has a stand-in for node:child_process, which commander would load at every start.
  return process.getBuiltinModule('node:child_process').spawn(file!, args, options);
}

const hasStarted = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

function cannotStart(file: string, error: unknown): TargetError {
  const errno = errnoOf(error);
  if (errno === 'ENOENT' || file === '')
    return new TargetError(
      'missing',
      `${file || "''"}: there is no such program`,
      'a path or a name in PATH follows --',
      error,
    );
  if (errno === 'EACCES') return new TargetError('permission', `${file}: may not be executed`, null, error);
  return new TargetError('unusable', `${file}: cannot be started (${errno || String(error)})`, null, error);
}

function endedTooSoon(file: string, child: ChildProcess): TargetError {
  const how = child.signalCode === null ? `with exit code ${child.exitCode}` : `by ${child.signalCode}`;
  return new TargetError(
    'missing',
    `${file}: it ended ${how} before it could be captured`,
    'give it something to wait for (input, a server to be), or check the file itself: vmaexplain check FILE',
  );
}

async function untilHandedOver(pid: number): Promise<void> {
  let last = '';
  let same = 0;
  for (const start = Date.now(); Date.now() - start < LONGEST_WAIT; ) {
    const look = lookAt(pid);
    if (look === null || look.waiting) return;
    same = look.mappings === last ? same + 1 : 0;
    last = look.mappings;
    if (same >= SAME_LOOKS) return;
    await new Promise(resolve => setTimeout(resolve, INTERVAL));
  }
}

interface Look {
  /** Does it wait in a system call that is not the loader's? */
  readonly waiting: boolean;
  readonly mappings: string;
}

/** What cannot be looked at is not waited for: whoever captures it says why. */
const UNSEEN: Look = { waiting: true, mappings: '' };

/** null: it has ended. */
function lookAt(pid: number): Look | null {
  let proc: ProcDirectory;
  try {
    proc = new ProcDirectory(pid);
  } catch {
    return UNSEEN;
  }
  try {
    const mappings = proc.small('maps')?.toString('latin1') ?? null;
    if (mappings === null) return UNSEEN;
    // The main thread may have ended alone.
    if (mappings === '') return proc.threads().length > 1 ? UNSEEN : null;
    const counter = programCounter(proc);
    return { waiting: counter !== null && !inInterpreter(proc, mappings, counter), mappings };
  } finally {
    proc.close();
  }
}

/** Last number of /proc/PID/syscall, which is "running" while the process runs (proc_pid_syscall(5)). */
function programCounter(proc: ProcDirectory): bigint | null {
  const text = proc.small('syscall')?.toString('latin1') ?? '';
  const last = /^-?\d+ .*(0x[0-9a-f]+)\n$/.exec(text)?.[1];
  return last === undefined ? null : BigInt(last);
}

function inInterpreter(proc: ProcDirectory, mappings: string, counter: bigint): boolean {
  const bytes = proc.small('auxv');
  const auxv = bytes && parseAuxv(bytes, auxvWordSize(bytes, LITTLE_ENDIAN), LITTLE_ENDIAN);
  const parser = new SmapsParser();
  parser.feed(mappings);
  parser.finish();
  const fileAt = (address: bigint): string | undefined =>
    parser.vmas.find(vma => vma.start <= address && address < vma.end)?.name;
  const interpreter = auxv?.base ? fileAt(auxv.base) : undefined;
  return interpreter !== undefined && interpreter !== '' && fileAt(counter) === interpreter;
}
