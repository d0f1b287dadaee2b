/**
 * Finds the binaries of evidence that came without them (captured text, a core file), in this order:
 *
 *   1. --elf NAME=FILE       NAME is the path as the evidence prints it, or its last part
 *   2. --sysroot DIR         each in turn, links resolved inside it; the first that has the file
 *   3. this machine's files  if asked for
 *
 * A path is looked up as it stands; a base name, which is all that plain pmap prints, in the usual folders, and every
 * file of that name is a candidate.
 */

import { closeSync, constants, openSync } from 'node:fs';
import type { ImageState } from '../model/capture.ts';
import { oneCharAByte } from '../model/latin1.ts';
import { baseName } from '../model/text.ts';
import { errnoOf, isOutOfFiles, tooManyFiles } from './errors.ts';
import { searchDirectories } from './library-directories.ts';
import { O_PATH, type Refusal, type RegularFile, refuse, reopenRegular } from './open-regular.ts';
import { unavailable } from './read-image.ts';
import { Sysroot } from './sysroot.ts';

export interface BinaryOptions {
  /** Folders as given on the command line, in order of search. */
  readonly sysroots: readonly string[];
  /** FILE by NAME, both as given on the command line. */
  readonly elf: ReadonlyMap<string, string>;
  /** May this machine's own files be taken? */
  readonly useHost: boolean;
}

/** A regular file that may be the one looked for; the caller closes it. */
export interface FoundFile extends RegularFile {
  /** One char a byte. */
  readonly path: string;
  readonly place: Place;
}

/** Who says that this is the file: the user by name, a sysroot of the user's, or this machine. */
export type Place = 'given' | 'sysroot' | 'host';

export class BinaryFinder {
  readonly #given: ReadonlyMap<string, string>;
  readonly #roots: readonly { readonly root: Sysroot; readonly place: Place }[];
  readonly #unused: Set<string>;
  readonly #directories = new Map<Sysroot, readonly string[]>();

  /** @throws TargetError 'unusable' where a sysroot does not exist. */
  constructor(options: BinaryOptions) {
    this.#given = new Map([...options.elf].map(([name, file]) => [oneCharAByte(name), file]));
    this.#unused = new Set(this.#given.keys());
    this.#roots = [
      ...options.sysroots.map(folder => ({ root: new Sysroot(folder), place: 'sysroot' as const })),
      ...(options.useHost ? [{ root: new Sysroot('/'), place: 'host' as const }] : []),
    ];
  }

  /**
   * Offers the places that may have the file, one after the other, until `read` can use one: then all files of that
   * name there are its candidates. They are closed after each offer.
   * @param name a path, or a base name; without " (deleted)".
   * @returns what `read` made of it; else the first reason met why not.
   * @throws TargetError 'unusable' where there are too many open files to tell.
   */
  find(name: string, read: (found: readonly FoundFile[]) => ImageState): ImageState {
    const key = [name, baseName(name)].find(known => this.#given.has(known));
    const given = key === undefined ? undefined : this.#given.get(key);
    let trouble: ImageState | null = null;
    for (const offer of given === undefined ? this.#offers(name) : [openGiven(given)]) {
      const found = offer.filter(file => file.ok);
      const refusal = offer.find(file => !file.ok);
      try {
        const state =
          refusal && found.length === 0 ? unavailable(refusal.reason, refusal.message) : read(found);
        if (state.status !== 'unavailable') return state;
        trouble ??= state;
      } finally {
        for (const file of found) file.close();
      }
    }
    return trouble ?? unavailable('not-found', this.#notFound(name));
  }

  /** Says that the evidence has a name. */
  meet(name: string): void {
    for (const known of [name, baseName(name)]) this.#unused.delete(known);
  }

  /** Names for which a file was given, and which the evidence has not. */
  unusedNames(): readonly string[] {
    return [...this.#unused];
  }

  #notFound(name: string): string {
    if (this.#roots.length === 0) return 'no place was named to look for it (--sysroot, --elf)';
    const places = this.#roots.map(({ root, place }) =>
      place === 'host' ? 'this machine' : root.folder || '/',
    );
    const where = name.startsWith('/') ? 'below' : 'in the usual folders of';
    return `there is no such file ${where} ${places.join(' or ')}`;
  }

  *#offers(name: string): Generator<(FoundFile | Refusal)[]> {
    for (const { root, place } of this.#roots) {
      const paths = name.startsWith('/') ? [name] : this.#listed(root).map(folder => `${folder}/${name}`);
      const seen = new Set<string>();
      const offer: (FoundFile | Refusal)[] = [];
      try {
        for (const path of paths) {
          const handle = root.open(path);
          if (handle === null) continue;
          const file = reopenRegular(handle);
          closeSync(handle);
          if (!file.ok) offer.push(file);
          else if (seen.has(identityOf(file))) file.close();
          else {
            seen.add(identityOf(file));
            offer.push({ ...file, path: root.outside(path), place });
          }
        }
      } catch (error) {
        // No descriptor is left: those taken so far are given back.
        for (const file of offer) if (file.ok) file.close();
        throw error;
      }
      if (offer.length > 0) yield offer;
    }
  }

  #listed(root: Sysroot): readonly string[] {
    const known = this.#directories.get(root) ?? searchDirectories(root);
    this.#directories.set(root, known);
    return known;
  }
}

const identityOf = ({ stats }: RegularFile): string => `${stats.dev} ${stats.ino}`;

function openGiven(path: string): (FoundFile | Refusal)[] {
  let handle: number;
  try {
    handle = openSync(path, O_PATH | constants.O_RDONLY);
  } catch (error) {
    if (isOutOfFiles(error)) throw tooManyFiles(error);
    return [
      refuse(
        'not-found',
        `${oneCharAByte(path)}, which was named for it, cannot be opened (${errnoOf(error)})`,
      ),
    ];
  }
  try {
    const file = reopenRegular(handle);
    return [file.ok ? { ...file, path: oneCharAByte(path), place: 'given' } : file];
  } finally {
    closeSync(handle);
  }
}
