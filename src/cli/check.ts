/** `vmaexplain check TARGET...`: judges each target; the exit code tells whether a finding reached the threshold. */

import { type Baseline, parseBaseline } from '../check/baseline.ts';
import { check } from '../check/check.ts';
import { checkExitCode, counts } from '../check/exit-code.ts';
import { compileGlob, type Glob } from '../check/glob.ts';
import { openIdentities } from '../check/identity.ts';
import { DEFAULT_POLICY, type Policy } from '../check/policy.ts';
import { parsePolicy } from '../check/policy-file.ts';
import { isRuleId, RULES } from '../check/rules.ts';
import { UnusableJson } from '../check/strict-json.ts';
import { correlate } from '../correlate/report.ts';
import { oneCharAByte } from '../model/latin1.ts';
import type { Report } from '../model/report.ts';
import type { Level, RuleId } from '../model/rule.ts';
import { renderBaseline } from '../render/check/baseline.ts';
import { CHECK_FORMATS, type CheckFormatName } from '../render/check/formats.ts';
import type { Unjudged } from '../render/check/options.ts';
import { errnoOf, TargetError } from '../source/errors.ts';
import { readContent } from '../source/file-or-pipe.ts';
import { complain } from './complain.ts';
import { describeFailure, type ExitCode, exitCodeOf, worst } from './failure.ts';
import { loadTarget, type OfflineOptions } from './load.ts';
import { nextTurn, PIECES_A_TURN } from './on-interrupt.ts';
import { fileOutput, type Output, standardOutput } from './output.ts';
import { Progress } from './progress.ts';
import { selectProcesses } from './select.ts';
import { parseTargets, type Target } from './targets.ts';
import { type ColorChoice, choosePalette, progressScreen, terminalWidth } from './terminal.ts';
import { withProgram } from './with-program.ts';

export interface CheckCommand {
  readonly format: CheckFormatName;
  readonly color: ColorChoice;
  readonly output: string | null;
  readonly offline: OfflineOptions;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly rules: readonly string[];
  readonly skip: readonly string[];
  readonly failOn: Level | null;
  readonly inconclusive: 'fail' | 'pass' | null;
  readonly policy: string | null;
  readonly baseline: string | null;
  readonly writeBaseline: string | null;
  /** Show what passed or does not apply too. */
  readonly verbose: boolean;
  /** Every process that may be read. */
  readonly all: boolean;
  /** Processes whose name or executable matches. */
  readonly name: string | null;
  /** A program to start, and whether it is left running. */
  readonly program: readonly string[] | null;
  readonly keep: boolean;
}

/** @throws TargetError for what makes the whole command impossible. */
export async function runCheck(words: readonly string[], command: CheckCommand): Promise<ExitCode> {
  const policy = policyOf(command);
  const baseline = readBaseline(command.baseline);
  const judge = (report: Report): Report => {
    const judged = check(report, policy, today(), baseline);
    return command.format === 'json' ? judged : withoutMappings(judged);
  };
  const judged = await judgeTargets(words, command, judge);
  const findings = judged.reports.flatMap(report => report.findings);
  if (judged.code === 0 && judged.reports.length > 0 && findings.length === 0)
    throw new TargetError(
      'unusable',
      'nothing was judged',
      'no file, or no rule, is left by the scope: --only, --ignore, --rule, --skip, --policy',
    );
  const code = worst(judged.code, checkExitCode(findings, policy));
  await write(command, words, judged, policy, code);
  if (command.writeBaseline !== null) {
    if (judged.code === 0) writeBaseline(command.writeBaseline, findings);
    else complain('vmaexplain: not every target was judged, so no baseline is written\n');
  }
  return code;
}

/** All reports are kept until they are written; those of --all would take gigabytes, and JSON alone shows their mappings. */
const withoutMappings = (report: Report): Report => ({
  ...report,
  capture: { ...report.capture, vmas: [], files: [] },
  mappings: [],
  modules: report.modules.map(module => ({
    ...module,
    placement: module.placement && { ...module.placement, pieces: [] },
    deviations: [],
  })),
});

/** Of reports that wait to be written, in bytes: some three hundred processes of a thousand libraries. */
const MOST_KEPT = 1 << 30;
const MAPPING = 1000;
const FINDING = 300;

/** About how many bytes a report takes. */
function weightOf({ modules, findings, mappings }: Report): number {
  let bytes = mappings.length * MAPPING;
  for (const { path } of modules) bytes += path.length;
  for (const { message } of findings) bytes += FINDING + message.length;
  return bytes;
}

