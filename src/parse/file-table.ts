import { LONGEST_KEY, ownText } from '../model/text.ts';
import { FileNumbers } from './file-numbers.ts';
import { type MapsTail, parseMapsTail } from './maps.ts';

/** The files of maps lines. */
export class FileTable extends FileNumbers {
  readonly #tails = new Map<string, MapsTail & { readonly file: number | null }>();

  /**
   * The end of a maps line, from the device on, with the index of the file that is mapped there; null for `file` where none
   * is (inode 0, a bracket name, or no name), and for all where it is malformed. Most are met again and again.
   */
  tail(text: string): (MapsTail & { readonly file: number | null }) | null {
    const known = text.length <= LONGEST_KEY && this.#tails.get(text);
    if (known) return known;
    const own = ownText(text);
    const parsed = parseMapsTail(own);
    if (!parsed) return null;
    const isFile = parsed.inode !== '0' && parsed.name.startsWith('/');
    const tail = { ...parsed, file: isFile ? this.numberOf(parsed) : null };
    if (own.length <= LONGEST_KEY) this.#tails.set(own, tail);
    return tail;
  }
}
