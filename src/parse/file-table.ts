import { ownText } from '../model/text.ts';
import { type MapsTail, parseMapsTail } from './maps.ts';

/**
 * Numbers the distinct files of a process's mappings. Two VMAs show the same file when device, inode and
 * name agree: a file replaced while mapped keeps its name but has another inode.
 */
export class FileTable {
  readonly files: { readonly name: string; readonly device: string | null; readonly inode: string | null }[] =
    [];
  readonly #indices = new Map<string, number>();
  readonly #tails = new Map<string, MapsTail & { readonly file: number | null }>();

  /**
   * The end of a maps line, from the device on, with the index of the file that is mapped there; null for `file` where none
   * is (inode 0, a bracket name, or no name), and for all where it is malformed. Most are met again and again.
   */
  tail(text: string): (MapsTail & { readonly file: number | null }) | null {
    const known = this.#tails.get(text);
    if (known) return known;
    const own = ownText(text);
    const parsed = parseMapsTail(own);
    if (!parsed) return null;
    const tail = { ...parsed, file: this.#indexOf(parsed) };
    this.#tails.set(own, tail);
    return tail;
  }

  #indexOf({ name, device, inode }: MapsTail): number | null {
    if (inode === '0' || !name.startsWith('/')) return null;
    const key = `${device} ${inode} ${name}`;
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.files.length;
      this.files.push({ name, device, inode });
      this.#indices.set(key, index);
    }
    return index;
  }
}
