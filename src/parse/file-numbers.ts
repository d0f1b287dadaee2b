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
  /** By name, and where files of one name differ, by device and inode: as keys, names are no copies. */
  readonly #indices = new Map<string, number | Map<string, number>>();

  /** Its index among `files`. */
  numberOf(file: ShownFile): number {
    const key = keyOf(file.name);
    const known = this.#indices.get(key);
    if (known === undefined) {
      this.#indices.set(key, this.files.length);
      return this.#add(file);
    }
    if (typeof known === 'number') {
      const first = this.files[known]!;
      if (identityOf(first) === identityOf(file)) return known;
      this.#indices.set(key, new Map([[identityOf(first), known]]));
      return this.numberOf(file);
    }
    let index = known.get(identityOf(file));
    if (index === undefined) {
      index = this.#add(file);
      known.set(identityOf(file), index);
    }
    return index;
  }

  #add({ name, device, inode }: ShownFile): number {
    return this.files.push({ name, device, inode }) - 1;
  }
}

const identityOf = ({ device, inode }: ShownFile): string => `${device} ${inode}`;
