/**
 * A folder that stands for the root of another machine. Symbolic links in it mean what they meant there, so they are
 * resolved by hand, one component at a time, and never lead out of it:
 *
 *   /sysroot/lib → usr/lib, /sysroot/usr/lib/libx.so → /opt/x/libx.so.1     "/lib/libx.so"
 *                                                     = /sysroot/opt/x/libx.so.1
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { isOutOfFiles, TargetError, tooManyFiles } from './errors.ts';
import { O_PATH } from './open-regular.ts';

/** As many as the kernel follows (path_resolution(7)). */
const MOST_LINKS = 40;
const DEEPEST = 256;

export class Sysroot {
  /** Without a final slash ('' is this machine's own root), one char a byte like all paths of mapped files. */
  readonly folder: string;

  /**
   * @param folder as given on the command line.
   * @throws TargetError 'unusable' where there is no such folder.
   */
  constructor(folder: string) {
    this.folder = Buffer.from(folder).toString('latin1').replace(/\/+$/, '');
    const root = this.open('/');
    if (root === null)
      throw new TargetError(
        'unusable',
        `${this.folder || '/'}: there is no such folder, or it may not be read`,
      );
    closeSync(root);
  }

  /** What a path below this root is called outside. */
  outside(path: string): string {
    return `${this.folder}${path}`;
  }

  /**
   * An O_PATH descriptor of what an absolute path leads to; null where nothing can be reached. The caller closes.
   * @throws TargetError 'unusable' where there are too many open files to tell.
   */
  open(path: string): number | null {
    const open: number[] = [];
    try {
      open.push(openSync(bytesOf(`${this.folder}/`), O_PATH | constants.O_DIRECTORY));
      return this.#walk(path, open);
    } catch (error) {
      if (isOutOfFiles(error)) throw tooManyFiles(error);
      return null;
    } finally {
      for (const fd of open) closeSync(fd);
    }
  }

  /** Names in a folder; [] where it is none. */
  list(path: string): string[] {
    return this.#with(path, [], handle => readdirSync(`/proc/self/fd/${handle}`, 'latin1'));
  }

  /** Device and inode, the same for all names of one file; null where there is nothing. */
  identity(path: string): string | null {
    return this.#with(path, null, handle => {
      const { dev, ino } = fstatSync(handle, { bigint: true });
      return `${dev} ${ino}`;
    });
  }

  #with<T>(path: string, otherwise: T, use: (handle: number) => T): T {
    const handle = this.open(path);
    if (handle === null) return otherwise;
    try {
      return use(handle);
    } catch {
      return otherwise;
    } finally {
      closeSync(handle);
    }
  }

  /** `open` holds the descriptors of the root and of every folder below it on the way; the result is taken out of it. */
  #walk(path: string, open: number[]): number | null {
    let left = path.split('/').reverse();
    let links = 0;
    while (left.length > 0) {
      const name = left.pop()!;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (open.length > 1) closeSync(open.pop()!);
        continue;
      }
      const at = `/proc/self/fd/${open.at(-1)}/${name}`;
      if (open.length > DEEPEST) return null;
      open.push(openSync(bytesOf(at), O_PATH | constants.O_NOFOLLOW));
      if (!fstatSync(open.at(-1)!).isSymbolicLink()) continue;
      closeSync(open.pop()!);
      if (++links > MOST_LINKS) return null;
      const target = readlinkSync(bytesOf(at), 'latin1');
      left = [...left, ...target.split('/').reverse()];
      if (target.startsWith('/')) for (const fd of open.splice(1)) closeSync(fd);
    }
    return open.pop()!;
  }
}

const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');
