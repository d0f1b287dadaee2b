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
  /** The first file of each name. */
  readonly #first = new Map<string, number>();
  /** The others, by that, device and inode. */
  readonly #others = new Map<string, number>();

  /** Its index among `files`. */
  numberOf(file: ShownFile): number {
    const name = keyOf(file.name);
    const first = this.#first.get(name);
    if (first === undefined) return this.#add(file, this.#first, name);
    const { device, inode } = this.files[first]!;
    if (file.device === device && file.inode === inode) return first;
    const other = `${first} ${file.device} ${file.inode}`;
    return this.#others.get(other) ?? this.#add(file, this.#others, other);
  }

  #add({ name, device, inode }: ShownFile, indices: Map<string, number>, key: string): number {
    const index = this.files.push({ name, device, inode }) - 1;
    indices.set(key, index);
    return index;
  }
}
