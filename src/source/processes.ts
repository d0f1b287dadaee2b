/** Which processes there are, as far as /proc shows them. */
import { readdirSync } from 'node:fs';
import { ownPid } from './own-proc.ts';
import { ProcDirectory } from './proc-directory.ts';

export interface ListedProcess {
  readonly pid: number;
  /** comm, at most 15 bytes (proc_pid_comm(5)); '' where it cannot be read. */
  readonly name: string;
  /** Of the executable; null where it may not be read, and for kernel threads. */
  readonly executable: string | null;
  /** Has it memory of its own? Kernel threads and zombies have not. */
  readonly hasMemory: boolean;
}

/** All processes but this one, by PID. */
export function listProcesses(): ListedProcess[] {
  const self = ownPid();
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => pid !== self)
    .sort((a, b) => a - b);
  return pids.flatMap(pid => {
    try {
      const proc = new ProcDirectory(pid);
      const name = proc.small('comm')?.toString('latin1').trimEnd() ?? '';
      const executable = proc.link('exe');
      const hasMemory =
        executable !== null || /^VmSize:/m.test(proc.small('status')?.toString('latin1') ?? '');
      proc.close();
      return [{ pid, name, executable, hasMemory }];
    } catch {
      return [];
    }
  });
}
