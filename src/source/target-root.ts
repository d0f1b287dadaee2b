/**
 * Opens paths as the target sees them. maps prints resolved paths, so on the way no symbolic link is followed: in a
 * container an absolute link would otherwise be resolved in the reader's own root.
 */
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { isOutOfFiles } from './errors.ts';
import { O_PATH } from './open-regular.ts';
import type { ProcDirectory } from './proc-directory.ts';

export class TargetRoot {
  readonly #proc: ProcDirectory;
  #shared: boolean | null = null;

  constructor(proc: ProcDirectory) {
    this.#proc = proc;
  }

  /**
   * An O_PATH descriptor of what lies at an absolute path of the target; null where nothing can be reached. The kernel
   * prints no `.` and `..`; a name that has them (memfd_create(2) takes any) is no path.
   * @throws system errors where no more files can be opened.
   */
  openPath(path: string): number | null {
    if (!path.startsWith('/') || /\/\.\.?(\/|$)/.test(path)) return null;
    try {
      if (this.sharesOurs()) return openSync(Buffer.from(path, 'latin1'), O_PATH | constants.O_NOFOLLOW);
      return this.#openBelowRoot(path) ?? this.#openAbsolute(path);
    } catch (error) {
      if (isOutOfFiles(error)) throw error;
      return null;
    }
  }

  /** Same mount namespace and same root as ours: then paths mean the same. */
  sharesOurs(): boolean {
    this.#shared ??= this.#proc.link('root') === '/' && this.#sharesMounts();
    return this.#shared;
  }

  /**
   * Paths are printed relative to the reader's root, or to that of the target's mount namespace where it is another. Of a
   * chrooted target they begin with the name of its own root.
   */
  #openBelowRoot(path: string): number | null {
    const root = this.#proc.link('root');
    const below =
      root !== null && root !== '/' && path.startsWith(`${root}/`) ? path.slice(root.length) : null;
    const handle = below === null ? null : walk(this.#proc.path('root'), below);
    return handle ?? walk(this.#proc.path('root'), path);
  }

  /** What a chrooted target has mapped from outside its root, in the reader's own mount namespace. */
  #openAbsolute(path: string): number | null {
    return this.#sharesMounts() ? walk('/', path) : null;
  }

  #sharesMounts(): boolean {
    const own = ownMounts();
    return own !== null && this.#proc.link('ns/mnt') === own;
  }
}

/** Our own mount namespace; null where the kernel has none. */
function ownMounts(): string | null {
  try {
    return readlinkSync('/proc/self/ns/mnt', 'latin1');
  } catch {
    return null;
  }
}

/**
 * From a folder to what lies at a path below it, one component at a time. A symbolic link is opened as itself, and nothing
 * lies below one.
 */
function walk(root: string, path: string): number | null {
  let at = openSync(root, O_PATH | constants.O_DIRECTORY);
  for (const name of path.split('/')) {
    if (name === '') continue;
    const below = at;
    try {
      at = openSync(Buffer.from(`/proc/self/fd/${below}/${name}`, 'latin1'), O_PATH | constants.O_NOFOLLOW);
    } catch (error) {
      if (isOutOfFiles(error)) throw error;
      return null;
    } finally {
      closeSync(below);
    }
  }
  return at;
}
