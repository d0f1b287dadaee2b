/**
 * Opens paths as the target sees them. maps prints resolved paths, so on the way no symbolic link is followed: in a
 * container an absolute link would otherwise be resolved in the reader's own root.
 */
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { O_PATH } from './open-regular.ts';
import type { ProcDirectory } from './proc-directory.ts';

export class TargetRoot {
  readonly #proc: ProcDirectory;
  #shared: boolean | null = null;

  constructor(proc: ProcDirectory) {
    this.#proc = proc;
  }

  /** An O_PATH descriptor of what lies at an absolute path of the target; null where nothing can be reached. */
  openPath(path: string): number | null {
    if (!path.startsWith('/')) return null;
    const bytes = Buffer.from(path, 'latin1');
    try {
      if (this.#sharesRoot()) return openSync(bytes, O_PATH | constants.O_NOFOLLOW);
      return this.#walk(path) ?? openAbsolute(bytes, this.#proc);
    } catch {
      return null;
    }
  }

  /** Same mount namespace and same root as ours: then paths mean the same. */
  #sharesRoot(): boolean {
    this.#shared ??=
      this.#proc.link('root') === '/' &&
      this.#proc.link('ns/mnt') === readlinkSync('/proc/self/ns/mnt', 'latin1');
    return this.#shared;
  }

  #walk(path: string): number | null {
    let at = openSync(this.#proc.path('root'), O_PATH | constants.O_DIRECTORY);
    for (const name of path.split('/')) {
      if (name === '') continue;
      const below = at;
      try {
        at = openSync(Buffer.from(`/proc/self/fd/${below}/${name}`, 'latin1'), O_PATH | constants.O_NOFOLLOW);
      } catch {
        return null;
      } finally {
        closeSync(below);
      }
    }
    return at;
  }
}

/** A chrooted target's paths are printed relative to the reader's root: then they need no prefix. */
function openAbsolute(path: Buffer, proc: ProcDirectory): number | null {
  if (proc.link('ns/mnt') !== readlinkSync('/proc/self/ns/mnt', 'latin1')) return null;
  return openSync(path, O_PATH | constants.O_NOFOLLOW);
}
