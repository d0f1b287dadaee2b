/** The ELF headers of files that have been read, for the next process that has mapped the same: most share their libraries. */
import type { BigIntStats } from 'node:fs';
import type { Depth } from '../elf/read.ts';
import type { ElfFile } from '../model/elf.ts';
import { HeaderBudget } from './read-image.ts';

/** Machines have a few thousand libraries; where more are met, or more than a process may hold, those known are forgotten. */
const MOST = 4096;

/** A file as it was when it was opened, and what was read of it. */
interface Known extends Pick<BigIntStats, 'dev' | 'size' | 'mtimeNs' | 'ctimeNs'> {
  readonly depth: Depth;
  readonly elf: ElfFile;
}

export class KnownImages {
  /** Are they for several processes, of which one must not tell what another has mapped? */
  readonly isShared: boolean;
  readonly #byInode = new Map<bigint, Known[]>();
  #images = 0;
  #budget = new HeaderBudget();

  constructor(isShared: boolean) {
    this.isShared = isShared;
  }

  /** The headers of a file as it was when it was opened: as known, or as `read` finds them. */
  get(stats: BigIntStats, depth: Depth, read: () => ElfFile): ElfFile {
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    const known = this.#byInode
      .get(ino)
      ?.find(
        file =>
          file.dev === dev &&
          file.size === size &&
          file.mtimeNs === mtimeNs &&
          file.ctimeNs === ctimeNs &&
          file.depth === depth,
      );
    return known?.elf ?? this.#add(ino, { dev, size, mtimeNs, ctimeNs, depth, elf: read() });
  }

  #add(inode: bigint, file: Known): ElfFile {
    const { elf } = file;
    this.#images++;
    this.#budget.take(elf);
    if (this.#images > MOST || this.#budget.isUsedUp) {
      this.#byInode.clear();
      this.#images = 1;
      this.#budget = new HeaderBudget();
      this.#budget.take(elf);
    }
    const others = this.#byInode.get(inode);
    if (others) others.push(file);
    else this.#byInode.set(inode, [file]);
    return elf;
  }
}
