/** Whether /proc speaks of this process's own PID namespace: else our PIDs, and those of our children, are others' there. */
import { readlinkSync } from 'node:fs';
import { TargetError } from './errors.ts';

/** The PID of this process as /proc has it; null where it has none. */
export function ownPid(): number | null {
  try {
    return Number(readlinkSync('/proc/self'));
  } catch {
    return null;
  }
}

/** @throws TargetError 'unusable' where our PIDs mean nothing, or others, in /proc. */
export function requireOwnProc(): void {
  const pid = ownPid();
  if (pid === process.pid) return;
  throw new TargetError(
    'unusable',
    pid === null
      ? '/proc is not mounted, or not for this PID namespace'
      : '/proc is that of another PID namespace',
    'mount the right one (mount -t proc proc /proc)',
  );
}
