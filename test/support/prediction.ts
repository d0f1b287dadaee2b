/** A report's word on what is as predicted, and a comparison that does not take its word. */
import { predictLayout } from '../../src/correlate/layout.ts';
import type { Deviation, Module, Piece } from '../../src/model/module.ts';
import type { Report } from '../../src/model/report.ts';

/** Every deviation but the one that depends on where the kernel happens to put neighbours. */
export function deviationsOf({ mappings, modules }: Report): { code: Deviation['code']; where: string }[] {
  const all = [
    ...mappings.flatMap(({ deviations, vma }) =>
      deviations.map(({ code }) => ({
        code,
        where: `${vma.start.toString(16)} ${vma.permissions} ${vma.name}`,
      })),
    ),
    ...modules.flatMap(({ deviations, path }) => deviations.map(({ code }) => ({ code, where: path }))),
  ];
  return all.filter(({ code }) => code !== 'bss-merged');
}

function piecesWithoutRelro({ image, placement, loader }: Module): readonly Piece[] {
  if (image.status !== 'read') return [];
  const rules = { loader, pageSize: 4096, relro: false, relroRoundsUp: false, readImpliesExec: false };
  return predictLayout(image.elf, placement!.bias, rules);
}

/**
 * The predicted mappings that are not in the report's own list of VMAs: the tool's word "no deviation" is not taken for
 * it. Anonymous memory may have been merged with more of it.
 */
export function piecesNotThere({ capture, modules }: Report, relro: boolean): string[] {
  const missing: string[] = [];
  for (const module of modules) {
    const { file, path, role } = module;
    if (role === 'vdso') continue;
    for (const piece of relro ? module.placement!.pieces : piecesWithoutRelro(module)) {
      const there = capture.vmas.some(
        vma =>
          vma.permissions === `${piece.protection}p` &&
          (piece.offset === null
            ? vma.file === null && vma.start <= piece.start && piece.end <= vma.end
            : vma.file === file &&
              vma.start === piece.start &&
              vma.end === piece.end &&
              vma.offset === piece.offset),
      );
      if (!there)
        missing.push(`${piece.start.toString(16)}-${piece.end.toString(16)} ${piece.protection} ${path}`);
    }
  }
  return missing;
}
