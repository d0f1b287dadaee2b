/** What the output goes to: decides on colour and width once. */
import { fstatSync } from 'node:fs';
import { ANSI, type Palette, PLAIN } from '../render/palette.ts';
import { complain } from './complain.ts';
import type { Screen } from './progress.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/** NO_COLOR and FORCE_COLOR (no-color.org, force-color.org) are honoured by `auto`; the option beats both. */
export function choosePalette(choice: ColorChoice, toFile: boolean, env: NodeJS.ProcessEnv): Palette {
  if (choice === 'always') return ANSI;
  if (choice === 'never') return PLAIN;
  const force = env['FORCE_COLOR'];
  if (env['NO_COLOR']) return PLAIN;
  if (force) return force === '0' ? PLAIN : ANSI;
  return !toFile && isTerminal(1) && env['TERM'] !== 'dumb' ? ANSI : PLAIN;
}

/** Columns to fit into: COLUMNS, else the terminal's; null in a pipe or file, where nothing is cut. */
export function terminalWidth(toFile: boolean, env: NodeJS.ProcessEnv): number | null {
  if (toFile) return null;
  const columns = Number(env['COLUMNS']);
  if (Number.isInteger(columns) && columns > 0) return columns;
  return isTerminal(1) ? (process.stdout.columns ?? null) : null;
}

/**
 * Where progress may be shown: standard error, if it is a terminal. `busy`: standard output is being written meanwhile, so
 * that it must not be the same terminal.
 */
export const progressScreen = (busy: boolean): Screen => ({
  // Not `performance`, which is loaded when it is first used.
  now: () => Date.now(),
  isThere: () => isTerminal(2) && !(busy && isTerminal(1)),
  columns: () => process.stderr.columns ?? 80,
  write: complain,
});

/** A stream is asked only where it is a character device at all: the question costs loading node:tty. */
function isTerminal(fd: 1 | 2): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && (fd === 1 ? process.stdout : process.stderr).isTTY === true;
  } catch {
    return false;
  }
}
