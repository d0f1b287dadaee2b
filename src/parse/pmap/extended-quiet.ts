/**
 * Rows of `pmap -q -X` and `-q -XX`, which have no header:
 *
 *       56280898e000 r--p 00000000 fe:00 260104  188   0   0   0   0   0 0 0 0 0 0 0 0 0 0 0 0 bash
 *
 * The fields up to the inode are certain. How many figures follow is what all rows have in common, and
 * their names follow from the count where every kernel that prints so many agrees. Size comes first in all
 * of them, and is believed only if it fits the addresses and one more check.
 */
import type { Note } from '../../model/capture.ts';
import { isPlainNumber } from '../../model/figures.ts';
import { Cursor } from './cursor.ts';
import { DEVICE, INODE, takeFlagRun } from './extended-row.ts';
import { ordersOf } from './figure-names.ts';
import { endAfter, KIB, parseAddress, parseDecimal, parseOffset } from './numbers.ts';
import { isKernelPermissions } from './permissions.ts';
import type { Completed, Form, ReadRow, TextRow } from './row.ts';

/** `name` of its rows holds everything after the inode until they are complete. */
const FORM: Form = { kind: 'pmap', variant: 'procps -q -X', figureNames: [], complete };

/** Reads a line; null where it is no such row. */
export function parseQuietRow(line: string): ReadRow | null {
  const cursor = new Cursor(line);
  const start = parseAddress(cursor.next());
  const permissions = cursor.next();
  if (start === null || !isKernelPermissions(permissions)) return null;
  const offset = parseOffset(cursor.next());
  const device = cursor.next();
  const inode = cursor.next();
  if (offset === null || !DEVICE.test(device) || !INODE.test(inode)) return null;
  const name = cursor.rest();
  if (parseDecimal(new Cursor(name).next()) === null) return null;
  const none = { end: null, gap: 0, figures: null, vmFlags: null };
  return { form: FORM, row: { start, permissions, offset, device, inode, name, ...none } };
}

interface Split {
  readonly row: TextRow;
  readonly numbers: readonly number[];
  readonly vmFlags: readonly string[] | null;
  readonly name: string;
}

function complete(rows: readonly TextRow[]): Completed {
  const count = Math.min(...[...new Set(rows.map(row => leadingNumbers(row.name, 99).numbers.length))]);
  const plain = rows.map(row => split(row, count, false));
  const long = plain.every(({ row, name }) => takeFlagRun(new Cursor(name), row.inode !== '0').length > 0);
  const splits = long ? rows.map(row => split(row, count, true)) : plain;
  const orders = ordersOf(count, long).filter(order => splits.every(({ numbers }) => agrees(order, numbers)));
  const names = Array.from({ length: count }, (_, at) => common(orders.map(order => order[at]!)));
  const sized = sizesFit(splits) && (orders.length > 0 || sizesTouch(splits));
  const columns = names.map((name, at) => (sized && at === 0 ? 'Size' : name));
  const figureNames = columns.filter(name => name !== null);
  return {
    variant: long ? 'procps -q -XX' : 'procps -q -X',
    figureNames,
    rows: splits.map(({ row, numbers, vmFlags, name }) => ({
      ...row,
      end: sized ? endAfter(row.start, numbers[0]!) : null,
      figures: figureNames.map(figure => {
        const number = numbers[columns.indexOf(figure)]!;
        return isPlainNumber(figure) ? number : number * KIB;
      }),
      vmFlags,
      name,
    })),
    notes: [columnsNote(columns.filter(name => name === null).length, count)],
  };
}

function columnsNote(unnamed: number, count: number): Note {
  const lost =
    unnamed === 0
      ? 'their number alone tells which they are'
      : `${unnamed} of ${count} figures cannot be named and are left out`;
  return { code: 'no-columns', message: `pmap -q printed no column names: ${lost}` };
}

/** The decimal numbers that a text begins with, `most` at the most, and what follows them. */
function leadingNumbers(text: string, most: number): { numbers: number[]; rest: Cursor } {
  const rest = new Cursor(text);
  const numbers: number[] = [];
  while (numbers.length < most) {
    const number = parseDecimal(rest.peek());
    if (number === null) break;
    rest.next();
    numbers.push(number);
  }
  return { numbers, rest };
}

function split(row: TextRow, count: number, long: boolean): Split {
  const { numbers, rest } = leadingNumbers(row.name, count);
  const vmFlags = long ? takeFlagRun(rest, row.inode !== '0') : null;
  return { row, numbers, vmFlags, name: rest.rest() };
}

/** What must hold between figures if the columns have these names. */
function agrees(order: readonly string[], numbers: readonly number[]): boolean {
  const get = (name: string): number | null => numbers[order.indexOf(name)] ?? null;
  const most = (small: string, large: string): boolean => (get(small) ?? 0) <= (get(large) ?? 0);
  const page = get('KernelPageSize') ?? 4;
  return (
    most('Rss', 'Size') &&
    most('Pss', 'Rss') &&
    most('Pss_Dirty', 'Pss') &&
    most('Anonymous', 'Rss') &&
    page > 0 &&
    get('Size')! % page === 0 &&
    (get('THPeligible') ?? 0) <= 1 &&
    (get('ProtectionKey') ?? 0) <= 31
  );
}

function common(names: readonly string[]): string | null {
  return names.length > 0 && names.every(name => name === names[0]) ? names[0]! : null;
}

/** Does the first number, as a size, keep every mapping below the next? */
function sizesFit(splits: readonly Split[]): boolean {
  return splits.every(({ row, numbers }, at) => {
    const end = endAfter(row.start, numbers[0] ?? 0);
    const next = splits[at + 1]?.row.start;
    return end !== null && (next === undefined || end <= next);
  });
}

/** Does it make some neighbours meet exactly? */
function sizesTouch(splits: readonly Split[]): boolean {
  return splits.some(
    ({ row, numbers }, at) => endAfter(row.start, numbers[0] ?? 0) === splits[at + 1]?.row.start,
  );
}
