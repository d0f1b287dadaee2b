/**
 * From the mapped files to the modules: each ELF file's loaded instances, placed by load bias. The executable and
 * its interpreter by the auxiliary vector, which is exact; libraries by the fit of all their mappings together.
 */
import { type Capture, isDevice, type UnavailableReason } from '../model/capture.ts';
import type { Loader, Module, Piece } from '../model/module.ts';
import { type Address, biasOf, byStart, fileOffset } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { chooseCandidate, type Search } from './choose.ts';
import type { Effort } from './effort.ts';
import type { LayoutRules } from './layout.ts';
import { instanceAt } from './place.ts';
import type { Roles } from './roles.ts';
import type { VmaIndex } from './vma-index.ts';

/** A module before its state (RELRO, deviations) is worked out. */
export type PlacedModule = Pick<Module, 'path' | 'file' | 'image' | 'role' | 'loader' | 'placement'> & {
  /** Where it is sorted among the modules. */
  readonly start: Address;
  readonly rules: LayoutRules;
};

/** Finds and places all modules, in address order. */
export function placeModules(
  capture: Capture,
  roles: Roles,
  impliesExec: boolean,
  index: VmaIndex,
  effort: Effort,
): PlacedModule[] {
  const byFile: Vma[][] = capture.files.map(() => []);
  for (let i = 0; i < capture.vmas.length; i++) {
    const vma = capture.vmas[i]!;
    if (vma.file !== null) byFile[vma.file]!.push(vma);
  }
  const rules = (loader: Loader, vmas: readonly Vma[] = []): LayoutRules => ({
    loader,
    pageSize: capture.process.pageSize,
    relro: true,
    relroRoundsUp: roles.libraryLoader === 'bionic',
    // personality(2) can turn it on for what is mapped from then on.
    readImpliesExec: impliesExec && !vmas.some(isOnlyReadable),
  });
  const search = { capture, index, effort };
  const modules = capture.files.flatMap((_, i) => modulesOfFile(search, roles, rules, i, byFile[i]!));
  const vdso = vdsoModule(capture, rules('kernel'));
  if (vdso) modules.push(vdso);
  return modules.sort(byStart);
}

function modulesOfFile(
  search: Search,
  roles: Roles,
  rulesOf: (loader: Loader, vmas: readonly Vma[]) => LayoutRules,
  i: number,
  vmas: readonly Vma[],
): PlacedModule[] {
  const { capture, index } = search;
  const file = capture.files[i]!;
  const role = i === roles.executable ? 'executable' : i === roles.interpreter ? 'interpreter' : 'library';
  const first = vmas[0];
  if (!first || file.image.status === 'not-elf') return [];
  const loader = role === 'library' ? roles.libraryLoader : 'kernel';
  const base: Base = { path: file.path, file: i, loader, rules: rulesOf(loader, vmas) };
  if (file.image.status === 'unavailable') {
    const { reason, message } = file.image;
    // Of memory that has a name but no file, a core does not tell whether it is shared.
    const isCode = reason === 'not-looked-for' ? isSurelyPrivateText : isPrivateText;
    const isMemory = isDevice(file.path) || file.path === HUGE_PAGES;
    const loaded = role !== 'library' || (!isMemory && vmas.some(isCode));
    return loaded ? [withoutImage(base, role, first.start, reason, message)] : [];
  }
  const choice = chooseCandidate(search, { file: i, vmas, role, rules: base.rules }, file.image.candidates);
  if (choice === 'ambiguous' || choice === 'mismatch') {
    const { pageSize, pageSizeFrom } = capture.process;
    const mayBeLarger = file.image.candidates.some(({ elf }) => !/^(x86-64|i386)$/.test(elf.machine));
    const pages =
      mayBeLarger && pageSizeFrom === 'assumed'
        ? `, at least not with pages of ${pageSize >> 10} KiB (see --page-size)`
        : '';
    const message =
      choice === 'ambiguous'
        ? `several files of this name fit (${file.image.candidates.map(({ path }) => path).join(', ')})`
        : `the segments of ${file.image.candidates.map(({ path }) => path).join(', ')} cannot produce these mappings${pages}`;
    const isGuess = file.image.candidates.every(({ guessed }) => guessed);
    const reason = choice === 'mismatch' && isGuess ? 'not-found' : choice;
    return [withoutImage(base, role, first.start, reason, message)];
  }
  const { candidate, instances, fromAuxv } = choice;
  const image = { status: 'read' as const, ...candidate };
  return instances.map((instance, n) => {
    const own =
      n === 0 || role === 'library'
        ? base
        : { ...base, loader: roles.libraryLoader, rules: rulesOf(roles.libraryLoader, vmas) };
    return {
      ...own,
      role: n === 0 ? role : 'library',
      image,
      placement: {
        bias: instance.bias,
        from: fromAuxv && n === 0 ? 'auxv' : 'mappings',
        pieces:
          own === base
            ? instance.pieces
            : instanceAt(candidate.elf, instance.bias, i, index, own.rules).pieces,
      },
      start: startOf(instance.pieces, first.start),
    };
  });
}

/** What hugetlb pages that belong to no file are called (mm/hugetlb.c). */
const HUGE_PAGES = '/anon_hugepage';

type Base = Pick<PlacedModule, 'path' | 'file' | 'loader' | 'rules'>;

/** A module of which only its mappings are known. */
function withoutImage(
  base: Base,
  role: Module['role'],
  start: Address,
  reason: UnavailableReason,
  message: string,
): PlacedModule {
  return { ...base, role, image: { status: 'unavailable', reason, message }, placement: null, start };
}

/** No loader maps an image shared. */
const isPrivateText = ({ permissions }: Vma): boolean => permissions[2] === 'x' && permissions[3] !== 's';

const isSurelyPrivateText = (vma: Vma): boolean => isPrivateText(vma) && vma.permissions[3] === 'p';

const isOnlyReadable = ({ permissions }: Vma): boolean => permissions[0] === 'r' && permissions[2] === '-';

const startOf = (pieces: readonly Piece[], otherwise: Address): Address => pieces[0]?.start ?? otherwise;

/** The vDSO is one mapping that the kernel makes; its image says which sections are in it. */
function vdsoModule(capture: Capture, rules: LayoutRules): PlacedModule | null {
  const elf = capture.vdso;
  const at = capture.auxv?.sysinfoEhdr ?? null;
  const named = capture.vmas.findLast(({ name }) => name === '[vdso]');
  const vma = named ?? capture.vmas.find(({ start }) => start === at);
  const load = elf?.programHeaders.find(({ type }) => type === 'LOAD');
  if (!elf || !vma || !load) return null;
  const { start, end } = vma;
  const piece: Piece = {
    start,
    end,
    protection: 'r-x',
    // The kernel maps the whole image, not only what the segment has of it.
    offset: fileOffset(0n),
    contents: [{ start, end, role: 'segment', segment: load.index, relro: false }],
  };
  return {
    path: '[vdso]',
    file: null,
    image: { status: 'read', elf, identity: 'inode', path: '[vdso]' },
    role: 'vdso',
    loader: 'kernel',
    placement: { bias: biasOf(start, load.vaddr), from: 'auxv', pieces: [piece] },
    start,
    rules,
  };
}
