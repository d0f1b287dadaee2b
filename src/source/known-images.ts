/** ELF headers that have been read, for the next process that has mapped the same file: most share their libraries. */
import type { BigIntStats } from 'node:fs';
import type { Depth } from '../elf/read.ts';
import type { ElfFile } from '../model/elf.ts';

/** Machines have a few thousand libraries; where more are met, those known are forgotten. */
const MOST = 4096;

export class KnownImages {
  readonly #images = new Map<string, ElfFile>();

  /** The headers of a file as it was when it was opened: as known, or as `read` finds them. */
  get(stats: BigIntStats, depth: Depth, read: () => ElfFile): ElfFile {
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    const key = [dev, ino, size, mtimeNs, ctimeNs, depth].join(' ');
    let elf = this.#images.get(key);
    if (elf) return elf;
    elf = read();
    if (this.#images.size >= MOST) this.#images.clear();
    this.#images.set(key, elf);
    return elf;
  }
}
