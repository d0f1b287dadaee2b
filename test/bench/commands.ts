/** What is timed. Each command explains the same process, except `node`, the floor that nothing here gets below. */
import { which } from '../support/tools.ts';
import type { RunningSubject } from './subjects.ts';

export const COMMAND_NAMES = [
  'node',
  'version',
  'help',
  'table',
  'json',
  'check',
  'pmap',
  'pmap+readelf',
  'gdb',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export interface Command {
  readonly name: CommandName;
  readonly words: readonly string[];
}

/** The floor, and what needs no process. */
export const startUpCommands = (cli: string): Command[] => [
  { name: 'node', words: [process.execPath, '-e', '0'] },
  { name: 'version', words: [process.execPath, cli, '--version'] },
  { name: 'help', words: [process.execPath, cli, '--help'] },
];

/** Everything that is run on one subject, as far as this machine has it. */
export function commandsFor({ pid, elfFiles }: RunningSubject, cli: string): Command[] {
  const target = String(pid);
  const ours = (...words: string[]): string[] => [process.execPath, cli, ...words];
  const commands: Command[] = [
    { name: 'node', words: [process.execPath, '-e', '0'] },
    { name: 'table', words: ours(target) },
    { name: 'json', words: ours('--json', target) },
    { name: 'check', words: ours('check', target) },
  ];
  if (which('pmap')) commands.push({ name: 'pmap', words: ['pmap', '-XX', target] });
  if (which('pmap') && which('readelf'))
    commands.push({ name: 'pmap+readelf', words: ['/bin/sh', '-c', EACH_FILE, 'sh', target, ...elfFiles] });
  if (which('gdb'))
    commands.push({
      name: 'gdb',
      words: ['gdb', '-nx', '-p', target, '-batch', '-ex', 'info files', '-ex', 'info proc mappings'],
    });
  return commands;
}

const EACH_FILE = 'pmap -XX "$1"; shift; for file; do readelf -lSW "$file"; done';
