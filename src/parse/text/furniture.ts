/**
 * Lines of a listing that carry no mapping: totals, rules, gaps. They are told by shape, since their words
 * are translated:
 *
 *    total             2924K             or " gesamt 2924K", " сул 2924კ": words, then numbers
 *   total kB           2924    193     112
 *   mapped: 4492K    writeable/private: 564K    shared: 28K
 *   336K writable-private, 10224K readonly-private, 0K shared, and 636K referenced
 *   2776   92  92 1420 KB                 pmap -X
 *   ---------------- ------- ------- -------
 *   [12 pages / 48K]                      NetBSD -vv, between mappings
 *   Start    End         Size  Offset   rwxpc  RWX  I/W/A Dev     Inode - File      NetBSD -a
 */
import { wordsOf } from '../pmap/cursor.ts';
import { parseDecimal } from '../pmap/numbers.ts';

/** A number with at most a unit stuck to it (K, ლ in several bytes), or a dash where none was counted. */
const AMOUNT = /^(?:-|[0-9]{1,18}[^0-9:/]{0,4})$/;
const RULE = /^[-=\s]+$/;
const GAP = /^\s*\[[0-9]+ pages? \/ [0-9]+K\]\s*$/i;
const NETBSD_HEADER = /^\s*Start\s+End\s+Size\s+Offset\s/;
const REFERENCED = /^\s*[0-9]+K writable-private, [0-9]+K readonly-private, [0-9]+K shared/;
const PSUTIL = /^PID = [0-9]+, name = |^Total +[0-9.]+[BKMGT]\s*$/;
/** Translations have at most this many words. */
const LONGEST_LABEL = 3;

/** A header whose columns need no reading, or a gap: nothing ends or begins with it. */
export function isOrnament(line: string): boolean {
  return GAP.test(line) || NETBSD_HEADER.test(line);
}

/** Does the line sum up a listing? */
export function isFooter(line: string): boolean {
  if (RULE.test(line) || REFERENCED.test(line) || PSUTIL.test(line)) return true;
  const words = wordsOf(line);
  const amount = words.findIndex(word => AMOUNT.test(word) && word !== '-');
  if (amount < 0) return false;
  if (words.filter(word => word.endsWith(':')).length === 3) return true;
  let end = words.length;
  // a unit apart: "KB", or "K" in the translation that has a blank before it
  if (!AMOUNT.test(words[end - 1]!) && words[end - 1]!.length <= 4) end--;
  if (amount === 0) return words[end] === 'KB' && words.slice(0, end).every(word => AMOUNT.test(word));
  return (
    amount <= LONGEST_LABEL &&
    !beginsWithAddress(line) &&
    words.slice(amount, end).every(word => AMOUNT.test(word))
  );
}

/** The first number of a footer in KiB: the sum of all sizes, in every form that starts with the size. */
export function footerTotal(line: string): number | null {
  for (const word of wordsOf(line)) {
    const digits = /^[0-9]+/.exec(word);
    if (digits) return parseDecimal(digits[0]);
  }
  return null;
}

/** Column names: several words, none of which has a digit. */
export function isHeader(line: string): boolean {
  return !/[0-9=]/.test(line) && wordsOf(line).length >= 3;
}

/** Does the line begin as a row does, with an address? Then it is a row that could not be read. */
export function beginsWithAddress(line: string): boolean {
  return /^\s*(?:0x)?[0-9A-Fa-f]{8,}(?:[-\s]|$)/.test(line);
}
