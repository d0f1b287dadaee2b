/**
 * Names the differences between the predicted layout and a mapping that is there. An ordinary process has none;
 * each code stands for one thing that can happen to a mapping (see Deviation).
 */
import type { Capture } from '../model/capture.ts';
import { figureOf } from '../model/figures.ts';
import type { Content, Deviation, Piece } from '../model/module.ts';
import { type Address, fileOffset, intersect, pageUp, type Range, sizeOf } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { type Claim, contentsWithin } from './claims.ts';
import type { Effort } from './effort.ts';
import { sameBacking, sameProtection } from './fit.ts';
import type { ImageMap } from './image-map.ts';
import { NONE } from './mapping.ts';
import type { PlacedModule } from './modules.ts';
import type { VmaIndex } from './vma-index.ts';

/** What all of a module's mappings together tell. */
export interface ModuleState {
  readonly placed: PlacedModule;
  readonly image: ImageMap;
  /** The pages that GNU_RELRO covers, and whether all of them are writable. */
  readonly relro: { readonly ranges: readonly Range[]; readonly allWritable: boolean };
  /** Is anything of it executable? An emulator maps its guest without. */
  readonly anyExecutable: () => boolean;
}

/** Deviations of one mapping, given the pieces that claim it. */
export function deviationsOf(
  capture: Capture,
  i: number,
  claims: readonly Claim[],
  modules: readonly (ModuleState | null)[],
  index: VmaIndex,
): readonly Deviation[] {
  const vma = capture.vmas[i]!;
  if (isAsPredicted(vma, claims)) {
    const found = contentDeviations(capture, vma, claims, modules);
    return found.length === 0 ? NONE : found;
  }
  const found: Deviation[] = [];
  for (const { module, piece, backing } of claims) {
    if (backing !== 'foreign') continue;
    const overlap = intersect(vma, piece)!;
    const sections = modules[module]!.image.sectionNames(overlap.start, overlap.end);
    found.push({ code: 'mapped-over', module, sections });
  }
  const own = claims.filter(claim => claim.backing !== 'foreign');
  if (own.length === 0) return found;
  if (own.some(claim => claim.backing === 'anonymous')) {
    const hugePages =
      (vma.vmFlags?.includes('hg') ?? false) || (figureOf(capture, vma, 'AnonHugePages') ?? 0) > 0;
    found.push({ code: 'remapped-anonymous', hugePages });
  }
  const protection = protectionDeviations(vma, own, modules);
  found.push(...protection);
  if (protection.length === 0) found.push(...boundaryDeviations(vma, i, own, index));
  found.push(...contentDeviations(capture, vma, own, modules));
  return found;
}

/** Is it one predicted piece, from its beginning to its end? Nearly all mappings are. */
function isAsPredicted(vma: Vma, claims: readonly Claim[]): boolean {
  if (claims.length !== 1) return false;
  const { piece, backing } = claims[0]!;
  return (
    backing === 'same' &&
    piece.start === vma.start &&
    piece.end === vma.end &&
    sameProtection(vma.permissions, piece.protection)
  );
}

function protectionDeviations(
  vma: Vma,
  own: readonly Claim[],
  modules: readonly (ModuleState | null)[],
): Deviation[] {
  const found: Deviation[] = [];
  for (const { module, piece } of own) {
    if (sameProtection(vma.permissions, piece.protection)) continue;
    const state = modules[module]!;
    const overlap = intersect(vma, piece)!;
    const sections = state.image.sectionNames(overlap.start, overlap.end);
    const relro = piece.contents.some(content => content.relro && intersect(content, vma));
    const actual = vma.permissions.slice(0, 3);
    if (relro && actual[1] === 'w') {
      if (!state.relro.allWritable) found.push({ code: 'relro-partly-undone', range: overlap, sections });
      else if (!found.some(({ code }) => code === 'relro-not-applied'))
        found.push({ code: 'relro-not-applied', range: overlap });
    } else if (piece.protection[2] === 'x' && !state.anyExecutable()) {
      found.push({ code: 'execute-missing' });
    } else {
      found.push({ code: 'split-by-mprotect', predicted: piece.protection, actual, sections });
    }
  }
  return found;
}

function boundaryDeviations(vma: Vma, i: number, own: readonly Claim[], index: VmaIndex): Deviation[] {
  const first = own[0]!.piece;
  const last = own.at(-1)!.piece;
  const found: Deviation[] = [];
  const claimed = own.reduce((sum, { piece }) => sum + sizeOf(intersect(vma, piece)!), 0);
  const extra = sizeOf(vma) - claimed;
  if (extra > 0) found.push({ code: vma.file === null ? 'bss-merged' : 'merged', bytes: extra });
  else if (own.length > 1) found.push({ code: 'merged', bytes: 0 });
  for (const [piece, inside, neighbour] of [
    [first, vma.start > first.start, index.vmas[i - 1]],
    [last, vma.end < last.end, index.vmas[i + 1]],
  ] as const) {
    const touches = neighbour && (neighbour.end === vma.start || neighbour.start === vma.end);
    if (!inside || !touches || !intersect(neighbour, piece)) continue;
    const alike = neighbour.permissions === vma.permissions && sameContent(vma, neighbour);
    if (!alike || found.some(({ code }) => code === 'split-by-flags')) continue;
    found.push({ code: 'split-by-flags', flags: flagDifference(vma, neighbour) });
  }
  return found;
}

/** Would the kernel merge two neighbours but for their flags? */
const sameContent = (a: Vma, b: Vma): boolean =>
  a.file === b.file &&
  (a.file === null || a.offset === null || b.offset === null || b.offset - a.offset === b.start - a.start);

