/**
 * A row of `pmap -X`, `-XX` or `-C` below its header:
 *
 *       5628089bd000 r-xp 0002f000  fe:00 260104  772 …      0       rd ex mr mw me bash
 *   ADDRESS          PERM OFFSET    DEV   INODE   FIGURES…   VMFLAGS               NAME
 *
 * Figures are split at blanks from the left. VmFlags holds blanks itself: it ends where its header word
 * ends, or, in a copy with collapsed white space, with the last word that can be a flag.
 */

import { isPlainNumber } from '../../model/figures.ts';
import { Cursor, wordsOf } from './cursor.ts';
import type { ExtendedHeader } from './extended-header.ts';
import { endAfter, KIB, parseAddress, parseDecimal, parseOffset } from './numbers.ts';
import { isKernelPermissions } from './permissions.ts';
import type { TextRow } from './row.ts';
import { countFlags, looksLikeFlag } from './vm-flags.ts';

/** The fields before the figures; null: the listing has no such column. */
interface Lead {
  readonly permissions: string | null;
  readonly offset: TextRow['offset'];
  readonly device: string | null;
  readonly inode: string | null;
}

export const DEVICE: RegExp = /^[0-9a-f]{2,8}:[0-9a-f]{2,8}$/;
export const INODE: RegExp = /^[0-9]{1,20}$/;

/** Reads a line; null where it does not have the header's columns. */
export function parseExtendedRow(line: string, header: ExtendedHeader): TextRow | null {
  const cursor = new Cursor(line);
  const start = parseAddress(cursor.next());
  if (start === null) return null;
  const lead = takeLead(cursor, header);
  if (!lead) return null;
  const figures: number[] = [];
  let size: number | null = null;
  for (const name of header.figureNames) {
    const value = parseDecimal(cursor.next());
    if (value === null) return null;
    if (name === 'Size') size = value;
    figures.push(isPlainNumber(name) ? value : value * KIB);
  }
  const end = size === null ? null : endAfter(start, size);
  if (size !== null && end === null) return null;
  const hasFile = lead.inode === null ? null : lead.inode !== '0';
  const vmFlags = header.vmFlags ? takeFlags(cursor, header.flagsEnd, hasFile) : null;
  const gap = cursor.blanks();
  const name = cursor.rest();
  if (name !== '' && !header.mapping) return null;
  return { start, end, ...lead, permissions: lead.permissions ?? '????', figures, vmFlags, gap, name };
}

/** Takes the fields before the figures; null where they do not have the shape that the header asks for. */
function takeLead(cursor: Cursor, header: ExtendedHeader): Lead | null {
  const columns = header.lead ?? leadByShape(cursor, header.figureNames.length);
  const permissions = columns.permissions ? cursor.next() : null;
  if (permissions !== null && !isKernelPermissions(permissions)) return null;
  const offset = columns.offset ? parseOffset(cursor.next()) : null;
  if (columns.offset && offset === null) return null;
  const device = columns.device ? cursor.next() : null;
  if (device !== null && !DEVICE.test(device)) return null;
  const inode = columns.inode ? cursor.next() : null;
  if (inode !== null && !INODE.test(inode)) return null;
  return { permissions, offset, device, inode };
}

/** Which fields a row has, where the header's words are translated. */
function leadByShape(cursor: Cursor, figures: number): NonNullable<ExtendedHeader['lead']> {
  const { at } = cursor;
  const words = Array.from({ length: 5 + figures }, () => cursor.next());
  cursor.at = at;
  const permissions = isKernelPermissions(words[0]!);
  const next = permissions ? 1 : 0;
  const offset = parseOffset(words[next]!) !== null && DEVICE.test(words[next + 1]!);
  const device = DEVICE.test(words[next + (offset ? 1 : 0)]!);
  const rest = words.slice(next + (offset ? 1 : 0) + (device ? 1 : 0));
  const numbers = rest.findIndex(word => !INODE.test(word));
  return { permissions, offset, device, inode: (numbers < 0 ? rest.length : numbers) > figures };
}

/** Takes VmFlags; `hasFile`: does the inode number say that a name follows? */
function takeFlags(cursor: Cursor, flagsEnd: number | null, hasFile: boolean | null): readonly string[] {
  const { line, at } = cursor;
  if (flagsEnd !== null && flagsEnd > at && line.length >= flagsEnd - 1 && endsWord(line, flagsEnd)) {
    const words = wordsOf(line.slice(at, flagsEnd));
    if (words.every(looksLikeFlag)) {
      cursor.at = flagsEnd;
      return words;
    }
  }
  return takeFlagRun(cursor, hasFile);
}

/** Takes the longest run of flags, less one word where that leaves a mapped file without a name. */
export function takeFlagRun(cursor: Cursor, hasFile: boolean | null): readonly string[] {
  const words = wordsOf(cursor.line.slice(cursor.at));
  let count = countFlags(words);
  if (count === words.length && hasFile === true) count--;
  for (let i = 0; i < count; i++) cursor.next();
  return words.slice(0, Math.max(count, 0));
}

function endsWord(line: string, at: number): boolean {
  return at >= line.length || line[at] === ' ' || line[at - 1] === ' ';
}
