/**
 * Console sessions in Markdown, as a reader would have them:
 *
 *     ```console
 *     $ vmaexplain samples/crash/core
 *     1234: /opt/demo/demo crash
 *     …
 *     total 24 mappings, 2.4 MiB
 *     ```
 *
 * A line that is "…" alone stands for one or more lines that are left out.
 */
import type { Outcome } from './shell.ts';

export interface Session {
  readonly command: string;
  /** The lines of output that are shown. */
  readonly shown: readonly string[];
  /** Where the shown lines begin in the document's lines. */
  readonly line: number;
}

const ELISION = '…';

export function sessionsIn(markdown: string): Session[] {
  const sessions: Session[] = [];
  let inside = false;
  for (const [i, text] of markdown.split('\n').entries()) {
    if (text === '```console') inside = true;
    else if (text.startsWith('```')) inside = false;
    else if (inside && text.startsWith('$ '))
      sessions.push({ command: text.slice(2), shown: [], line: i + 1 });
    else if (inside) (sessions.at(-1)!.shown as string[]).push(text);
  }
  return sessions;
}

/** What a terminal shows of it, line by line. */
export const linesOf = ({ stdout, stderr }: Outcome): string[] =>
  `${stdout}${stderr}`.split('\n').slice(0, -1);

/**
 * The lines that a document may show: the actual ones, left out where the shown ones say so. The same as `shown` exactly
 * if what is shown is true.
 */
export function elided(actual: readonly string[], shown: readonly string[]): string[] {
  const runs = splitAt(shown, ELISION);
  const [first = [], ...rest] = runs;
  if (rest.length === 0) return [...actual];
  const last = rest.pop()!;
  const out = actual.slice(0, first.length);
  const end = actual.length - last.length;
  let from = first.length;
  for (const run of rest) {
    const at = placeOf(run, actual, from + 1, end - 1);
    if (at < 0) throw new Error(`the output has no such lines any more:\n${run.join('\n')}`);
    out.push(ELISION, ...actual.slice(at, at + run.length));
    from = at + run.length;
  }
  if (from >= end) throw new Error(`nothing is left out before:\n${last.join('\n')}`);
  return [...out, ELISION, ...actual.slice(end)];
}

function splitAt(lines: readonly string[], mark: string): string[][] {
  const runs: string[][] = [[]];
  for (const line of lines) {
    if (line === mark) runs.push([]);
    else runs.at(-1)!.push(line);
  }
  return runs;
}

/** Where the run stands, if not word by word then by the first word of each line, which is an address in a table. */
function placeOf(run: readonly string[], lines: readonly string[], from: number, end: number): number {
  for (const key of [(line: string) => line, firstWord])
    for (let at = from; at + run.length <= end; at++)
      if (run.every((line, i) => key(line) === key(lines[at + i]!))) return at;
  return -1;
}

const firstWord = (line: string): string => line.trim().split(' ')[0]!;
