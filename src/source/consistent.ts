/**
 * Reads smaps, whatever else must belong to the same moment, and then maps as the check that nothing moved
 * meanwhile: since Linux 6.18 even one read of either can be torn (per-VMA locks).
 */
import type { Note } from '../model/capture.ts';
import { SmapsParser } from '../parse/smaps.ts';
import { errnoOf } from './errors.ts';
import { KeptLines } from './kept-lines.ts';
import type { ProcDirectory } from './proc-directory.ts';

const MOST_TRIES = 4;

export interface Reading<T> {
  readonly parsed: SmapsParser;
  readonly notes: readonly Note[];
  /** What was read between the two passes. */
  readonly rest: T;
}

/** Takes the raw text of what is parsed, for a recording; `restart` forgets what came before. */
export interface TextSink {
  restart(kind: 'smaps' | 'maps'): void;
  take(text: string): void;
}

/**
 * Reads until two passes agree, a few times at most; then says so in a note.
 * @param rest reads what must belong to the same moment.
 * @param hasMemory is the process of such a rest one with mappings? A text is empty too where execve(2) came between.
 * @throws system errors where neither smaps nor maps can be read.
 */
export function readConsistently<T>(
  proc: ProcDirectory,
  rest: () => T,
  hasMemory: (rest: T) => boolean,
  sink: TextSink | null = null,
): Reading<T> {
  for (let tries = 1; ; tries++) {
    const space = proc.addressSpace();
    try {
      const { parsed, lines, notes } = readSmaps(proc, sink);
      const between = rest();
      const isEmpty = parsed.vmas.length === 0;
      if (isEmpty ? !hasMemory(between) : unchanged(proc, lines) && !space.isGone())
        return { parsed, notes, rest: between };
      if (tries < MOST_TRIES) continue;
      const message = space.isGone()
        ? `the process executed another program while being read (${MOST_TRIES} attempts); what is told of it may be of both`
        : `the mappings changed while being read (${MOST_TRIES} attempts); one may be missing or stand twice`;
      return { parsed, notes: [...notes, { code: 'changed-while-read', message }], rest: between };
    } finally {
      space.close();
    }
  }
}

interface Pass {
  readonly parsed: SmapsParser;
  readonly lines: KeptLines;
}

function readSmaps(proc: ProcDirectory, sink: TextSink | null): Pass & { readonly notes: Note[] } {
  try {
    return { ...parse(proc, 'smaps', sink), notes: [] };
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    const pass = parse(proc, 'maps', sink);
    const why =
      errnoOf(error) === 'ENOENT'
        ? 'this kernel has no smaps'
        : `smaps could not be read (${errnoOf(error)})`;
    const message = `${why}: resident sizes and VmFlags are unknown`;
    return { ...pass, notes: pass.parsed.vmas.length > 0 ? [{ code: 'smaps-unreadable', message }] : [] };
  }
}

function parse(proc: ProcDirectory, name: 'smaps' | 'maps', sink: TextSink | null): Pass {
  const lines = new KeptLines();
  const parsed = new SmapsParser(line => lines.add(line));
  sink?.restart(name);
  proc.pieces(name, text => {
    sink?.take(text);
    parsed.feed(text);
  });
  parsed.finish();
  return { parsed, lines };
}

/** Does maps still show the same lines, each the first of a record of smaps? */
function unchanged(proc: ProcDirectory, lines: KeptLines): boolean {
  try {
    proc.pieces('maps', text => lines.compare(text));
  } catch {
    return false;
  }
  return lines.areAllCompared();
}
