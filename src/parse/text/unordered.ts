/**
 * A listing whose rows were sorted (`pmap 1234 | sort -k2 -rn`) looks like many processes: a new one begins wherever an
 * address goes back. It is put together again where nothing speaks against it.
 */
import type { Note } from '../../model/capture.ts';
import { byStart } from '../../model/units.ts';
import type { Vma } from '../../model/vma.ts';
import { FileNumbers } from '../file-numbers.ts';
import type { TextProcess } from './types.ts';

/** Two may as well be two processes. */
const FEWEST_PIECES = 3;
/** Of these, every process has one. */
const ONCE = ['[stack]', '[vdso]', '[vsyscall]'];

/** Runs of pieces that make one process together become one; all else stays as it is. */
export function mergeUnordered(processes: readonly TextProcess[]): readonly TextProcess[] {
  const merged: TextProcess[] = [];
  for (let i = 0; i < processes.length; ) {
    let end = i + 1;
    // The line with the command may stand anywhere, without rows below it.
    let sample = processes[i]!;
    for (; end < processes.length && areAlike(sample, processes[end]!); end++)
      if (sample.vmas.length === 0) sample = processes[end]!;
    const run = processes.slice(i, end);
    if (run.length >= FEWEST_PIECES && isOneProcess(run)) merged.push(joined(run));
    else for (const process of run) merged.push(process);
    i = end;
  }
  return merged;
}

const areAlike = (a: TextProcess, b: TextProcess): boolean =>
  a.vmas.length === 0 ||
  b.vmas.length === 0 ||
  (a.kind === b.kind && a.figureNames.join() === b.figureNames.join());

function isOneProcess(run: readonly TextProcess[]): boolean {
  if (run.filter(({ pid, command }) => pid !== null || command !== null).length > 1) return false;
  const vmas = run.flatMap(({ vmas: own }) => own).sort(byStart);
  if (vmas.some((vma, i) => i > 0 && vmas[i - 1]!.end > vma.start)) return false;
  const times = (name: string): number => vmas.filter(vma => vma.name === name).length;
  return times('[stack]') === 1 && ONCE.every(name => times(name) <= 1);
}

const OUT_OF_ORDER: Note = {
  code: 'out-of-order',
  message: 'the rows are not in the order of their addresses; they are taken for those of one process',
};

function joined(run: readonly TextProcess[]): TextProcess {
  const numbers = new FileNumbers();
  const vmas = run.flatMap(process =>
    process.vmas.map(vma =>
      withFile(vma, vma.file === null ? null : numbers.numberOf(process.files[vma.file]!)),
    ),
  );
  const named = run.find(({ pid, command }) => pid !== null || command !== null);
  const limits = run.flatMap(process => process.limits);
  return {
    ...run.find(({ vmas: own }) => own.length > 0)!,
    pid: named?.pid ?? null,
    command: named?.command ?? null,
    vmas: vmas.sort(byStart),
    files: numbers.files,
    pageSizeHint: run.find(({ pageSizeHint }) => pageSizeHint !== null)?.pageSizeHint ?? null,
    limits: [
      OUT_OF_ORDER,
      ...limits.filter((note, i) => limits.findIndex(({ code }) => code === note.code) === i),
    ],
    badLines: run.flatMap(({ badLines }) => badLines),
    badLineCount: run.reduce((sum, { badLineCount }) => sum + badLineCount, 0),
  };
}

/** VMAs of maps lines have getters, which no spread copies. */
function withFile(vma: Vma, file: number | null): Vma {
  const { start, end, permissions, offset, device, inode, name, figures, vmFlags } = vma;
  return { start, end, permissions, offset, device, inode, name, figures, vmFlags, file };
}
