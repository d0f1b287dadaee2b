/** Reads the ELF headers of the files that a process has mapped. */
import { isElf } from '../elf/header.ts';
import { type Depth, readElf } from '../elf/read.ts';
import { DELETED, type ImageState, isDevice, type MappedFile, withoutDeleted } from '../model/capture.ts';
import { type ElfFile, hasDynamic } from '../model/elf.ts';
import type { ImageRequest } from './evidence.ts';
import type { KnownImages } from './known-images.ts';
import { MappedFileOpener, type Wanted } from './open-mapped.ts';
import type { ProcDirectory } from './proc-directory.ts';
import { HeaderBudget, readImage, unavailable } from './read-image.ts';
import type { Recorder } from './recorder.ts';

/** ld.so of glibc by the name that programs ask for, on every machine (its sysdeps/ and shlib-versions). */
const GLIBC_LOADER = /\/ld(64|-linux[\w-]*)?\.so\.\d$/;

/** Text relocations change no mapping that its ld.so makes, so that the others' dynamic tables need no reading. */
const isLoadedByGlibc = (image: ImageState): boolean =>
  image.status === 'read' && GLIBC_LOADER.test(image.candidates[0]?.elf.interpreter ?? '');

export class LiveImages {
  readonly #opener: MappedFileOpener;
  /** Of all files but the executable. */
  #depth: Depth;
  readonly #recorder: Recorder | null;
  readonly #budget = new HeaderBudget();

  readonly #known: KnownImages;

  /** `trusts`: see MappedFileOpener. */
  constructor(
    proc: ProcDirectory,
    depth: Depth,
    known: KnownImages,
    recorder: Recorder | null,
    trusts: boolean,
  ) {
    // What is found must hold for other processes as well.
    this.#opener = new MappedFileOpener(proc, trusts && !known.isShared);
    this.#depth = depth;
    this.#known = known;
    this.#recorder = recorder;
  }

  /** Reads one file; of the executable, which is the first, always the dynamic table too. */
  read(request: ImageRequest): Omit<MappedFile, 'device' | 'inode'> {
    const { first, wanted, executable } = request;
    const printed = {
      name: request.name,
      inode: first.inode ?? '',
      device: first.device,
      start: first.start,
      end: first.end,
    };
    const name = this.#opener.nameOf(printed);
    const target = { ...printed, name };
    const deleted = name.endsWith(DELETED) && !this.#opener.isLiteral(target);
    const path = deleted ? withoutDeleted(name) : name;
    // A device is never opened.
    const image =
      wanted && !isDevice(name)
        ? this.#open(target, path, deleted, executable && !hasDynamic(this.#depth) ? 'dynamic' : this.#depth)
        : unavailable('not-looked-for', 'it is not mapped as an image is');
    if (executable && this.#depth === 'layout' && isLoadedByGlibc(image)) this.#depth = 'headers';
    const file = { path, deleted, image };
    this.#recorder?.image(request, file);
    return file;
  }

  #open(target: Wanted, path: string, deleted: boolean, depth: Depth): ImageState {
    const opened = this.#opener.open(target, path, deleted);
    if (!opened.ok) return unavailable(opened.reason, opened.message);
    try {
      const { stats } = opened;
      if (Number(stats.size) === 0)
        return unavailable('mismatch', 'it is empty now: it was truncated after it had been mapped');
      const recorder = this.#recorder;
      const metered = this.#budget.metered(opened.bytes);
      const bytes = recorder ? recorder.watch(metered) : metered;
      const readIt = (): ElfFile => readElf(bytes, depth);
      const read = (): ElfFile => (recorder ? readIt() : this.#known.get(stats, depth, readIt));
      // Half of what a small process has mapped is data; an error for each takes longer than looking before.
      return readImage(() => (isElf(bytes) ? read() : null), opened.path, 'inode', this.#budget);
    } finally {
      opened.close();
    }
  }
}
