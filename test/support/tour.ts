/** Tests that the console sessions of a document show what the commands really print. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elided, linesOf, sessionsIn } from './console.ts';
import { ROOT, shell } from './shell.ts';

const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

/** As typed at a terminal of 100 columns: what writes into a pipe does not know how wide that is. */
const atTerminal = (command: string): string => (command.includes('|') ? command : `COLUMNS=100 ${command}`);

/**
 * One test for each session of a document, a path below the root of the project. UPDATE_GOLDEN=1 rewrites what differs
 * instead (a block with more than one "…" is to be rewritten by hand).
 */
export function describeSessions(document: string): void {
  const path = join(ROOT, document);
  const sessions = sessionsIn(readFileSync(path, 'utf8'));

  if (UPDATE) {
    it(`rewrites ${document}`, async () => {
      const lines = readFileSync(path, 'utf8').split('\n');
      for (const { command, shown, line } of sessions.toReversed())
        lines.splice(line, shown.length, ...elided(linesOf(await shell(atTerminal(command))), shown));
      writeFileSync(path, lines.join('\n'));
    });
    return;
  }
  describe.concurrent(document, () => {
    for (const { command, shown } of sessions)
      it(command, async ({ expect: here = expect }) => {
        const actual = linesOf(await shell(atTerminal(command)));
        here(elided(actual, shown)).toEqual(shown);
      });
  });
}
