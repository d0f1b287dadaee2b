/**
 * The line that opens a process in a text:
 *
 *   1234:   sleep 1000          procps, uutils, Solaris; three spaces
 *   2:   [kthreadd]             a kernel thread, which has no mappings; a zombie adds " <defunct>"
 *   1234: sleep                 busybox, toybox, copies with collapsed white space
 *   process 1234:               NetBSD, when several are listed
 *   kernel:
 *   ==> /proc/1234/maps <==     head and tail, when given several files
 */
export interface FirstLine {
  readonly pid: number | null;
  readonly command: string | null;
  /** Is the line alone enough to believe in a listing? Else rows, a header or a footer must follow. */
  readonly certain: boolean;
}

const PMAP = /^([0-9]{1,10}):(?:([ \t]+)(.*))?$/s;
const NETBSD = /^process ([0-9]{1,10}):$/;
const HEAD = /^==> \/proc\/([0-9]{1,10})\/(?:task\/[0-9]{1,10}\/)?s?maps <==$/;
/** procps takes PIDs up to this. */
const LARGEST_PID = 0x7fffffff;

/** Reads a line; null where it opens no process. */
export function parseFirstLine(text: string): FirstLine | null {
  const line = text.trimEnd();
  if (line === 'kernel:') return { pid: null, command: 'kernel', certain: false };
  const netbsd = NETBSD.exec(line) ?? HEAD.exec(line);
  if (netbsd) return withPid(netbsd[1]!, '', true);
  const match = PMAP.exec(line);
  if (!match) return null;
  const command = match[3] ?? '';
  const certain = command !== '' && (match[2] === '   ' || /^\[.*\](?: <defunct>)?$/s.test(command));
  return withPid(match[1]!, command, certain);
}

function withPid(digits: string, command: string, certain: boolean): FirstLine | null {
  const pid = Number(digits);
  if (pid > LARGEST_PID) return null;
  return { pid, command: command === '' ? null : command, certain };
}
