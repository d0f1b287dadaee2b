/** `vmaexplain TARGET...`: explains each target in order; one that cannot be explained does not stop the others. */
import { correlate } from '../correlate/report.ts';
import type { Capture } from '../model/capture.ts';
import type { Report } from '../model/report.ts';
import { FORMATS, type FormatName } from '../render/formats.ts';
import type { RenderOptions, View } from '../render/options.ts';
import { requireOwnProc } from '../source/own-proc.ts';
import { complain } from './complain.ts';
import { describeFailure, type ExitCode, exitCodeOf, worst } from './failure.ts';
import { loadTarget, type OfflineOptions } from './load.ts';
import { nextTurn, PIECES_A_TURN } from './on-interrupt.ts';
import { fileOutput, type Output, standardOutput } from './output.ts';
import { Progress } from './progress.ts';
import { type AddressFilter, overlaps } from './range.ts';
import { parseTargets, type Target } from './targets.ts';
import { type ColorChoice, choosePalette, progressScreen, terminalWidth } from './terminal.ts';

export interface ExplainOptions {
  readonly format: FormatName;
  readonly view: View;
  readonly quiet: boolean;
  readonly fullPath: boolean;
  readonly explain: boolean;
  readonly color: ColorChoice;
  readonly output: string | null;
  readonly range: AddressFilter | null;
  readonly offline: OfflineOptions;
  /** A program to start, and whether it is left running. */
  readonly program: readonly string[] | null;
  readonly keep: boolean;
}

export async function runExplain(words: readonly string[], options: ExplainOptions): Promise<ExitCode> {
  const { program } = options;
  if (!program) {
    if (words.length === 0) requireOwnProc();
    return explainTargets(parseTargets(words, process.ppid), options);
  }
  const { withProgram } = await import('./with-program.ts');
  return withProgram(program, options.keep, options.output !== null, target =>
    explainTargets([target], options),
  );
}

async function explainTargets(targets: readonly Target[], options: ExplainOptions): Promise<ExitCode> {
  const { range } = options;
  const output = options.output === null ? standardOutput() : fileOutput(options.output);
  const render: RenderOptions = {
    palette: choosePalette(options.color, options.output !== null, process.env),
    width: terminalWidth(options.output !== null, process.env),
    view: options.view,
    quiet: options.quiet,
    fullPath: options.fullPath,
    explain: options.explain,
    selects: range && (vma => overlaps(range, vma)),
  };
  try {
    const { code, written } = await explainAll(targets, options, render, output);
    if (written > 0) output.close();
    else output.discard();
    return code;
  } catch (error) {
    output.discard();
    throw error;
  }
}

async function explainAll(
  targets: readonly Target[],
  options: ExplainOptions,
  render: RenderOptions,
  output: Output,
): Promise<{ code: ExitCode; written: number }> {
  const format = FORMATS[options.format];
  const renderer = await format.load();
  let array = format.array && targets.length > 1;
  let code: ExitCode = 0;
  let written = 0;
  const progress = new Progress(progressScreen(options.output === null));
  let pieces = 0;
  const failed = (target: Target, error: unknown): void => {
    progress.clear();
    complain(describeFailure(target.name, error));
    code = worst(code, exitCodeOf(error));
  };
  for (const [i, target] of targets.entries()) {
    if (options.output !== null) await nextTurn();
    if (i > 0) progress.tell(() => `${i} of ${targets.length} explained; ${target.name} is next`);
    let captures: readonly Capture[] = [];
    try {
      captures = await loadTarget(target, format.depth, options.offline, progress);
    } catch (error) {
      failed(target, error);
    }
    // One text may hold several processes.
    array ||= format.array && captures.length > 1;
    for (const capture of captures) {
      let report: Report;
      try {
        report = correlate(capture);
      } catch (error) {
        failed(target, error);
        continue;
      }
      // Trouble from here on leaves half a document, behind which no other may come.
      if (array) output.write(written === 0 ? '[\n' : ',\n');
      else if (written > 0) output.write(format.between);
      for (const piece of renderer(report, render)) {
        output.write(piece);
        if (options.output !== null && ++pieces % PIECES_A_TURN === 0) await nextTurn();
      }
      written++;
    }
  }
  progress.clear();
  if (array) output.write(written === 0 ? '[]\n' : ']\n');
  return { code, written };
}
