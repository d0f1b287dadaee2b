/**
 * How well a predicted layout fits the mappings that are there. Used to choose among candidate biases and
 * among candidate files; what does not fit is named later, by deviations.ts.
 */
import type { Piece } from '../model/module.ts';
import type { Vma } from '../model/vma.ts';
import type { VmaIndex } from './vma-index.ts';

export interface Fit {
  /** Predicted file pieces. */
  readonly pieces: number;
  /** Of them, those that exist exactly: range, protection, offset, file. */
  readonly exact: number;
  /** Of them, those of which at least a part is mapped from the right place of the file. */
  readonly present: number;
  /** Of those, the ones that may be read and written as predicted. */
  readonly alike: number;
  /** Is there one of those that may be written, if any is predicted? */
  readonly written: boolean;
  /** Does an executable piece exist where it should (in part at least)? */
  readonly executable: boolean;
  /** Is one mapped from its beginning to its end, in one mapping or several, whatever their permissions are now? */
  readonly executableWhole: boolean;
  /** Does the piece with the ELF header exist where it should? */
  readonly first: boolean;
}

/** Is this VMA the file's bytes at the place that the piece predicts? Sources without offsets cannot contradict. */
export function sameBacking(vma: Vma, piece: Piece, file: number): boolean {
  if (piece.offset === null) return vma.file === null;
  if (vma.file !== file) return false;
  return vma.offset === null || vma.offset - piece.offset === vma.start - piece.start;
}

/** r w x of a VMA against a predicted protection; '?' matches anything. */
export function sameProtection(permissions: string, protection: string): boolean {
  for (let i = 0; i < 3; i++) if (permissions[i] !== protection[i] && permissions[i] !== '?') return false;
  return true;
}

function isReservation({ contents }: Piece): boolean {
  for (let i = 0; i < contents.length; i++) if (contents[i]!.role !== 'reservation') return false;
  return true;
}

/** r and w alone: an emulator maps its guest's code without x. */
const sameAccess = (permissions: string, protection: string): boolean =>
  sameProtection(`${permissions.slice(0, 2)}?`, protection);

/** Measures the fit of file pieces; anonymous ones prove nothing. */
export function fitOf(pieces: readonly Piece[], file: number, index: VmaIndex): Fit {
  let count = 0;
  let exact = 0;
  let present = 0;
  let alike = 0;
  let asksToWrite = false;
  let written = false;
  let executable = false;
  let executableWhole = false;
  let first = false;
  const { vmas } = index;
  for (let p = 0; p < pieces.length; p++) {
    const piece = pieces[p]!;
    if (piece.offset === null || isReservation(piece)) continue;
    count++;
    if (piece.protection[1] === 'w') asksToWrite = true;
    let isPresent = false;
    let isAlike = false;
    let begins = false;
    let ends = false;
    for (let i = index.firstAfter(piece.start); i < vmas.length && vmas[i]!.start < piece.end; i++) {
      const vma = vmas[i]!;
      if (!sameBacking(vma, piece, file) || vma.permissions[3] === 's') continue;
      const protection = sameProtection(vma.permissions, piece.protection);
      if (vma.start === piece.start && vma.end === piece.end && protection) exact++;
      if (vma.start === piece.start) begins = true;
      if (vma.end === piece.end) ends = true;
      isPresent = true;
      isAlike ||= protection || sameAccess(vma.permissions, piece.protection);
      if (piece.protection[2] === 'x' && vma.permissions[2] !== '-') executable = true;
      if (count === 1) first = true;
    }
    if (isPresent) present++;
    if (isAlike) alike++;
    if (isAlike && piece.protection[1] === 'w') written = true;
    if (begins && ends && piece.protection[2] === 'x') executableWhole = true;
  }
  written ||= !asksToWrite;
  return { pieces: count, exact, present, alike, written, executable, executableWhole, first };
}

/**
 * Loaded as an image, rather than mapped as data? Data mappings match offset 0 but not the layout, of which they have all in
 * one permission. Code alone proves it for the first instance only: where the file is `loaded`, V8 and mremap(2) map pieces
 * of its code once more.
 */
export const isInstance = (fit: Fit, loaded: boolean): boolean =>
  (fit.executable && !loaded) || (fit.first && fit.alike * 2 > fit.pieces && fit.written);

/** Orders the better fit first: more exact pieces, then more present ones. */
export const compareFit = (a: Fit, b: Fit): number => b.exact - a.exact || b.present - a.present;
