/**
 * A line of /proc/PID/maps, which is also the first line of each smaps record (proc_pid_maps(5)):
 *
 *   5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
 *   start        end          perm offset   dev   inode                      name
 *   ╰──────── range ─────────╯╰─ access ──╯ ╰──────────────────── tail ───────────────────╯
 *
 * The name is the rest after the padding: it may hold spaces, tabs, escape sequences and invalid UTF-8, so
 * text is latin1 (one char a byte) throughout. The kernel escapes the newline alone, as \012.
 */
import { LastTwo } from '../model/last-two.ts';
import { type Address, type FileOffset, fileOffset } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import type { FileTable } from './file-table.ts';

// Without groups: what a match leaves behind is more than the line.
const RANGE = /[0-9a-f]{1,16}-[0-9a-f]{1,16} /y;
const ACCESS = /[r-][w-][x-][sp] [0-9a-f]{1,16} /y;
const PERMISSIONS = 4;
const TAIL = /^([0-9a-f]+:[0-9a-f]+) ([0-9]{1,20})(?: +(.*))?$/s;

const ZERO = fileOffset(0n);

/** What all mappings of one file have in common. */
export interface MapsTail {
  readonly device: string;
  readonly inode: string;
  readonly name: string;
}

/** Everything of a Vma that a maps line tells. */
export interface MapsEntry extends MapsTail {
  readonly start: Address;
  readonly end: Address;
  readonly permissions: string;
  readonly offset: FileOffset;
}

/** What a line says behind its range: many mappings have it in common. */
interface Mapped extends MapsTail {
  readonly permissions: string;
  readonly offset: FileOffset;
  readonly file: number | null;
}

/** A Vma of which the figures are still to come. There may be 65,530: what a line has in common with others is kept once. */
export class OpenVma implements Vma {
  readonly start: Address;
  readonly end: Address;
  figures: Vma['figures'];
  vmFlags: Vma['vmFlags'];
  // No private name, which would take a call for each VMA to set.
  readonly mapped: Mapped;

  constructor(start: Address, end: Address, mapped: Mapped) {
    this.start = start;
    this.end = end;
    this.figures = null;
    this.vmFlags = null;
    this.mapped = mapped;
  }

  get permissions(): string {
    return this.mapped.permissions;
  }
  get offset(): FileOffset {
    return this.mapped.offset;
  }
  get device(): string {
    return this.mapped.device;
  }
  get inode(): string {
    return this.mapped.inode;
  }
  get name(): string {
    return this.mapped.name;
  }
  get file(): number | null {
    return this.mapped.file;
  }
}

/** Reads one line without its newline; null where it is no maps line, or its range is empty. */
export function parseMapsLine(line: string): MapsEntry | null {
  const rest = behindRange(line, 0);
  const access = rest > 0 ? parseAccess(line.slice(rest)) : null;
  const tail = access && parseMapsTail(access.tail);
  if (!tail) return null;
  const dash = line.indexOf('-');
  const [start, end] = [addressOf(line.slice(0, dash)), addressOf(line.slice(dash + 1, rest - 1))];
  const { permissions, offset } = access;
  return start < end ? { start, end, permissions, offset, ...tail } : null;
}

/** A line behind its range. */
interface Line {
  readonly text: string;
  readonly mapped: Mapped;
}

/** Reads lines one after the other, as Vmas without figures. */
export class VmaReader {
  readonly #files: FileTable;
  /** Of the line before. */
  #endText = '';
  #end = 0n as Address;
  readonly #recent = new LastTwo<Line>();
  /** The one copy of each. */
  readonly #permissions = new Map<string, string>();

  constructor(files: FileTable) {
    this.#files = files;
  }

  /** The line in [from, to) of a text, like parseMapsLine. */
  read(text: string, from: number, to: number): OpenVma | null {
    const rest = behindRange(text, from);
    if (rest === 0) return null;
    const dash = text.indexOf('-', from);
    const startText = text.slice(from, dash);
    const endText = text.slice(dash + 1, rest - 1);
    // Most begin where the one before ends; of thousands, it pays that the number is the same too.
    const start = startText === this.#endText ? this.#end : addressOf(startText);
    const end = addressOf(endText);
    // A file is met only where it is mapped.
    const mapped = start < end ? this.#mapped(text.slice(rest, to)) : null;
    if (!mapped) return null;
    this.#endText = endText;
    this.#end = end;
    return new OpenVma(start, end, mapped);
  }

  #mapped(text: string): Mapped | null {
    const { last, lastButOne } = this.#recent;
    if (last?.text === text) return last.mapped;
    if (lastButOne?.text === text) return this.#recent.keep(lastButOne).mapped;
    const mapped = this.#parse(text);
    return mapped && this.#recent.keep({ text, mapped }).mapped;
  }

  #parse(text: string): Mapped | null {
    const access = parseAccess(text);
    const tail = access && this.#files.tail(access.tail);
    if (!tail) return null;
    const { device, inode, name, file } = tail;
    const permissions = this.#intern(access.permissions);
    return { permissions, offset: access.offset, device, inode, name, file };
  }

  #intern(permissions: string): string {
    const known = this.#permissions.get(permissions);
    if (known === undefined) this.#permissions.set(permissions, permissions);
    return known ?? permissions;
  }
}

/** Where the rest of a line begins, behind the range at `from`; 0 where there is none. */
function behindRange(text: string, from: number): number {
  RANGE.lastIndex = from;
  return RANGE.test(text) ? RANGE.lastIndex : 0;
}

/** What stands behind the range; null where it is malformed. */
function parseAccess(text: string): { permissions: string; offset: FileOffset; tail: string } | null {
  ACCESS.lastIndex = 0;
  if (!ACCESS.test(text)) return null;
  const permissions = text.slice(0, PERMISSIONS);
  const offset = offsetOf(text.slice(PERMISSIONS + 1, ACCESS.lastIndex - 1));
  return { permissions, offset, tail: text.slice(ACCESS.lastIndex) };
}

const addressOf = (digits: string): Address => BigInt(`0x${digits}`) as Address;
const offsetOf = (digits: string): FileOffset =>
  digits === '00000000' ? ZERO : (BigInt(`0x${digits}`) as FileOffset);

/** Reads the rest of a line behind its offset; null where it is malformed. */
export function parseMapsTail(text: string): MapsTail | null {
  const match = TAIL.exec(text);
  return match && { device: match[1]!, inode: match[2]!, name: throughMaps(match[3] ?? '') };
}

/** What a name becomes on its way through maps: a newline is escaped and read back, and so is what only looks like that. */
export const throughMaps = (name: string): string => name.replaceAll('\\012', '\n');
