/**
 * Numbers the distinct files of a process's mappings. Two VMAs show the same file when device, inode and
 * name agree: a file replaced while mapped keeps its name but has another inode.
 */
export class FileTable {
  readonly files: { readonly name: string; readonly device: string | null; readonly inode: string | null }[] =
    [];
  readonly #indices = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /**
   * The one copy of a name. A slice of the text that it was read from would keep the whole text alive (V8 sliced
   * strings), and many mappings have equal names.
   */
  intern(name: string): string {
    if (name === '') return name;
    let own = this.#names.get(name);
    if (own === undefined) {
      own = ` ${name}`.slice(1);
      this.#names.set(own, own);
    }
    return own;
  }

  /** Index of the file mapped by this entry; null where none is (inode 0, a bracket name, or no name). */
  indexOf(entry: { name: string; device: string | null; inode: string | null }): number | null {
    const { name, device, inode } = entry;
    if (inode === '0' || name === '' || !name.startsWith('/')) return null;
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
