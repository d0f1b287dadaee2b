/**
 * /proc/PID, opened once: everything is read through the one descriptor, so that a PID that is reused meanwhile
 * gives ESRCH and never another process's data (proc(5)).
 */
import { closeSync, constants, openSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { errnoOf, isOutOfFiles, TargetError, tooManyFiles } from './errors.ts';
import { ExecDetector } from './exec-detector.ts';
import { readSmall, readText } from './read.ts';

const SMALL = 1 << 20;

export class ProcDirectory {
  readonly pid: number;
  readonly #fd: number;
  readonly #base: string;

  /**
   * @throws TargetError 'missing' where there is no such process (or hidepid hides it).
   */
  constructor(pid: number) {
    this.pid = pid;
    try {
      this.#fd = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (error) {
      throw missing(pid, error);
    }
    this.#base = `/proc/self/fd/${this.#fd}`;
  }

  /** A path below the directory, safe against reuse of the PID. */
  path(name: string): string {
    return `${this.#base}/${name}`;
  }

  /** Content of a small file; null where it may not be read or is not there. */
  small(name: string): Buffer | null {
    try {
      return readSmall(this.path(name), SMALL);
    } catch {
      return null;
    }
  }

  link(name: string): string | null {
    try {
      return readlinkSync(this.path(name), 'latin1');
    } catch {
      return null;
    }
  }

  /** Feeds a file's text (latin1). @throws system errors. */
  pieces(name: string, feed: (text: string) => void): void {
    readText(this.path(name), feed);
  }

  addressSpace(): ExecDetector {
    return new ExecDetector(this.path('pagemap'));
  }

  threads(): number[] {
    try {
      return readdirSync(this.path('task')).map(Number);
    } catch {
      return [];
    }
  }

  /** Is the process still there? */
  alive(): boolean {
    try {
      statSync(this.path('stat'));
      return true;
    } catch (error) {
      return errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ESRCH';
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function missing(pid: number, cause: unknown): TargetError {
  if (isOutOfFiles(cause)) return tooManyFiles(cause);
  if (errnoOf(cause) === 'EPERM' || errnoOf(cause) === 'EACCES')
    return new TargetError(
      'permission',
      `process ${pid} may not be read: /proc is mounted with hidepid`,
      'run as its user or as root',
      cause,
    );
  return new TargetError(
    'missing',
    Number.isSafeInteger(pid) ? `no process ${pid}` : 'no such process',
    'it may have ended; `ps -e` lists the processes that you may see (/proc mounted with hidepid hides those of others)',
    cause,
  );
}
