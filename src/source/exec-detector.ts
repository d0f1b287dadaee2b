import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Tells whether a process still has the address space that it has now. execve(2) puts another in its place, which may look
 * the same; of one that is no more, a descriptor opened before reads nothing (kernel fs/proc/task_mmu.c pagemap_read, which
 * takes 8 bytes a page).
 */
export class ExecDetector {
  /** null: this kernel tells nothing, or not to us. */
  readonly #fd: number | null;

  /** @param pagemap path of /proc/PID/pagemap. */
  constructor(pagemap: string) {
    try {
      this.#fd = openSync(pagemap, 'r');
    } catch {
      this.#fd = null;
    }
  }

  /** Has it been given up? false where that is not known. */
  isGone(): boolean {
    try {
      return this.#fd !== null && readSync(this.#fd, new Uint8Array(8), 0, 8, 0) === 0;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
  }
}
