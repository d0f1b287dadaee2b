/**
 * Reads smaps, whatever else must belong to the same moment, and then maps as the check that nothing moved
 * meanwhile: since Linux 6.18 even one read of either can be torn (per-VMA locks).
 */
import type { Note } from '../model/capture.ts';
import type { Vma } from '../model/vma.ts';
import { SmapsParser } from '../parse/smaps.ts';
import { errnoOf } from './errors.ts';
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
 * @throws system errors where neither smaps nor maps can be read.
 */
export function readConsistently<T>(
  proc: ProcDirectory,
  rest: () => T,
  sink: TextSink | null = null,
): Reading<T> {
  for (let tries = 1; ; tries++) {
    const { parsed, notes } = readSmaps(proc, sink);
    const between = rest();
    if (parsed.vmas.length === 0 || unchanged(proc, parsed.vmas)) return { parsed, notes, rest: between };
    if (tries < MOST_TRIES) continue;
    const message = `the mappings changed while being read (${MOST_TRIES} attempts); one may be missing or stand twice`;
    return { parsed, notes: [...notes, { code: 'changed-while-read', message }], rest: between };
  }
}

function readSmaps(proc: ProcDirectory, sink: TextSink | null): { parsed: SmapsParser; notes: Note[] } {
  try {
    return { parsed: parse(proc, 'smaps', sink), notes: [] };
  } catch (error) {
    const parsed = parse(proc, 'maps', sink);
    const why =
      errnoOf(error) === 'ENOENT'
        ? 'this kernel has no smaps'
        : `smaps could not be read (${errnoOf(error)})`;
    const message = `${why}: resident sizes and VmFlags are unknown`;
    return { parsed, notes: parsed.vmas.length > 0 ? [{ code: 'smaps-unreadable', message }] : [] };
  }
}

function parse(proc: ProcDirectory, name: 'smaps' | 'maps', sink: TextSink | null): SmapsParser {
  const parser = new SmapsParser();
  sink?.restart(name);
  proc.pieces(name, text => {
    sink?.take(text);
    parser.feed(text);
  });
  parser.finish();
  return parser;
}

/** Does maps still show the same ranges, permissions and offsets? */
function unchanged(proc: ProcDirectory, vmas: readonly Vma[]): boolean {
  let count = 0;
  let same = true;
  const check = new SmapsParser(vma => {
    const before = vmas[count++];
    same &&=
      before !== undefined &&
      before.start === vma.start &&
      before.end === vma.end &&
      before.permissions === vma.permissions &&
      before.offset === vma.offset &&
      before.inode === vma.inode;
  });
  try {
    proc.pieces('maps', text => check.feed(text));
  } catch {
    return false;
  }
  check.finish();
  return same && count === vmas.length;
}
