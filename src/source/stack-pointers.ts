/**
 * Where the threads' stacks are: the stack pointer of each thread that waits in a system call, which proc_pid_syscall(5)
 * gives as the last but one number ("running" otherwise). It needs ptrace access, but neither stops nor delays a thread.
 */
import type { ProcDirectory } from './proc-directory.ts';

/** A few thousand threads are read in milliseconds; more tell nothing new. */
const MOST_THREADS = 4096;

/** In hexadecimal with 0x, in the order of the thread IDs; threads that tell nothing are left out. */
export function readStackPointers(proc: ProcDirectory): string[] {
  const pointers: string[] = [];
  for (const thread of proc.threads().slice(0, MOST_THREADS)) {
    const text = proc.small(`task/${thread}/syscall`)?.toString('latin1');
    // Not permitted for one is not permitted for all.
    if (text === undefined && pointers.length === 0) return [];
    const pointer = text && /(0x[0-9a-f]{1,16}) 0x[0-9a-f]+\n$/.exec(text)?.[1];
    if (pointer && pointer !== '0x0') pointers.push(pointer);
  }
  return pointers;
}
