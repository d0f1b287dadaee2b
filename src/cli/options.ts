/** Options that several commands share. */
import { type Command, Option } from 'commander';

export const colorOption = (): Option =>
  new Option('--color <WHEN>', 'colour the output').choices(['auto', 'always', 'never']).default('auto');

export const jsonOption = (): Option => new Option('--json', 'the same as --format json');

/** What --format and --json choose together. */
export function formatOf<T extends string>(
  command: Command,
  flags: { readonly format: T; readonly json?: true },
): T | 'json' {
  if (flags.json && flags.format !== 'json' && command.getOptionValueSource('format') === 'cli')
    command.error('vmaexplain: --json and --format exclude each other');
  return flags.json ? 'json' : flags.format;
}

/** Of -o, where - is standard output, as it is standard input among TARGETs; null: standard output. */
export const outputOf = (path: string | undefined): string | null =>
  path === undefined || path === '-' ? null : path;

/** For options that may stand several times. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** Where to find the binaries of captured evidence. */
export function offlineOptions(): Option[] {
  return [
    new Option('--sysroot <DIR>', 'look for the binaries of captured evidence below DIR (repeatable)')
      .argParser(collect)
      .default([], 'none'),
    new Option('--elf <NAME=FILE>', 'use FILE as the binary that the evidence calls NAME (repeatable)')
      .argParser(collect)
      .default([], 'none'),
    new Option('--page-size <BYTES>', 'for an ELF file, or text that tells no page size'),
  ];
}
