/**
 * Rows of NetBSD pmap's styles (usr.bin/pmap/pmap.c) that are complete in one line; -s is a tabular row:
 *
 *   -l  0000000000200000-0000000000210000 r-xp 0000000000000000 04:00 1234     /rescue/sleep
 *   -m  0x200000 0x210000 r-x rwx COW NC 1 0 0
 *   -a  00200000-0020FFFF      64k 00000000 r-xp- (rwx) 1/0/0 04:00    1234 - /rescue/sleep [0xc0ffee]
 *
 * -l looks like a maps line, only with sixteen digits; -a prints the last address instead of the end;
 * -m (some versions print 0x0x) tells device, inode and name only with -v. Devices are decimal except in -l.
 */
import { type Address, address, type FileOffset, fileOffset } from '../../model/units.ts';
import { parseMapsLine } from '../maps.ts';
import { deviceOf, endOf } from './numbers.ts';
import type { Form, ReadRow, TextRow } from './row.ts';

const LINUX: Form = { kind: 'netbsd-pmap', variant: 'netbsd -l', figureNames: [] };
const MAP: Form = { kind: 'netbsd-pmap', variant: 'netbsd -m', figureNames: [] };
const ALL: Form = { kind: 'netbsd-pmap', variant: 'netbsd -a', figureNames: [] };

const MAP_ROW =
  /^0x(?:0x)?([0-9a-f]{1,16}) +0x(?:0x)?([0-9a-f]{1,16}) +([r-][w-][x-]) +[r-][w-][x-] +(COW|NCOW) +N?NC +[0-9]+ +[0-9]+ +[0-9]+(?: +([0-9]{1,8}),([0-9]{1,8}) +([0-9]{1,20})(?: +(.*))?)? *$/s;
const ALL_ROW =
  /^([0-9A-Fa-f]{8,16})-([0-9A-Fa-f]{8,16}) +[0-9]{1,18}k +([0-9A-Fa-f]{1,16}) +([r-][w-][x-])([ps-])[+-] +\([r-][w-][x-]\) +[0-9]+\/[0-9]+\/[0-9]+ +([0-9]{1,8}):([0-9]{1,8}) +([0-9]{1,20}) -(?: +(.*))?$/s;
/** pmap -l: 64-bit addresses and offsets in full; Linux pads to eight digits only. */
export const FULL_WIDTH: RegExp = /^[0-9a-f]{16}-[0-9a-f]{16} .{4} [0-9a-f]{16} /;

/** Reads a line as any of the three; null where it is none. */
export function parseNetbsdRow(line: string): ReadRow | null {
  if (line.startsWith('0x')) return parseMapRow(line);
  return FULL_WIDTH.test(line) ? parseLinuxRow(line) : parseAllRow(line);
}

function parseLinuxRow(line: string): ReadRow | null {
  const entry = parseMapsLine(line);
  return entry && { form: LINUX, row: { ...NOTHING, ...entry, name: entry.name.trim() } };
}

function parseMapRow(line: string): ReadRow | null {
  const match = MAP_ROW.exec(line);
  if (!match) return null;
  const [, start, end, rights, cow, major, minor, inode, name] = match;
  const row = rowOf(BigInt(`0x${start}`), BigInt(`0x${end}`), {
    permissions: `${rights}${cow === 'COW' ? 'p' : 's'}`,
    device: major === undefined ? null : deviceOf(major, minor!, 10),
    inode: inode ?? null,
    name: (name ?? '').trim(),
  });
  return row && { form: MAP, row };
}

function parseAllRow(line: string): ReadRow | null {
  const match = ALL_ROW.exec(line);
  if (!match) return null;
  const [, start, last, offset, rights, sharing, major, minor, inode, name] = match;
  const row = rowOf(BigInt(`0x${start}`), BigInt(`0x${last}`) + 1n, {
    offset: fileOffset(BigInt(`0x${offset}`)),
    permissions: `${rights}${sharing === 'p' ? 'p' : 's'}`,
    device: deviceOf(major!, minor!, 10),
    inode: inode!,
    name: withoutVnode((name ?? '').trim()),
  });
  return row && { form: ALL, row };
}

const NOTHING = {
  offset: null as FileOffset | null,
  device: null as string | null,
  inode: null as string | null,
  name: '',
  gap: 0,
  figures: null,
  vmFlags: null,
};

/** A row over [start, end); null where that is no range. */
export function rowOf(
  start: bigint,
  end: bigint,
  facts: Partial<TextRow> & { readonly permissions: string },
): TextRow | null {
  const from: Address = address(start);
  const to = endOf(from, end);
  return to === null ? null : { ...NOTHING, ...facts, start: from, end: to };
}

/** A path without the vnode's address that -v appends. */
export function withoutVnode(name: string): string {
  const at = name.endsWith(']') ? name.lastIndexOf(' [0x') : -1;
  return at < 0 ? name : name.slice(0, at).trimEnd();
}