interface Judged {
  readonly reports: Report[];
  readonly unjudged: Unjudged[];
  readonly code: ExitCode;
}

async function judgeTargets(
  words: readonly string[],
  command: CheckCommand,
  judge: (report: Report) => Report,
): Promise<Judged> {
  const reports: Report[] = [];
  const unjudged: Unjudged[] = [];
  let kept = 0;
  let code: ExitCode = 0;
  const progress = new Progress(progressScreen(false));
  const take = async (target: Target): Promise<void> => {
    if (reports.length > 0) progress.tell(() => `${reports.length} judged; ${target.name} is next`);
    for (const capture of await loadTarget(target, 'full', command.offline, progress)) {
      const report = judge(correlate(capture));
      kept += weightOf(report);
      if (kept > MOST_KEPT && reports.length > 0)
        throw new TargetError(
          'unusable',
          'it has more to tell than can be kept beside what the targets before it have',
          'judge it alone',
        );
      reports.push(report);
    }
  };
  if (command.program) {
    await withProgram(command.program, command.keep, command.output !== null, take);
  } else if (command.all || command.name !== null) {
    code = await selectProcesses(command.name, take, progress);
  } else {
    for (const target of parseTargets(words, process.ppid)) {
      try {
        await take(target);
      } catch (error) {
        progress.clear();
        complain(describeFailure(target.name, error));
        unjudged.push({ target: target.name, why: error instanceof Error ? error.message : String(error) });
        code = worst(code, exitCodeOf(error));
      }
    }
  }
  progress.clear();
  return { reports, unjudged, code };
}

async function write(
  command: CheckCommand,
  words: readonly string[],
  { reports, unjudged }: Judged,
  policy: Policy,
  exitCode: ExitCode,
): Promise<void> {
  const toFile = command.output !== null;
  const render = await CHECK_FORMATS[command.format]();
  const output: Output = command.output === null ? standardOutput() : fileOutput(command.output);
  try {
    let pieces = 0;
    for (const piece of render(reports, {
      palette: choosePalette(command.color, toFile, process.env),
      width: terminalWidth(toFile, process.env),
      rules: Object.values(RULES),
      unjudged,
      several: command.all || command.name !== null || words.length > 1,
      all: command.verbose,
      counts: finding => counts(finding, policy),
      exitCode,
    })) {
      output.write(piece);
      if (toFile && ++pieces % PIECES_A_TURN === 0) await nextTurn();
    }
    if (toFile) await nextTurn();
    output.close();
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** The policy file, and the command line over it. */
function policyOf(command: CheckCommand): Policy {
  const base = command.policy === null ? DEFAULT_POLICY : parseJsonFile(command.policy, parsePolicy);
  return {
    ...base,
    ...(command.only.length > 0 ? { only: command.only.map(globOf) } : {}),
    ignore: [...base.ignore, ...command.ignore.map(globOf)],
    ...(command.rules.length > 0 ? { rules: command.rules.map(ruleId) } : {}),
    skip: [...base.skip, ...command.skip.map(ruleId)],
    failOn: command.failOn ?? base.failOn,
    inconclusive: command.inconclusive ?? base.inconclusive,
  };
}

function globOf(pattern: string): Glob {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (error instanceof UnusableJson) throw new TargetError('unusable', error.message, null, error);
    throw error;
  }
}

export function ruleId(word: string): RuleId {
  if (isRuleId(word)) return word;
  throw new TargetError(
    'unusable',
    `there is no rule '${oneCharAByte(word)}'`,
    'vmaexplain check --list-rules lists them',
  );
}

const readBaseline = (path: string | null): Baseline | null =>
  path === null ? null : parseJsonFile(path, parseBaseline);

/** Policies and baselines are small; what is larger is something else. */
const LARGEST_JSON = 64 << 20;

function parseJsonFile<T>(path: string, parse: (text: string) => T): T {
  try {
    return parse(readContent(path, LARGEST_JSON).toString('utf8'));
  } catch (error) {
    if (error instanceof UnusableJson || error instanceof TargetError)
      throw new TargetError('unusable', `${oneCharAByte(path)}: ${error.message}`, null, error);
    throw new TargetError(
      'unusable',
      `${oneCharAByte(path)}: cannot be read (${errnoOf(error) || String(error)})`,
      null,
      error,
    );
  }
}

function writeBaseline(path: string, findings: Report['findings']): void {
  const output = fileOutput(path);
  output.write(renderBaseline(openIdentities(findings)));
  output.close();
}

/** YYYY-MM-DD, in UTC so that every CI runner agrees. */
const today = (): string => new Date().toISOString().slice(0, 10);
