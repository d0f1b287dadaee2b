import { keyOf } from '../model/text.ts';

/** A file as its mappings show it. */
export interface ShownFile {
  readonly name: string;
  readonly device: string | null;
  readonly inode: string | null;
}

/**
 * Numbers the distinct files of a process's mappings. Two VMAs show the same file when device, inode and
 * name agree: a file replaced while mapped keeps its name but has another inode. Where device and inode are not told,
 * equal names are taken for one file.
 */
export class FileNumbers {
  readonly files: ShownFile[] = [];
  readonly #indices = new Map<string, number>();

  /** Its index among `files`. */
  numberOf({ name, device, inode }: ShownFile): number {
    const key = `${device} ${inode} ${keyOf(name)}`;
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.files.push({ name, device, inode }) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }
}
