/** The options of `vmaexplain check`. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { LEVELS, type Level } from '../model/rule.ts';
import { CHECK_FORMAT_NAMES, type CheckFormatName } from '../render/check/formats.ts';
import type { ExitCode } from './failure.ts';
import type { OfflineFlags } from './offline.ts';
import { collect, colorOption, formatOf, jsonOption, offlineOptions, outputOf } from './options.ts';
import type { ColorChoice } from './terminal.ts';

interface Flags extends OfflineFlags {
  readonly format: CheckFormatName;
  readonly json?: true;
  readonly color: ColorChoice;
  readonly output?: string;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly rule: readonly string[];
  readonly skip: readonly string[];
  readonly failOn?: Level;
  readonly inconclusive?: 'fail' | 'pass';
  readonly policy?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly verbose?: true;
  readonly all?: true;
  readonly name?: string;
  readonly keep?: true;
  readonly listRules?: true;
  readonly explainRule?: string;
}

const EXAMPLES = `
Examples:
  vmaexplain check 1234
  vmaexplain check ./program      its headers, and the layout that they predict
  vmaexplain check -- ./program   starts it, judges it, ends it
  vmaexplain check --format sarif -o vmaexplain.sarif -- ./program
  vmaexplain check --write-baseline known.json 1234
  vmaexplain check --baseline known.json 1234
  vmaexplain check --all --only '/usr/lib/**' --fail-on warning
  vmaexplain check --explain-rule relro-partial

Exit codes: 0 no finding reaches --fail-on; 1 one does; 2 unusable command line
or input; 3 a target is not there or may not be read.`;

/** `program`: the words after --, which are a program to start; `finish` takes the exit code. */
export function checkCommand(program: readonly string[] | null, finish: (code: ExitCode) => void): Command {
  const list = (flags: string, text: string): Option =>
    new Option(flags, text).argParser(collect).default([], 'none');
  const command = new Command('check')
    .description('Judges the hardening of processes and files as the kernel enforces it; made for CI.')
    .argument('[TARGET...]', 'as for explaining')
    .addOption(new Option('--format <NAME>', 'output format').choices(CHECK_FORMAT_NAMES).default('table'))
    .addOption(jsonOption())
    .option('-o, --output <FILE>', 'write there instead of to standard output')
    .addOption(colorOption())
    .option('-v, --verbose', 'show also what passed and what does not apply')
    .addOption(list('--only <GLOB>', 'judge only files whose path matches (repeatable)'))
    .addOption(list('--ignore <GLOB>', 'leave out files whose path matches (repeatable)'))
    .addOption(list('--rule <ID>', 'judge by this rule only (repeatable)'))
    .addOption(list('--skip <ID>', 'leave this rule out (repeatable)'))
    .addOption(new Option('--fail-on <LEVEL>', 'what makes the exit code 1 (default: error)').choices(LEVELS))
    .addOption(
      new Option('--inconclusive <HOW>', 'what an inconclusive verdict counts as (default: pass)').choices([
        'fail',
        'pass',
      ]),
    )
    .option('--policy <FILE>', 'levels, scope and exceptions (JSON)')
    .option('--baseline <FILE>', 'findings that are known already do not count')
    .option('--write-baseline <FILE>', 'write the findings as a baseline')
    .option('--all', 'every process that may be read')
    .option('--name <REGEX>', 'processes whose name or executable matches')
    .option('--keep', 'leave the program that was started running')
    .option('--list-rules', 'list the rules')
    .option('--explain-rule <ID>', 'explain a rule');
  for (const option of offlineOptions()) command.addOption(option);
  return command.addHelpText('after', EXAMPLES).action(async (targets: string[], flags: Flags) => {
    const { check, document } = await import('./check-work.ts');
    if (flags.listRules || flags.explainRule !== undefined) {
      finish(await document(flags.explainRule ?? null, flags.color));
      return;
    }
    const sources = [targets.length > 0, flags.all, flags.name !== undefined, program !== null];
    if (sources.filter(Boolean).length > 1)
      command.error('vmaexplain: TARGETs, --all, --name and -- PROGRAM exclude each other');
    if (!sources.some(Boolean))
      command.error('vmaexplain: nothing to check: name a TARGET, --all, --name or -- PROGRAM');
    if (flags.keep && !program) command.error('vmaexplain: --keep goes with -- PROGRAM');
    if (flags.writeBaseline === '-') command.error('vmaexplain: --write-baseline takes a FILE');
    const output = outputOf(flags.output);
    if (
      output !== null &&
      flags.writeBaseline !== undefined &&
      resolve(flags.writeBaseline) === resolve(output)
    )
      command.error('vmaexplain: --write-baseline and -o name the same file');
    finish(
      await check(targets, {
        format: formatOf(command, flags),
        color: flags.color,
        output,
        offline: flags,
        only: flags.only,
        ignore: flags.ignore,
        rules: flags.rule,
        skip: flags.skip,
        failOn: flags.failOn ?? null,
        inconclusive: flags.inconclusive ?? null,
        policy: flags.policy ?? null,
        baseline: flags.baseline ?? null,
        writeBaseline: flags.writeBaseline ?? null,
        verbose: flags.verbose ?? false,
        all: flags.all ?? false,
        name: flags.name ?? null,
        program,
        keep: flags.keep ?? false,
      }),
    );
  });
}
