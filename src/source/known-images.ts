/** The ELF headers of files that have been read, for the next process that has mapped the same: most share their libraries. */
import type { BigIntStats } from 'node:fs';
import type { Depth } from '../elf/read.ts';
import type { ElfFile } from '../model/elf.ts';

/** Machines have a few thousand libraries, with some 30 sections each; where more are met, those known are forgotten. */
const MOST = 4096;
const MOST_HEADERS = 500_000;
const MOST_SLOTS = 1_000_000;

/** A file as it was when it was opened, and what was read of it. */
interface Known extends Pick<BigIntStats, 'dev' | 'size' | 'mtimeNs' | 'ctimeNs'> {
  readonly depth: Depth;
  readonly elf: ElfFile;
}

export class KnownImages {
  readonly #byInode = new Map<bigint, Known[]>();
  #images = 0;
  #headers = 0;
  #slots = 0;

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
    this.#headers += elf.sections.length + elf.programHeaders.length;
    this.#slots += elf.slots?.length ?? 0;
    if (this.#images > MOST || this.#headers > MOST_HEADERS || this.#slots > MOST_SLOTS) {
      this.#byInode.clear();
      this.#images = 0;
      this.#headers = 0;
      this.#slots = 0;
    }
    const others = this.#byInode.get(inode);
    if (others) others.push(file);
    else this.#byInode.set(inode, [file]);
    return elf;
  }
}
