/** What the headers predict is what is there: no deviation on any ordinary process, by any linker and C library. */
import { afterAll, describe, expect } from 'vitest';
import { predictLayout } from '../../src/correlate/layout.ts';
import type { Deviation, Module, Piece } from '../../src/model/module.ts';
import type { Report } from '../../src/model/report.ts';
import { explainPid } from '../support/explained.ts';
import { stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';

const MINUTE = 60_000;
afterAll(stopAll);

/** Every deviation but the one that depends on where the kernel happens to put neighbours. */
function deviationsOf({ mappings, modules }: Report): { code: Deviation['code']; where: string }[] {
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
  const rules = { loader, pageSize: 4096, relro: false, readImpliesExec: false };
  return predictLayout(image.elf, placement!.bias, rules);
}

/**
 * The predicted mappings that are not in the report's own list of VMAs: the tool's word "no deviation" is not taken for
 * it. Anonymous memory may have been merged with more of it.
 */
function piecesNotThere({ capture, modules }: Report, relro: boolean): string[] {
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

describe('the predicted layout is the real one', () => {
  for (const { title, tools, start, afterwards, deviations = [] } of SITUATIONS)
    itWith(
      tools,
      title,
      async () => {
        const subject = await start();
        try {
          afterwards?.();
          const report = explainPid(subject.pid);
          expect(piecesNotThere(report, !deviations.includes('relro-not-applied'))).toEqual([]);
          expect(deviationsOf(report).map(({ code }) => code)).toEqual(deviations);
          expect(deviationsOf(explainPid(subject.pid, 'layout'))).toEqual(deviationsOf(report));
          expect(report.notes.filter(({ code }) => code !== 'read-implies-exec')).toEqual([]);
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});
