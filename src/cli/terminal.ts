/** What the output goes to: decides on colour and width once. */
import { isatty } from 'node:tty';
import { ANSI, type Palette, PLAIN } from '../render/palette.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/** NO_COLOR and FORCE_COLOR (no-color.org, force-color.org) are honoured by `auto`; the option beats both. */
export function choosePalette(choice: ColorChoice, toFile: boolean, env: NodeJS.ProcessEnv): Palette {
  if (choice === 'always') return ANSI;
  if (choice === 'never') return PLAIN;
  const force = env['FORCE_COLOR'];
  if (env['NO_COLOR']) return PLAIN;
  if (force !== undefined) return force === '0' ? PLAIN : ANSI;
  return !toFile && isatty(1) && env['TERM'] !== 'dumb' ? ANSI : PLAIN;
}

/** Columns to fit into: COLUMNS, else the terminal's; null in a pipe or file, where nothing is cut. */
export function terminalWidth(toFile: boolean, env: NodeJS.ProcessEnv): number | null {
  if (toFile) return null;
  const columns = Number(env['COLUMNS']);
  if (Number.isInteger(columns) && columns > 0) return columns;
  return isatty(1) ? (process.stdout.columns ?? null) : null;
}
