/**
 * A line of /proc/PID/maps, which is also the first line of each smaps record (proc_pid_maps(5)):
 *
 *   5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
 *   start        end          perm offset   dev   inode                      name
 *   ╰────────────── head ─────────────────╯ ╰──────────────────── tail ───────────────────╯
 *
 * The name is the rest after the padding: it may hold spaces, tabs, escape sequences and invalid UTF-8, so
 * text is latin1 (one char a byte) throughout. The kernel escapes the newline alone, as \012.
 */
import { type Address, type FileOffset, fileOffset } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import type { FileTable } from './file-table.ts';

const HEAD = /([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][sp]) ([0-9a-f]{1,16}) /y;
const TAIL = /^([0-9a-f]+:[0-9a-f]+) ([0-9]{1,20})(?: +(.*))?$/s;

const ZERO = fileOffset(0n);

interface MapsHead {
  readonly start: Address;
  readonly end: Address;
  readonly permissions: string;
  readonly offset: FileOffset;
}

/** What all mappings of one file have in common. */
export interface MapsTail {
  readonly device: string;
  readonly inode: string;
  readonly name: string;
}

/** Everything of a Vma that a maps line tells. */
export type MapsEntry = MapsHead & MapsTail;

/** A Vma of which the figures are still to come. */
export type OpenVma = { -readonly [K in keyof Vma]: Vma[K] };

/** Reads one line without its newline; null where it is no maps line, or its range is empty. */
export function parseMapsLine(line: string): MapsEntry | null {
  const head = parseHead(line, 0);
  const tail = head && parseMapsTail(line.slice(HEAD.lastIndex));
  return tail && { ...head, ...tail };
}

/** Reads the line in [from, to) of a text like parseMapsLine, as a Vma without figures. */
export function parseVma(text: string, from: number, to: number, files: FileTable): OpenVma | null {
  const head = parseHead(text, from);
  const tail = head && files.tail(text.slice(HEAD.lastIndex, to));
  if (!tail) return null;
  const { start, end, permissions, offset } = head;
  const { device, inode, name, file } = tail;
  return { start, end, permissions, offset, device, inode, name, figures: null, vmFlags: null, file };
}

/** HEAD.lastIndex is then where the tail begins. */
function parseHead(text: string, from: number): MapsHead | null {
  HEAD.lastIndex = from;
  const match = HEAD.exec(text);
  if (!match) return null;
  const start = BigInt(`0x${match[1]}`) as Address;
  const end = BigInt(`0x${match[2]}`) as Address;
  if (start >= end) return null;
  const offset = match[4]!;
  return {
    start,
    end,
    permissions: match[3]!,
    offset: offset === '00000000' ? ZERO : (BigInt(`0x${offset}`) as FileOffset),
  };
}

/** Reads the rest of a line behind its offset; null where it is malformed. */
export function parseMapsTail(text: string): MapsTail | null {
  const match = TAIL.exec(text);
  return match && { device: match[1]!, inode: match[2]!, name: throughMaps(match[3] ?? '') };
}

/** What a name becomes on its way through maps: a newline is escaped and read back, and so is what only looks like that. */
export const throughMaps = (name: string): string => name.replaceAll('\\012', '\n');

/** Prints a Vma as the kernel prints its maps line, without the newline. */
export function printMapsLine(vma: MapsEntry): string {
  const pad = (value: bigint): string => value.toString(16).padStart(8, '0');
  const fields = `${pad(vma.start)}-${pad(vma.end)} ${vma.permissions} ${pad(vma.offset)} ${vma.device} ${vma.inode}`;
  const name = vma.name.replaceAll('\n', '\\012');
  return name === '' ? `${fields} ` : `${fields.padEnd(72)} ${name}`;
}
