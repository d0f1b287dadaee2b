/**
 * Opens the very file that a process has mapped, by identity and never by name alone:
 *
 *   1. /proc/PID/map_files/START-END  is the mapped file itself, also when deleted, replaced or in another mount
 *      namespace; following it needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE
 *   2. /proc/PID/exe                  the same for the executable, without privilege
 *   3. /proc/PID/root + path          accepted only if its inode is the mapping's
 *
 * (proc_pid_map_files(5)). The device is not compared: overlayfs and btrfs show another in maps than in stat.
 * Only regular files are opened: a path is first opened with O_PATH, which neither blocks on a FIFO nor wakes a device.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, statfsSync, statSync } from 'node:fs';
import { throughMaps } from '../parse/maps.ts';
import { errnoOf, isOutOfFiles } from './errors.ts';
import { FileBytes, ReusedMemory } from './file-bytes.ts';
import { O_PATH, type Refusal, type RegularFile, refuse, reopenRegular } from './open-regular.ts';
import type { ProcDirectory } from './proc-directory.ts';
import { TargetRoot } from './target-root.ts';

export interface Wanted {
  /** As maps prints it, ` (deleted)` and all. */
  readonly name: string;
  readonly inode: string;
  /** Major and minor as maps prints them; null: not known. */
  readonly device: string | null;
  readonly start: bigint;
  readonly end: bigint;
}

export type Opened = (RegularFile & { readonly path: string }) | Refusal;

/** One for all: a file is read and closed before the next is opened, of whatever process. */
const MEMORY = new ReusedMemory();
const NOT_REGULAR = refuse('not-regular', 'it is not a regular file');
const OUT_OF_FILES = 'too many files are open (raise `ulimit -n`)';

export class MappedFileOpener {
  readonly #proc: ProcDirectory;
  readonly #root: TargetRoot;
  readonly #isTrusted: boolean;
  #mayFollow = true;

  /**
   * `trusts`: is it a process of our own user? What that can have us open, by having a device mapped in a file's place
   * between two of our calls, it can open itself, unless it is in a container.
   */
  constructor(proc: ProcDirectory, trusts: boolean) {
    this.#proc = proc;
    this.#root = new TargetRoot(proc);
    this.#isTrusted = trusts && this.#root.sharesOurs();
  }

  /**
   * Opens for reading; the caller closes, and has no use any more of what was read of the file before. Never throws for
   * trouble with the file.
   */
  open(wanted: Wanted, path: string, deleted: boolean): Opened {
    MEMORY.free();
    const direct = this.#mayFollow ? this.#openMapFile(wanted) : null;
    if (direct) return direct;
    const exe = this.#openExe(wanted);
    if (exe) return exe;
    try {
      return this.#openPath(wanted, path, deleted);
    } catch (error) {
      if (isOutOfFiles(error)) return refuse('error', OUT_OF_FILES);
      throw error;
    }
  }

  /** The file's own name, where maps leaves open whether it has a newline or the four characters \012. */
  nameOf({ name, start, end }: Wanted): string {
    if (!name.includes('\n')) return name;
    const links = [`map_files/${start.toString(16)}-${end.toString(16)}`, 'exe'];
    return links.map(link => this.#proc.link(link)).find(link => link && throughMaps(link) === name) ?? name;
  }

  /** Does the name, exactly as printed, lead to the mapped file? Tells a file named "x (deleted)" from a deleted one. */
  isLiteral(wanted: Wanted): boolean {
    const fd = this.#root.openPath(wanted.name);
    if (fd === null) return false;
    try {
      return fstatSync(fd, { bigint: true }).ino.toString() === wanted.inode;
    } finally {
      closeSync(fd);
    }
  }

  #openMapFile(wanted: Wanted): Opened | null {
    const name = `map_files/${wanted.start.toString(16)}-${wanted.end.toString(16)}`;
    try {
      const file = this.#openLink(name, wanted);
      // What is mapped there by now may be another file; what is mapped and no regular file is not looked for elsewhere.
      return file.ok || file.reason === 'not-regular' ? file : null;
    } catch (error) {
      if (errnoOf(error) === 'EPERM' || errnoOf(error) === 'EACCES') this.#mayFollow = false;
      return isOutOfFiles(error) ? refuse('error', OUT_OF_FILES) : null;
    }
  }

