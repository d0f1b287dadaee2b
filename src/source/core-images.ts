/**
 * The images of the files that a dumped process had mapped. Their first pages, where the core has them, hold the
 * build ID, which verifies a file that is found; and the program headers, which place the module when none is found.
 */
import type { CoreMapping } from '../elf/core-mappings.ts';
import type { CoreMemory } from '../elf/core-memory.ts';
import type { Depth } from '../elf/read.ts';
import type { MappedFile, Note } from '../model/capture.ts';
import type { ElfFile } from '../model/elf.ts';
import type { BinaryOptions } from './find-binary.ts';
import { ImageSearch } from './find-images.ts';

export interface CoreImages {
  readonly files: readonly MappedFile[];
  /** Index into `files` by name, as mapped. */
  readonly indexOf: ReadonlyMap<string, number>;
  readonly notes: readonly Note[];
}

/** @param executable name of the program's file, which is read in full. */
export function coreImages(
  mappings: readonly CoreMapping[],
  memory: CoreMemory,
  executable: string | null,
  corePath: string | null,
  options: BinaryOptions & { readonly depth: Depth },
): CoreImages {
  const headers = new Map<string, ElfFile | null>();
  for (const { name, offset, start } of mappings) {
    if (!name.startsWith('/')) continue;
    const known = headers.get(name) ?? null;
    headers.set(name, known ?? (offset === 0n ? memory.headersAt(start) : null));
  }
  const names = [...headers.keys()];
  const search = new ImageSearch(options);
  const found = search.imagesFor(
    names.map(name => ({
      name,
      device: null,
      inode: null,
      buildId: headers.get(name)?.buildId ?? null,
      isCode: headers.get(name) !== null,
      depth: name === executable ? 'full' : options.depth,
    })),
  );
  const files = found.files.map((file, i) => orFromMemory(file, headers.get(names[i]!) ?? null, corePath));
  return {
    files,
    indexOf: new Map(names.map((name, i) => [name, i])),
    notes: [...found.notes, ...search.unusedNotes(), ...fromMemoryNotes(found.files, files)],
  };
}

/**
 * Takes the headers from memory for a file that was not found; one that the user named and that is another build
 * stays refused. Headers in memory are the mapped file's own, so a build ID among them is the image's for certain.
 */
function orFromMemory(file: MappedFile, headers: ElfFile | null, corePath: string | null): MappedFile {
  const { image } = file;
  if (!headers || image.status !== 'unavailable' || image.reason === 'mismatch') return file;
  const identity = headers.buildId === null ? 'path-only' : 'build-id';
  const path = corePath ?? 'the core file';
  return { ...file, image: { status: 'read', candidates: [{ elf: headers, path, identity }] } };
}

/** A process may have mapped thousands. */
const MOST_NAMED = 50;

const fewOf = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;

/** Files that are missing for one reason share a note. */
function fromMemoryNotes(found: readonly MappedFile[], files: readonly MappedFile[]): Note[] {
  const paths = new Map<string, string[]>();
  found.forEach(({ path, image }, i) => {
    if (image.status !== 'unavailable' || files[i]!.image.status !== 'read') return;
    const alike = paths.get(image.message);
    if (alike) alike.push(path);
    else paths.set(image.message, [path]);
  });
  return [...paths].map(([reason, names]) => ({
    code: 'image-from-memory',
    message: `${fewOf(names)}: ${reason}; the program headers are read from the core's memory: segments are known, but of the sections only those that they name`,
  }));
}
