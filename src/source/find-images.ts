/**
 * The images of files that the evidence only names. Each is verified as far as the evidence allows:
 *
 *   build ID told (core file)       the same → 'build-id'; another, or none → refused
 *   inode told (maps, pmap -X)      the same → 'inode'; another → refused if it is this machine's file, for a sysroot's
 *                                   copy it proves nothing
 *   otherwise                       'path-only', and one note says so
 *
 * A file that is refused is 'replaced' if this machine's, 'mismatch' if the user named it or its sysroot.
 */
import { type Depth, readElf } from '../elf/read.ts';
import {
  DELETED,
  type Identity,
  type ImageState,
  type MappedFile,
  type Note,
  withoutDeleted,
} from '../model/capture.ts';
import { DEBUG_FILE, type ElfFile, isDebugFile } from '../model/elf.ts';
import { BinaryFinder, type BinaryOptions, type FoundFile } from './find-binary.ts';
import { KnownImages } from './known-images.ts';
import { HeaderBudget, readImage, unavailable } from './read-image.ts';

/** A mapped file as the evidence tells it. */
export interface NamedFile {
  /** A path or a base name, with " (deleted)" where the kernel appended it. One char a byte. */
  readonly name: string;
  readonly device: string | null;
  readonly inode: string | null;
  /** Lower-case hexadecimal; absent or null where the evidence has none. */
  readonly buildId?: string | null;
  /** Can any of its mappings be an image's (is it mapped privately)? Absent: yes. */
  readonly wanted?: boolean;
  /** Is it for certain mapped as code? */
  readonly isCode?: boolean;
  /** How much of it to read. */
  readonly depth: Depth;
}

