/** The command line (commander): words in, an exit code out. */
import { Command, CommanderError, Option } from 'commander';
import { oneCharAByte } from '../model/latin1.ts';
import { VERSION } from '../model/version.ts';
import { FORMAT_NAMES, type FormatName } from '../render/formats.ts';
import type { View } from '../render/options.ts';
import { printable } from '../render/printable.ts';
import { checkCommand } from './check-command.ts';
import { complain } from './complain.ts';
import type { ExitCode } from './failure.ts';
import type { OfflineFlags } from './offline.ts';
import { colorOption, formatOf, jsonOption, offlineOptions, outputOf } from './options.ts';
import { standardOutput } from './output.ts';
import type { ColorChoice } from './terminal.ts';

interface Flags extends OfflineFlags {
  readonly extended?: true;
  readonly X?: number;
  readonly XX?: true;
  readonly device?: true;
  readonly quiet?: true;
  readonly showPath?: true;
  readonly range?: string;
  readonly format: FormatName;
  readonly json?: true;
  readonly output?: string;
  readonly color: ColorChoice;
  readonly explain?: true;
  readonly keep?: true;
}

const EXAMPLES = `
TARGET is a PID or /proc/PID; a snapshot, a core file, captured text of
/proc/PID/maps, smaps or any pmap (- reads it from standard input); or an ELF
file, whose layout is predicted. Without one, the parent process (your shell) is
explained.

Examples:
  vmaexplain                      what lives in each mapping of this shell
  vmaexplain --explain 1234       … of process 1234, and why, in sentences
  vmaexplain --format sections 1234 | grep '\\.got'
  vmaexplain --json 1234 | jq -r '.mappings[] | select(.relro) | .path'
  vmaexplain -A 7f0000000000, 1234
  vmaexplain record 1234 -o snapshot.json.gz
  vmaexplain snapshot.json.gz     then, anywhere
  pmap -XX 1234 | vmaexplain -
  vmaexplain -- ./program --port 0    starts it, explains it, ends it
  vmaexplain --sysroot /srv/debian12 maps.txt

Exit codes: 0 all explained; 2 unusable command line or input; 3 a target is not
there or may not be read.`;

/** Runs the command line and returns its exit code; never throws for trouble of the user's. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  const result: Result = { code: 0 };
  // What follows -- is a program to start; commander sees only the words before.
  const dashes = words.indexOf('--');
  const started = dashes < 0 ? null : words.slice(dashes + 1);
  const own = spellHelp(dashes < 0 ? words : words.slice(0, dashes));
  const program = rootCommand(started, result);
  // Making a command takes a while, so only those are made that may be meant, or listed by help.
  const isMeant = (name: string): boolean => own.some(word => word === name || ASKS_FOR_HELP.test(word));
  if (isMeant('record')) program.addCommand(recordCommand(started, result));
  if (isMeant('check'))
    program.addCommand(
      checkCommand(started, code => {
        result.code = code;
      }),
    );
  configure(program, '');
  for (const command of program.commands) configure(command, `${command.name()} `);
  if (started?.length === 0) return fail('a program follows --');
  try {
    await program.parseAsync(own, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // Standard output cannot take the help; trouble with a target has been told where it is done.
    return fail(inert(error instanceof Error ? error.message : String(error)));
  }
  return result.code;
}

function fail(message: string): ExitCode {
  complain(`vmaexplain: ${message}\n`);
  return 2;
}

interface Result {
  code: ExitCode;
}

/** Also as one of several letters. */
const ASKS_FOR_HELP = /^(--help|-[^-]*h.*)$/;

/** Commander repeats words of the command line, which may be names of files. */
const inert = (text: string): string => printable(oneCharAByte(text));

/** `prefix`: its words before its options. */
function configure(command: Command, prefix: string): void {
  command
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeErr: complain,
      // Loading process.stdout takes longer than all the rest of --version.
      writeOut: text => {
        const output = standardOutput();
        output.write(text);
        output.close();
      },
      outputError: (text, write) => write(`${inert(text.replace(/^error: /, 'vmaexplain: ').trimEnd())}\n`),
    })
    .showSuggestionAfterError(false)
    .showHelpAfterError(`  see 'vmaexplain ${prefix}--help'`)
    .exitOverride();
}

