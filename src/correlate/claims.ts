/** Which predicted pieces lie in which mappings, and whether the mapping is what the piece needs. */
import type { Capture } from '../model/capture.ts';
import type { Content, Piece } from '../model/module.ts';
import { firstEndingAfter } from '../model/ordered.ts';
import type { Range } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import type { Effort } from './effort.ts';
import { sameBacking } from './fit.ts';
import type { PlacedModule } from './modules.ts';
import type { VmaIndex } from './vma-index.ts';

export interface Claim {
  /** Index into the modules. */
  readonly module: number;
  readonly piece: Piece;
  /**
   * 'same': the file's bytes, or anonymous memory where anonymous is predicted; 'anonymous': memory without a
   * file where the file is predicted; 'foreign': something of another owner.
   */
  readonly backing: 'same' | 'anonymous' | 'foreign';
}

/** Names of mappings that the kernel makes for its own purposes, never part of an image. */
const KERNEL_OWN = /^\[(stack|vvar|vvar_vclock|vsyscall|vectors|sigpage|uprobes|vdso\]$)/;

/** Of one mapping. Neighbours that merge are a few; a mapping in which thousands of pieces lie is made to be slow. */
const MOST_CLAIMS = 256;

/** Claims by VMA index, in address order; VMAs without any are absent. */
export function claimMappings(
  capture: Capture,
  modules: readonly PlacedModule[],
  index: VmaIndex,
  effort: Effort,
): Map<number, Claim[]> {
  const claims = new Map<number, Claim[]>();
  const shared: Claim[][] = [];
  const add = (i: number, claim: Claim): void => {
    const known = claims.get(i);
    if (!known) claims.set(i, [claim]);
    else if (known.length >= MOST_CLAIMS) effort.leaveOut('claims');
    else if (known.push(claim) === 2) shared.push(known);
  };
  for (let m = 0; m < modules.length; m++) {
    const module = modules[m]!;
    const pieces = module.placement?.pieces ?? [];
    for (let p = 0; p < pieces.length; p++) addClaims(capture, m, module, pieces[p]!, index, effort, add);
  }
  for (const list of shared) list.sort((a, b) => (a.piece.start < b.piece.start ? -1 : 1));
  return claims;
}

/** The claims of one piece to the VMAs that it overlaps. */
function addClaims(
  { vmas }: Capture,
  m: number,
  module: PlacedModule,
  piece: Piece,
  index: VmaIndex,
  effort: Effort,
  add: (i: number, claim: Claim) => void,
): void {
  if (!effort.take('claims', 1)) return;
  for (let i = index.firstAfter(piece.start); i < vmas.length && vmas[i]!.start < piece.end; i++) {
    if (!effort.take('claims', 1)) return;
    add(i, { module: m, piece, backing: backingOf(vmas[i]!, piece, module) });
  }
}

function backingOf(vma: Vma, piece: Piece, module: PlacedModule): Claim['backing'] {
  if (module.role === 'vdso') return 'same';
  if ((vma.name[0] === '[' && KERNEL_OWN.test(vma.name)) || vma.permissions[3] === 's') return 'foreign';
  if (sameBacking(vma, piece, module.file!)) return 'same';
  return vma.file === null ? 'anonymous' : 'foreign';
}

/** The contents of a piece that lie in a mapping which overlaps it, at least in part. */
export function contentsWithin({ contents }: Piece, vma: Range): readonly Content[] {
  if (contents.length === 1) return contents;
  return contents.slice(firstEndingAfter(contents, vma.start), firstEndingAfter(contents, vma.end - 1n) + 1);
}
