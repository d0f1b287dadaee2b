/** What a process has started, and what that has started: a wrapper's program does not end with the wrapper. */
import { readdirSync, readFileSync } from 'node:fs';

/** Told apart from a later process of the same PID by when it was started (proc_pid_stat(5), in ticks after boot). */
export interface Descendant {
  readonly pid: number;
  readonly started: string;
}

/** All of them as far as /proc shows them; what left its parents behind (a daemon) is not among them. */
export function descendantsOf(ancestor: number): Descendant[] {
  const children = new Map<number, Descendant[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (!stat) continue;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(stat);
    else children.set(stat.parent, [stat]);
  }
  const found: Descendant[] = [];
  for (let pids = [ancestor]; pids.length > 0; ) {
    const next = pids.flatMap(pid => children.get(pid) ?? []);
    // A reading that was overtaken by a new process of an old PID must not go in circles.
    for (const pid of pids) children.delete(pid);
    found.push(...next);
    pids = next.map(({ pid }) => pid);
  }
  return found;
}

/** Is it still the same process, and has it not ended yet? */
export function isRunning({ pid, started }: Descendant): boolean {
  const now = statOf(pid);
  return now?.started === started && now.state !== 'Z';
}

/** Sends a signal, if it is still the same process. */
export function signalDescendant(descendant: Descendant, signal: NodeJS.Signals): void {
  if (!isRunning(descendant)) return;
  const { pid } = descendant;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile, or has become another user's.
  }
}

interface Stat extends Descendant {
  readonly state: string;
  readonly parent: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Its name may have any characters, closing parentheses among them.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0]!, parent: Number(fields[1]), started: fields[19] ?? '' };
  } catch {
    return null;
  }
}
