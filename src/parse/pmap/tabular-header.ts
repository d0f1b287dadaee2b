/**
 * The header line of the listings without Inode column:
 *
 *   Address           Kbytes     RSS   Dirty Mode  Mapping        procps -x
 *   Address           Kbytes Mode  Offset           Device    Mapping   procps -d
 *   Address<TAB><TAB>  Kbytes     PSS   Dirty    Swap  Mode  Mapping    busybox -x
 *   START               SIZE     RSS     PSS   DIRTY    SWAP PERM MAPPING   SLES 11
 *   Address  Kbytes     RSS    Anon  Locked Mode   Mapped File          Solaris -x
 *
 * Only English ones are read. A translated one comes from procps, whose rows tell their columns by count.
 */
import { wordsOf } from './cursor.ts';

export interface TabularHeader {
  /** smaps' names of the number columns; "Size" for the mapping's own size, null for an unknown one. */
  readonly columns: readonly (string | null)[];
  /** Words and blanks from the permissions on. */
  readonly tail: string;
}

const FIRST = new Set(['address', 'start']);
const PERMISSIONS = new Set(['mode', 'perm', 'perms']);
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['kbytes', 'Size'],
  ['size', 'Size'],
  ['rss', 'Rss'],
  ['pss', 'Pss'],
  ['dirty', 'Dirty'],
  ['swap', 'Swap'],
  ['anon', 'Anonymous'],
  ['locked', 'Locked'],
  ['lock', 'Locked'],
]);

/** Reads a line; null where it is no such header, or a translated one. */
export function parseTabularHeader(line: string): TabularHeader | null {
  const words = wordsOf(line).map(word => word.toLowerCase());
  if (!FIRST.has(words[0] ?? '')) return null;
  const permissions = words.findIndex(word => PERMISSIONS.has(word));
  if (permissions < 2) return null;
  const columns = words.slice(1, permissions).map(word => COLUMNS.get(word) ?? null);
  const tail = line.slice(line.toLowerCase().lastIndexOf(words[permissions]!));
  return columns.some(column => column !== null) ? { columns, tail } : null;
}

/** The figures among the number columns: all but the mapping's own size and the unknown ones. */
export function figuresOf(columns: readonly (string | null)[]): string[] {
  return columns.filter((name): name is string => name !== null && name !== 'Size');
}