/** Flags that one of two VMAs has and the other has not; soft-dirty does not prevent merging. */
function flagDifference(a: Vma, b: Vma): string[] | null {
  if (!a.vmFlags || !b.vmFlags) return null;
  const either = [...a.vmFlags, ...b.vmFlags];
  return either.filter(flag => flag !== 'sd' && !(a.vmFlags!.includes(flag) && b.vmFlags!.includes(flag)));
}

function contentDeviations(
  capture: Capture,
  vma: Vma,
  own: readonly Claim[],
  modules: readonly (ModuleState | null)[],
): Deviation[] {
  const found: Deviation[] = [];
  const { piece, module } = own[0]!;
  const { placed } = modules[module]!;
  const isCode = piece.protection.endsWith('-x') || vma.permissions[2] === 'x';
  if ((vma.file !== null || placed.role === 'vdso') && isCode && vma.permissions[1] === '-') {
    // Private copies may be swapped out. Swap alone may be that of a file in memory (tmpfs), which SwapPss leaves aside.
    const swapped = figureOf(capture, vma, 'SwapPss') ? (figureOf(capture, vma, 'Swap') ?? 0) : 0;
    const anonymous = (figureOf(capture, vma, 'Anonymous') ?? 0) + swapped;
    const written = anonymous > 0 ? anonymous - zeroedByLoader(placed, own, module, vma) : 0;
    if (written > 0 && !placed.rules.readImpliesExec) found.push({ code: 'text-modified', bytes: written });
  }
  if (vma.name === '[heap]' && own.every(({ piece: p }) => p.start <= vma.start && p.end >= vma.end))
    found.push({ code: 'labelled-heap' });
  if (vma.file !== null && placed.image.status === 'read') {
    const beyond = beyondEndOfFile(vma, own, placed.image.elf.fileSize, capture.process.pageSize);
    if (beyond) found.push({ code: 'beyond-end-of-file', range: beyond });
  }
  return found;
}

/** Bytes of read-only pages that ld.so has written to, because .bss begins in them. */
function zeroedByLoader(
  { image, loader, rules }: PlacedModule,
  claims: readonly Claim[],
  module: number,
  vma: Vma,
): number {
  const own = claims.filter(claim => claim.module === module);
  if (image.status !== 'read' || loader !== 'glibc') return 0;
  const { programHeaders } = image.elf;
  const zeroed = (content: Content): boolean => {
    const { flags, vaddr, filesz, memsz } = programHeaders[content.segment]!;
    const partial = (vaddr + filesz) % BigInt(rules.pageSize) !== 0n;
    return content.role === 'segment' && !flags.write && memsz > filesz && partial;
  };
  const pages = own.reduce((sum, { piece }) => sum + contentsWithin(piece, vma).filter(zeroed).length, 0);
  return pages * rules.pageSize;
}

/** Pages of segments that the file has no bytes for. Those of a hole are kept to be nothing. */
function beyondEndOfFile(
  vma: Vma,
  own: readonly Claim[],
  fileSize: number | null,
  pageSize: number,
): Range | null {
  if (fileSize === null || vma.offset === null) return null;
  if (Number(vma.offset) + sizeOf(vma) <= fileSize) return null;
  const fileEnd = pageUp(fileOffset(BigInt(fileSize)), pageSize);
  const start = fileEnd > vma.offset ? vma.start + (fileEnd - vma.offset) : vma.start;
  if (start >= vma.end) return null;
  const beyond = { start: start as Vma['start'], end: vma.end };
  const segments = own.flatMap(({ piece }) =>
    contentsWithin(piece, vma).filter(({ role }) => role === 'segment'),
  );
  const hit = segments.map(content => intersect(content, beyond)).filter(range => range !== null);
  return hit.length === 0 ? null : { start: hit[0]!.start, end: hit.at(-1)!.end };
}

/** An image that was torn into more than this is not told hole by hole. */
const MOST_MISSING = 1000;

/** Predicted pieces of a module that no mapping covers, as deviations of the module. */
export function missingPieces(state: ModuleState, index: VmaIndex, effort: Effort): Deviation[] {
  const found: Deviation[] = [];
  const { vmas } = index;
  const pieces = state.placed.placement?.pieces ?? [];
  for (let p = 0; p < pieces.length && effort.take('missing', 0); p++) {
    const piece = pieces[p]!;
    const add = (start: Address, end: Address): void => {
      if (found.length < MOST_MISSING && effort.take('missing', 1))
        found.push(missing(state, piece, start, end, index));
    };
    let cursor = piece.start;
    const first = index.firstAfter(piece.start);
    let i = first;
    for (; i < vmas.length && vmas[i]!.start < piece.end; i++) {
      const { start, end } = vmas[i]!;
      if (cursor < start) add(cursor, start);
      cursor = end;
    }
    if (cursor < piece.end) add(cursor, piece.end);
    effort.take('missing', (i - first) >> 4);
  }
  return found;
}

/** What is missing in [start, end) of a piece, and where the same bytes of the file are mapped instead. */
function missing(
  { placed, image }: ModuleState,
  piece: Piece,
  start: Address,
  end: Address,
  index: VmaIndex,
): Deviation {
  const { file } = placed;
  const alike =
    file === null || piece.offset === null
      ? []
      : index.mappedFrom(file, piece.offset + (start - piece.start));
  const moved = alike.find(
    vma => !sameBacking(vma, piece, file!) && sameProtection(vma.permissions, piece.protection),
  );
  const sections = image.sectionNames(start, end);
  return { code: 'unmapped', range: { start, end }, sections, movedTo: moved?.start ?? null };
}
