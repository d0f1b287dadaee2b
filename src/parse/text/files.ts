import { isFileName } from '../pmap/names.ts';
import type { TextFile } from './types.ts';

/**
 * Numbers the distinct files of a listing, like FileTable, except that a base name counts as well: many
 * forms print nothing else. Where device and inode are not told, equal names are taken for one file.
 */
export class ListedFiles {
  readonly files: TextFile[] = [];
  readonly #indices = new Map<string, number>();

  /** Index of the file that a row shows; null where it shows none. */
  indexOf(row: TextFile): number | null {
    const { name, device, inode } = row;
    if (inode === '0' || !isFileName(name)) return null;
    const key = `${device} ${inode} ${name}`;
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.files.push({ name, device, inode }) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }
}
