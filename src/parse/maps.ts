/**
 * A line of /proc/PID/maps, which is also the first line of each smaps record (proc_pid_maps(5)):
 *
 *   5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
 *   start        end          perm offset   dev   inode                      name
 *
 * The name is the rest after the padding: it may hold spaces, tabs, escape sequences and invalid UTF-8, so
 * text is latin1 (one char a byte) throughout. The kernel escapes the newline alone, as \012.
 */
import { type Address, address, type FileOffset, fileOffset } from '../model/units.ts';
import type { Figures, Vma } from '../model/vma.ts';
import type { FileTable } from './file-table.ts';

const MAPS_LINE =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][sp]) ([0-9a-f]{1,16}) ([0-9a-f]+:[0-9a-f]+) ([0-9]{1,20})(?: +(.*))?$/s;

const ZERO = fileOffset(0n);

/** What precedes the figures: everything of a Vma that a maps line tells. */
export interface MapsEntry {
  readonly start: Address;
  readonly end: Address;
  readonly permissions: string;
  readonly offset: FileOffset;
  readonly device: string;
  readonly inode: string;
  readonly name: string;
}

/** Reads one line without its newline; null where it is no maps line, or its range is empty. */
export function parseMapsLine(line: string): MapsEntry | null {
  const match = MAPS_LINE.exec(line);
  if (!match) return null;
  const start = address(BigInt(`0x${match[1]}`));
  const end = address(BigInt(`0x${match[2]}`));
  if (start >= end) return null;
  const offset = match[4]!;
  return {
    start,
    end,
    permissions: match[3]!,
    offset: offset === '00000000' ? ZERO : fileOffset(BigInt(`0x${offset}`)),
    device: match[5]!,
    inode: match[6]!,
    name: throughMaps(match[7] ?? ''),
  };
}

/** What a name becomes on its way through maps: a newline is escaped and read back, and so is what only looks like that. */
export const throughMaps = (name: string): string => name.replaceAll('\\012', '\n');

/** Completes an entry to a Vma. */
export function toVma(
  entry: MapsEntry,
  files: FileTable,
  figures: Figures | null,
  vmFlags: readonly string[] | null,
): Vma {
  return {
    start: entry.start,
    end: entry.end,
    permissions: files.intern(entry.permissions),
    offset: entry.offset,
    device: files.intern(entry.device),
    inode: files.intern(entry.inode),
    name: files.intern(entry.name),
    figures,
    vmFlags,
    file: files.indexOf(entry),
  };
}

/** Prints a Vma as the kernel prints its maps line, without the newline. */
export function printMapsLine(vma: MapsEntry): string {
  const pad = (value: bigint): string => value.toString(16).padStart(8, '0');
  const fields = `${pad(vma.start)}-${pad(vma.end)} ${vma.permissions} ${pad(vma.offset)} ${vma.device} ${vma.inode}`;
  const name = vma.name.replaceAll('\n', '\\012');
  return name === '' ? `${fields} ` : `${fields.padEnd(72)} ${name}`;
}