/** Names of what the kernel shows like files although no folder has them, and devices. */
const NO_FILE = /^\/(memfd:|SYSV[0-9a-f]{8}|anon_hugepage|secretmem|\[aio\]|dev\/(?!shm\/))|^anon_inode:|^\[/;

/** Finds the images of the processes of one evidence, which share most of their files. */
export class ImageSearch {
  readonly #finder: BinaryFinder;
  readonly #known = new KnownImages(true);
  /** Of all processes together, which may each have files of their own. */
  readonly #total = new HeaderBudget();

  /** @throws TargetError 'unusable' where a sysroot does not exist. */
  constructor(options: BinaryOptions) {
    this.#finder = new BinaryFinder(options);
  }

  /** The images of all files of a process, in their order; trouble with a file is told in its place. */
  imagesFor(files: readonly NamedFile[]): { files: MappedFile[]; notes: Note[] } {
    const budget = new HeaderBudget();
    const read: Read = ({ stats, bytes, path }, depth) => {
      const elf = (): ElfFile => {
        const fresh = readElf(this.#total.metered(budget.metered(bytes)), depth);
        this.#total.take(fresh);
        return fresh;
      };
      const left = this.#total.isUsedUp ? this.#total : budget;
      return readImage(() => this.#known.get(stats, depth, elf), path, 'path-only', left);
    };
    const found = files.map(file => mappedFile(this.#finder, file, read));
    return { files: found, notes: pathOnlyNote(found) };
  }

  /** About names of --elf that no process has had so far. */
  unusedNotes(): Note[] {
    return this.#finder
      .unusedNames()
      .map(name => ({ code: 'elf-unused', message: `--elf ${name}: nothing is mapped by that name` }));
  }
}

type Read = (found: FoundFile, depth: Depth) => ImageState;

function mappedFile(finder: BinaryFinder, file: NamedFile, read: Read): MappedFile {
  const { name, device, inode } = file;
  const deleted = name.endsWith(DELETED) && !isLiteral(finder, file);
  const path = deleted ? withoutDeleted(name) : name;
  finder.meet(path);
  const image =
    file.wanted === false || NO_FILE.test(name)
      ? unavailable('not-looked-for', 'it is not mapped as an image is')
      : finder.find(path, found => readFound(found, file, deleted, read));
  return { path, deleted, device, inode, image };
}

/** Is there a file whose name really ends in " (deleted)"? Only its inode can tell. */
function isLiteral(finder: BinaryFinder, { name, inode }: NamedFile): boolean {
  const state = finder.find(name, found =>
    found.some(({ stats }) => stats.ino.toString() === inode)
      ? { status: 'not-elf' }
      : unavailable('replaced', 'another file'),
  );
  return state.status !== 'unavailable';
}

function readFound(found: readonly FoundFile[], file: NamedFile, deleted: boolean, read: Read): ImageState {
  const states = found.map(candidate => readOne(candidate, file, deleted, read));
  const candidates = states.flatMap(state => (state.status === 'read' ? state.candidates : []));
  if (candidates.length > 0) return { status: 'read', candidates };
  return states.find(({ status }) => status === 'not-elf') ?? states[0]!;
}

function readOne(found: FoundFile, file: NamedFile, deleted: boolean, read: Read): ImageState {
  const state = read(found, file.depth);
  if (state.status === 'not-elf' && !hasInode(found, file)) return notElf(found, file);
  if (state.status !== 'read') return state;
  const [candidate] = state.candidates;
  const identity = identify(found, candidate!.elf, file, deleted);
  if (typeof identity !== 'string') return identity;
  const guess = isGuess(found, file) ? { guessed: true as const } : {};
  return { status: 'read', candidates: [{ ...candidate!, identity, ...guess }] };
}

const hasInode = ({ stats }: FoundFile, { inode }: NamedFile): boolean => stats.ino.toString() === inode;

const isGuess = ({ place }: FoundFile, { name }: NamedFile): boolean =>
  place !== 'given' && !name.includes('/');

/** A file that nothing proves to be the mapped one, and that is no image. */
function notElf(found: FoundFile, file: NamedFile): ImageState {
  // A program that lies in a folder of its own often has a script of the same name in a usual one.
  if (!file.name.includes('/'))
    return unavailable(
      'not-found',
      `a file of this name, ${found.path}, is no ELF file, and there is no other`,
    );
  return file.isCode
    ? unlike(found, `${found.path} is no ELF file, but it is mapped as code`)
    : { status: 'not-elf' };
}

/** This machine's file has been replaced, or this is another machine; what the user named is wrong. */
const unlike = ({ place }: FoundFile, message: string): ImageState =>
  unavailable(place === 'host' ? 'replaced' : 'mismatch', message);

function identify(found: FoundFile, elf: ElfFile, file: NamedFile, deleted: boolean): Identity | ImageState {
  // Its build ID is the image's.
  if (isDebugFile(elf)) return unavailable('malformed', `${found.path}: ${DEBUG_FILE}`);
  if (file.buildId) {
    if (elf.buildId === file.buildId) return 'build-id';
    const other = elf.buildId === null ? 'has no build ID' : `has the build ID ${elf.buildId}`;
    return unlike(found, `the mapped file's build ID is ${file.buildId}, but ${found.path} ${other}`);
  }
  if (hasInode(found, file)) return 'inode';
  if (found.place !== 'host') return 'path-only';
  if (deleted) return unavailable('deleted', 'the file was deleted or replaced after it was mapped');
  if (file.inode === null) return 'path-only';
  return unavailable(
    isGuess(found, file) ? 'not-found' : 'replaced',
    `${found.path} of this machine is another file (its inode is ${found.stats.ino}, the mapped one's ${file.inode}); --sysroot / takes it all the same`,
  );
}

function pathOnlyNote(files: readonly MappedFile[]): Note[] {
  const read = files.flatMap(({ image }) => (image.status === 'read' ? [image.candidates] : []));
  const unproved = read.filter(candidates => candidates.some(({ identity }) => identity === 'path-only'));
  if (unproved.length === 0) return [];
  const message = `found by path alone: ${unproved.length} of ${read.length} binaries; nothing in the evidence proves that they are the files that were mapped`;
  return [{ code: 'path-only', message }];
}
