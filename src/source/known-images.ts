/** ELF headers that have been read, for the next process that has mapped the same file: most share their libraries. */
import type { BigIntStats } from 'node:fs';
import type { Depth } from '../elf/read.ts';
import type { ElfFile } from '../model/elf.ts';

/** Machines have a few thousand libraries, with some 30 sections each; where more are met, those known are forgotten. */
const MOST = 4096;
const MOST_HEADERS = 500_000;

export class KnownImages {
  readonly #images = new Map<string, ElfFile>();
  #headers = 0;

  /** The headers of a file as it was when it was opened: as known, or as `read` finds them. */
  get(stats: BigIntStats, depth: Depth, read: () => ElfFile): ElfFile {
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    const key = [dev, ino, size, mtimeNs, ctimeNs, depth].join(' ');
    let elf = this.#images.get(key);
    if (elf) return elf;
    elf = read();
    this.#headers += elf.sections.length + elf.programHeaders.length;
    if (this.#images.size >= MOST || this.#headers > MOST_HEADERS) {
      this.#images.clear();
      this.#headers = 0;
    }
    this.#images.set(key, elf);
    return elf;
  }
}
