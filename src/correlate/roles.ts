/** Who is who among the mapped files: the executable, its interpreter, and who loads everything else. */

import { type Capture, type MappedFile, READ_IMPLIES_EXEC } from '../model/capture.ts';
import { type ElfFile, isProgram } from '../model/elf.ts';
import type { Loader } from '../model/module.ts';
import { baseName } from '../model/text.ts';
import type { VmaIndex } from './vma-index.ts';

export interface Roles {
  readonly executable: number | null;
  readonly interpreter: number | null;
  /** Who loads everything else. */
  readonly libraryLoader: Loader;
}

/** Told by the auxiliary vector where there is one, else by the files' own headers. */
export function findRoles(capture: Capture, index: VmaIndex): Roles {
  const { auxv, files } = capture;
  const entry = auxv?.entry ? index.at(auxv.entry) : null;
  const executable = entry?.file ?? capture.process.executableFile ?? guessExecutable(files);
  const image = executable === null ? undefined : anyElf(files[executable]!);
  const interpreter = findInterpreter(capture, index, image);
  // Executed directly (`ld.so ./prog`), the interpreter is the executable itself.
  const loader = files[interpreter ?? executable ?? -1];
  const alone = image || loader ? undefined : files.map(anyElf).find(elf => elf !== undefined);
  const libraryLoader = alone ? loaderOfLibrary(alone) : loaderNamed(image?.interpreter ?? '', loader);
  return { executable, interpreter, libraryLoader };
}

/** Who loads a library of which nothing is known but itself: told by the C library that it needs. */
export function loaderOfLibrary(elf: ElfFile): Loader {
  if (elf.sections.some(({ name }) => name === '.note.android.ident')) return 'bionic';
  const needed = elf.dynamic?.needed ?? [];
  return needed.some(name => name === 'libc.so' || name.startsWith('libc.musl-')) ? 'musl' : 'glibc';
}

const anyElf = (file: MappedFile): ElfFile | undefined =>
  file.image.status === 'read' ? file.image.candidates[0]?.elf : undefined;

/** Without auxv or exe link: the one file that says it is a program. */
function guessExecutable(files: readonly MappedFile[]): number | null {
  const certain = (elf: ElfFile): boolean =>
    elf.type === 'EXEC' || elf.dynamic?.pie === true || elf.dynamic?.debug === true;
  for (const says of [certain, isProgram]) {
    const found = files.flatMap((file, i) => {
      const elf = anyElf(file);
      return elf && says(elf) ? [i] : [];
    });
    if (found.length > 0) return found[0]!;
  }
  return null;
}

function findInterpreter(capture: Capture, index: VmaIndex, executable: ElfFile | undefined): number | null {
  const { auxv, files } = capture;
  if (executable && executable.interpreter === null) return null;
  const path = executable?.interpreter ?? null;
  if (auxv?.base) {
    // AT_BASE is a bias, not an address: an interpreter linked high begins elsewhere.
    const at = index.at(auxv.base);
    if (at?.file != null) return at.file;
  }
  if (path !== null) {
    const exact = files.findIndex(file => file.path === path);
    if (exact >= 0) return exact;
    const byName = files.findIndex(file => baseName(file.path) === baseName(path));
    if (byName >= 0) return byName;
    // musl's ld-musl-ARCH.so.1 is a link to its libc.so.
    if (/ld-musl/.test(path)) {
      const libc = files.findIndex(file => baseName(file.path) === 'libc.so');
      if (libc >= 0) return libc;
    }
  }
  // The executable is not known, or its interpreter a symbolic link: ld-linux-x86-64.so.2 → ld-2.31.so.
  const alike = files.findIndex(file => /^ld[-.][^/]*\.so|^ld-musl/.test(baseName(file.path)));
  return alike >= 0 ? alike : null;
}

/** musl's loader is its libc.so, and its well-known name ld-musl-ARCH.so.1 often a link to that. */
const MUSL = /ld-musl|libc\.musl|musl[^/]*\/(lib\/)?libc\.so$/;
const BIONIC = /\/(system|apex)\/.*linker/;

/** By what the program asks for, by where that was found, or by what the loader calls itself. */
function loaderNamed(asked: string, loader: MappedFile | undefined): Loader {
  const soname = loader && anyElf(loader)?.dynamic?.soname;
  for (const name of [asked, loader?.path ?? '']) {
    // Nearly all have neither, and the first use of an expression takes as long as a mapping.
    if (name.includes('musl') && MUSL.test(name)) return 'musl';
    if (name.includes('linker') && BIONIC.test(name)) return 'bionic';
  }
  return soname === 'libc.so' ? 'musl' : 'glibc';
}

/** Known from the personality, else seen: nothing is readable without being executable, not even the heap or other memory. */
export function readImpliesExec(capture: Capture): boolean {
  const { personality } = capture.process;
  if (personality !== null) return (personality & READ_IMPLIES_EXEC) !== 0;
  const plain = capture.vmas.filter(
    ({ name, permissions }) => (name === '[heap]' || !name.startsWith('[')) && permissions[0] === 'r',
  );
  return plain.some(({ file }) => file === null) && plain.every(({ permissions }) => permissions[2] === 'x');
}