  #openExe(wanted: Wanted): Opened | null {
    if (this.#proc.link('exe') !== wanted.name) return null;
    try {
      const file = this.#openLink('exe', wanted);
      return file.ok ? file : null;
    } catch {
      return null;
    }
  }

  /**
   * Opens what a link of /proc leads to, if it is the wanted file. Looked at before, because opening may wake a device.
   * @throws system errors where it cannot be followed.
   */
  #openLink(name: string, wanted: Wanted): Opened {
    const path = this.#proc.path(name);
    if (!this.#isTrusted) return this.#openHeld(path, wanted);
    // By way of O_PATH it would be two system calls more for each library.
    const stats = statSync(path, { bigint: true });
    if (!stats.isFile()) return NOT_REGULAR;
    const refusal = objection(stats, wanted);
    if (refusal) return refusal;
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return {
      ok: true,
      bytes: new FileBytes(fd, Number(stats.size), MEMORY),
      stats,
      path: wanted.name,
      close: () => closeSync(fd),
    };
  }

  /** Whatever is mapped in its place meanwhile, what was looked at is what is opened. */
  #openHeld(path: string, wanted: Wanted): Opened {
    const handle = openSync(path, O_PATH);
    try {
      const file = reopenRegular(handle, stats => objection(stats, wanted), MEMORY);
      if (file.ok) return { ...file, path: wanted.name };
      return file.reason === 'not-regular' ? NOT_REGULAR : file;
    } finally {
      closeSync(handle);
    }
  }

  /** A deleted file may have its old name back (a hard link); usually nothing or another file is there. */
  #openPath(wanted: Wanted, path: string, deleted: boolean): Opened {
    const handle = this.#root.openPath(path);
    if (handle === null && this.#proc.link('root') === null)
      return refuse(
        'permission',
        'where its path leads may not be seen (links of /proc/PID need CAP_SYS_PTRACE)',
      );
    if (handle === null)
      return deleted
        ? refuse('deleted', 'it was deleted after it was mapped')
        : refuse('not-found', 'it is not there any more, or its directory may not be searched');
    try {
      const file = reopenRegular(
        handle,
        stats => objection(stats, wanted) ?? deviceObjection(handle, stats, wanted),
        MEMORY,
      );
      return file.ok ? { ...file, path } : file;
    } finally {
      closeSync(handle);
    }
  }
}

/** statfs(2): where stat(2) gives the device that maps prints (btrfs, overlayfs and others have one for each subvolume or layer). */
const TELL_DEVICES: ReadonlySet<number> = new Set([0x01021994, 0xef53, 0x58465342]); // tmpfs, ext4, XFS

/** Inode numbers of file systems in memory repeat: each begins at 1. */
function deviceObjection(handle: number, { dev }: BigIntStats, wanted: Wanted): Refusal | null {
  if (wanted.device === null || printedDevice(dev) === wanted.device) return null;
  return TELL_DEVICES.has(statfsSync(`/proc/self/fd/${handle}`).type)
    ? refuse('replaced', 'another file lies at its path now (the device differs)')
    : null;
}

/** As maps prints it: "00:1b" (makedev(3)). */
function printedDevice(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return [major, minor].map(part => part.toString(16).padStart(2, '0')).join(':');
}

const objection = ({ ino }: BigIntStats, wanted: Wanted): Refusal | null =>
  ino.toString() === wanted.inode
    ? null
    : refuse('replaced', 'another file lies at its path now (the inode differs)');
