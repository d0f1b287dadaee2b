/** Reads the ELF headers of the files that a process has mapped. */
import { MalformedElf, NotElf } from '../elf/header.ts';
import { type Depth, readElf } from '../elf/read.ts';
import type { ImageState, MappedFile } from '../model/capture.ts';
import { errnoOf } from './errors.ts';
import type { ImageRequest } from './evidence.ts';
import { MappedFileOpener, type Opened } from './open-mapped.ts';
import type { ProcDirectory } from './proc-directory.ts';

const DELETED = ' (deleted)';

export class LiveImages {
  readonly #opener: MappedFileOpener;
  readonly #depth: Depth;

  constructor(proc: ProcDirectory, depth: Depth) {
    this.#opener = new MappedFileOpener(proc);
    this.#depth = depth;
  }

  /** Reads one file; of the executable always everything. */
  read({ name, first, wanted, executable }: ImageRequest): Omit<MappedFile, 'device' | 'inode'> {
    const target = { name, inode: first.inode ?? '', start: first.start, end: first.end };
    const deleted = name.endsWith(DELETED) && !this.#opener.isLiteral(target);
    const path = deleted ? name.slice(0, -DELETED.length) : name;
    if (!wanted || (name.startsWith('/dev/') && !name.startsWith('/dev/shm/')))
      return { path, deleted, image: unavailable('not-looked-for', 'it is not mapped as an image is') };
    const depth = executable ? 'full' : this.#depth;
    return { path, deleted, image: readImage(this.#opener.open(target, path, deleted), depth) };
  }
}

function readImage(opened: Opened, depth: Depth): ImageState {
  if (!opened.ok) return unavailable(opened.reason, opened.message);
  try {
    const elf = readElf(opened.bytes, depth);
    return { status: 'read', candidates: [{ elf, identity: opened.identity, path: opened.path }] };
  } catch (error) {
    if (error instanceof NotElf) return { status: 'not-elf' };
    if (error instanceof MalformedElf) return unavailable('malformed', error.message);
    return unavailable('error', `it cannot be read (${errnoOf(error) || String(error)})`);
  } finally {
    opened.close();
  }
}

const unavailable = (
  reason: (ImageState & { status: 'unavailable' })['reason'],
  message: string,
): ImageState => ({ status: 'unavailable', reason, message });
