/**
 * Text that is recognised only to say why it cannot serve.
 *
 *   COMMAND   PID USER  FD   TYPE DEVICE SIZE/OFF   NODE NAME
 *   sleep   13652 root  txt    REG  254,0    43896 260131 /usr/bin/sleep           lsof
 *   p13652 / fcwd / n/root                                                        lsof -F
 *   5615cc90c000-7fff9dfaa000 ---p 00000000 00:00 0   [rollup]                    smaps_rollup
 */
import type { BadLine } from '../bad-lines.ts';
import { wordsOf } from '../pmap/cursor.ts';

const DESCRIPTOR = /^(?:cwd|rtd|txt|mem|DEL|[0-9]{1,9}[rwu-]?[A-Za-z]?)$/;
const TYPE = /^(?:REG|DIR|CHR|BLK|FIFO|IPv4|IPv6|unix|sock|a_inode|netlink|unknown)$/;
const FIELD = /^f(?:cwd|rtd|txt|mem|DEL|NOFD)$/;
/** The command's name may hold blanks, so the descriptor's place varies. */
const WORDS_TO_LOOK_AT = 10;

export const ROLLUP_NAME = '[rollup]';

/** Is this a line of lsof's output? */
export function isLsofLine(line: string): boolean {
  if (FIELD.test(line.trimEnd())) return true;
  const words = wordsOf(line.slice(0, 512)).slice(0, WORDS_TO_LOOK_AT);
  if (words[0] === 'COMMAND' && words.includes('PID') && words.includes('FD')) return true;
  const type = words.findIndex(word => TYPE.test(word));
  return type >= 3 && DESCRIPTOR.test(words[type - 1]!);
}

/** A row of maps, or of pmap below its first line, behind something else. */
const BEHIND = /^(.{1,80}?)(?:[0-9a-f]{8,16}-[0-9a-f]{8,16} [r-][w-][x-][sp] |[0-9a-f]{16} +[0-9]+K? )/s;

/** What lines have in front of their rows, in words; null where they have no rows. Logs and grep -n put it there. */
export function prefixHint(lines: readonly BadLine[]): string | null {
  for (const { number, text } of lines) {
    const prefix = BEHIND.exec(text)?.[1];
    if (prefix !== undefined)
      return `line ${number} has a row behind '${prefix}': remove what stands before each row`;
  }
  return null;
}

/** Why nothing was recognised, in a message that says what was expected. */
export function refusal(seen: {
  readonly any: boolean;
  readonly lsof: boolean;
  readonly rollup: boolean;
}): string {
  if (!seen.any) return 'it is empty';
  if (seen.lsof)
    return 'this is output of lsof, which has no addresses: capture /proc/PID/maps, /proc/PID/smaps or the output of pmap';
  if (seen.rollup)
    return 'this is smaps_rollup, which adds all mappings up: capture /proc/PID/smaps, which has each of them';
  return 'no line is one of /proc/PID/maps, of /proc/PID/smaps or of the output of pmap (procps, busybox, toybox, uutils, openSUSE, Solaris, NetBSD)';
}