function rootCommand(started: readonly string[] | null, result: Result): Command {
  const program = new Command('vmaexplain');
  let times = 0;
  program
    .description(
      'Says, for every mapping of a Linux process, which ELF segment and sections live there, and why.',
    )
    .argument('[TARGET...]', 'what to explain')
    .option('-x, --extended', "pmap's extended columns: RSS, dirty, mode")
    .option('-X', "most figures of the kernel's smaps")
    .option('--XX', 'everything that the kernel tells (also -XX)')
    .option('-d, --device', "pmap's device columns: mode, offset, device")
    .option('-q, --quiet', 'neither header nor totals')
    .option('-p, --show-path', 'full paths')
    .option('-A, --range <LOW[,HIGH]>', 'only mappings that overlap these addresses (hexadecimal)')
    .addOption(new Option('--format <NAME>', 'output format').choices(FORMAT_NAMES).default('table'))
    .addOption(jsonOption())
    .option('-o, --output <FILE>', 'write there instead of to standard output')
    .addOption(colorOption())
    .option('--explain', 'give the reasons in full sentences')
    .option('--keep', 'leave the program that was started with -- running');
  for (const option of offlineOptions()) program.addOption(option);
  return (
    program
      .version(VERSION, '--version', 'print the version')
      .addHelpText('after', EXAMPLES)
      .enablePositionalOptions()
      // Like pmap's, it says more the second time, with other letters between or not.
      .on('option:X', () => program.setOptionValueWithSource('X', ++times, 'cli'))
      .hook('preSubcommand', (_, command) => {
        const early = program.options.find(
          option => program.getOptionValueSource(option.attributeName()) === 'cli',
        );
        if (!early) return;
        const { short, long } = early;
        const isKnown = command.options.some(own => own.long === long && own.short === short);
        const flag = long ?? short;
        command.error(
          isKnown
            ? `vmaexplain: put ${flag} after ${command.name()}`
            : `vmaexplain: ${command.name()} has no option ${flag}`,
        );
      })
      .action(async (targets: string[], flags: Flags) => {
        if (started && targets.length > 0)
          program.error('vmaexplain: TARGETs and -- PROGRAM exclude each other');
        if (flags.keep && !started) program.error('vmaexplain: --keep goes with -- PROGRAM');
        const { explain } = await import('./work.ts');
        result.code = await explain(targets, {
          format: formatOf(program, flags),
          view: viewOf(program, flags),
          quiet: flags.quiet ?? false,
          fullPath: flags.showPath ?? false,
          explain: flags.explain ?? false,
          color: flags.color,
          output: outputOf(flags.output),
          range: flags.range ?? null,
          offline: flags,
          program: started,
          keep: flags.keep ?? false,
        });
      })
  );
}

function recordCommand(started: readonly string[] | null, result: Result): Command {
  const command = new Command('record');
  return command
    .description('Writes a self-contained snapshot of a process, to be explained or checked anywhere.')
    .argument('<PID>', 'the process')
    .requiredOption(
      '-o, --output <FILE>',
      'where to write (needed; - for standard output); compressed if the name ends in .gz',
    )
    .option('--force', 'overwrite the file')
    .action(async (pid: string, flags: { output: string; force?: true }) => {
      if (started) command.error('vmaexplain: record takes a PID, no -- PROGRAM');
      const { record } = await import('./work.ts');
      result.code = await record(pid, { output: outputOf(flags.output), force: flags.force ?? false });
    });
}

/** `help`, `help check` as git has it; ./help is a file. */
const spellHelp = (words: readonly string[]): readonly string[] =>
  words[0] === 'help' ? [...words.slice(1), '--help'] : words;

function viewOf(program: Command, flags: Flags): View {
  const chosen: View[] = [];
  if (flags.extended) chosen.push('x');
  if (flags.device) chosen.push('d');
  if (flags.XX || flags.X) chosen.push(flags.XX || flags.X! > 1 ? 'XX' : 'X');
  if (chosen.length > 1) program.error('vmaexplain: options -x, -d, -X and -XX exclude each other');
  return chosen[0] ?? 'default';
}
