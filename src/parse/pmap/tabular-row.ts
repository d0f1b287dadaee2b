/**
 * Rows of the listings that begin address, size(s), permissions (see tabular-forms.ts for samples):
 *
 *   ADDRESS (NUMBER[K] | -)… PERMISSIONS [OFFSET MAJOR:MINOR] NAME
 *
 * The name is the rest of the line. NetBSD prints no permissions at all for a mapping without any.
 */
import type { FileOffset } from '../../model/units.ts';
import { Cursor } from './cursor.ts';
import { deviceOf, endAfter, KIB, parseAddress, parseDecimal, parseOffset } from './numbers.ts';
import { type Permissions, permissionsOf } from './permissions.ts';
import type { ReadRow } from './row.ts';
import { formOf, type Shape, type TabularForm } from './tabular-forms.ts';
import type { TabularHeader } from './tabular-header.ts';

/** A number in KiB; null for "-" and for rounded ones ("1.2M"), which tell no exact figure. */
type Column = number | null;

const ROUNDED = /^[0-9]{1,6}\.[0-9]{1,2}[BKMGT]$/;
const DEVICE = /^([0-9a-f]{3}):([0-9a-f]{5})$/;
/** More number columns than any form has. */
const MOST_COLUMNS = 9;

export class TabularReader {
  readonly #header: TabularHeader | null;
  readonly #forms = new Map<string, TabularForm | null>();

  /** For the rows below `header`. */
  constructor(header: TabularHeader | null) {
    this.#header = header;
  }

  /** Reads a line; null where it is no such row. */
  read(line: string): ReadRow | null {
    const cursor = new Cursor(line);
    const start = parseAddress(cursor.next());
    if (start === null) return null;
    const columns: Column[] = [];
    let suffixed = false;
    while (columns.length <= MOST_COLUMNS) {
      const word = cursor.peek();
      const column = columnOf(word);
      if (column === undefined) break;
      suffixed ||= /[KMGTB]$/.test(word);
      columns.push(column);
      cursor.next();
    }
    const rights = takePermissions(cursor, columns.length === 1 && suffixed);
    if (!rights || columns.length === 0) return null;
    const device = suffixed ? null : takeDevice(cursor);
    const form = this.#formOf({
      numbers: columns.length,
      suffixed,
      permissions: rights.shape,
      device: device !== null,
    });
    if (!form) return null;
    const size = columns[form.columns.indexOf('Size')] ?? null;
    const end = size === null ? null : size === 0 ? start : endAfter(start, size);
    if (size !== null && end === null) return null;
    const row = {
      start,
      end,
      permissions: rights.permissions,
      offset: device?.offset ?? null,
      device: device?.device ?? null,
      inode: null,
      gap: cursor.blanks(),
      name: cursor.rest(),
      figures: form.figureNames.length > 0 ? valuesOf(columns, form) : null,
      vmFlags: null,
    };
    return { form, row };
  }

  #formOf(shape: Shape): TabularForm | null {
    const key = `${shape.numbers} ${shape.suffixed} ${shape.permissions} ${shape.device}`;
    let form = this.#forms.get(key);
    if (form === undefined) {
      form = formOf(shape, this.#header);
      this.#forms.set(key, form);
    }
    return form;
  }
}

/** In KiB; undefined: not a number column. */
function columnOf(word: string): Column | undefined {
  if (word === '-' || ROUNDED.test(word)) return null;
  const digits = word.endsWith('K') ? word.slice(0, -1) : word;
  return parseDecimal(digits) ?? undefined;
}

function valuesOf(columns: readonly Column[], form: TabularForm): (number | null)[] {
  return form.figureNames.map(name => {
    const kib = columns[form.columns.indexOf(name)] ?? null;
    return kib === null ? null : kib * KIB;
  });
}

function takePermissions(cursor: Cursor, mayBeMissing: boolean): Permissions | null {
  const word = cursor.peek();
  const rights = permissionsOf(word);
  if (rights) cursor.next();
  else if (mayBeMissing && /^[/[]/.test(word)) return { shape: 'words', permissions: '---?' };
  return rights;
}

function takeDevice(cursor: Cursor): { offset: FileOffset; device: string } | null {
  const { at } = cursor;
  const offset = parseOffset(cursor.next());
  const device = DEVICE.exec(cursor.next());
  if (device && offset !== null) return { offset, device: deviceOf(device[1]!, device[2]!, 16) };
  cursor.at = at;
  return null;
}
