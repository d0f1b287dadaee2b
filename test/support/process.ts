/**
 * Starts subjects and talks to them. A subject prints `ready` when its situation is set up and ends when its
 * standard input closes, so tests wait for events only, and even a killed worker leaves nothing behind.
 */
import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Subject = {
  readonly pid: number;
  /** The first line of output: `ready`, perhaps with more behind it. */
  readonly readyLine: string;
  /** Sends a line and resolves with the next line of output. */
  send(line: string): Promise<string>;
  /** Rewrites the byte at a run-time address with its own value: did that fault? */
  probe(address: bigint): Promise<'writable' | 'faulted'>;
  /** Closes standard input and resolves with the exit status, null after a signal. */
  finish(): Promise<number | null>;
  /** Kills it, whatever it is doing, and resolves when it has been reaped. */
  stop(): Promise<void>;
};

export type StartOptions = Pick<SpawnOptions, 'argv0' | 'cwd' | 'env' | 'gid' | 'uid'>;

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts any program that prints a line beginning with `ready`, and waits for that line. */
export async function start(
  path: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Subject> {
  const child = spawn(path, args, { ...options, stdio: 'pipe' });
  running.add(child);
  const ended = new Promise<number | null>(resolve => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  void ended.then(() => running.delete(child));
  child.stdin.on('error', () => {}); // writing to a subject that has ended: its missing answer says so
  const nextLine = lineReader(path, child);

  const finish = (): Promise<number | null> => {
    child.stdin.end();
    return ended;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const send = (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    return nextLine();
  };
  const probe = async (address: bigint): Promise<'writable' | 'faulted'> => {
    const hex = `0x${address.toString(16)}`;
    const answer = await send(`probe ${hex}`);
    if (answer === `${hex} writable`) return 'writable';
    if (answer === `${hex} faulted`) return 'faulted';
    throw new Error(`${path}: unexpected answer to a probe: ${answer}`);
  };

  const readyLine = await nextLine();
  if (!/^ready\b/.test(readyLine) || child.pid === undefined) {
    await stop();
    throw new Error(`${path}: expected ready, got ${readyLine}`);
  }
  return { pid: child.pid, readyLine, send, probe, finish, stop };
}

/** Stops whatever a test left running: for `afterAll` or `afterEach`. */
export async function stopAll(): Promise<void> {
  const exits = [...running].map(child => new Promise(resolve => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(exits);
}

/** A function that resolves with the next line of output, and rejects when there will be none. */
function lineReader(path: string, child: ChildProcessWithoutNullStreams): () => Promise<string> {
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.once('error', error => {
    errors += error.message;
  });
  const closed = new Promise(resolve => child.once('close', resolve)); // standard error is complete then
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (!done) return value;
    await closed;
    throw new Error(`${path} ended: ${errors.trim() || 'without a word'}`);
  };
}
