/**
 * Which program printed a row, told by its shape: how many numbers, whether they end in K, the permissions'
 * shape, and whether offset and device follow.
 *
 *   00005615cc90c000      8K r---- sleep                              1K mode       procps, toybox
 *   00005615cc90c000      8K r--p  /bin/sleep                         1K kernel     busybox
 *   00005615cc90c000       8       8       0 r---- sleep              3 mode        procps -x
 *   00005615cc90e000      20 r-x-- 0000000000002000 0fe:00000 sleep   1 mode device procps -d
 *
 * Where shapes coincide, the English header decides.
 */
import type { PermissionShape } from './permissions.ts';
import type { Form } from './row.ts';
import { figuresOf, type TabularHeader } from './tabular-header.ts';
import { completeProcps } from './tabular-quirks.ts';

export interface Shape {
  /** How many numbers stand between the address and the permissions. */
  readonly numbers: number;
  /** Do they end in K? */
  readonly suffixed: boolean;
  readonly permissions: PermissionShape;
  /** Do offset and device follow the permissions? */
  readonly device: boolean;
}

/** A form, and what its number columns are; null: unknown. */
export interface TabularForm extends Form {
  readonly columns: readonly (string | null)[];
}

type Known = { readonly variant: string; readonly columns: readonly (string | null)[] };

const FIVE = ['Size', 'Rss', 'Pss', 'Dirty', 'Swap'];
// busybox and toybox count private dirty pages alone
const PRIVATE = ['Size', 'Pss', 'Private_Dirty', 'Swap'];
const BY_SHAPE: Readonly<Record<string, Known>> = {
  '1K mode': { variant: 'procps default', columns: ['Size'] },
  '1K kernel': { variant: 'busybox', columns: ['Size'] },
  '1K words': { variant: 'netbsd -s', columns: ['Size'] },
  '1 mode device': { variant: 'procps -d', columns: ['Size'] },
  '3 mode': { variant: 'procps -x', columns: ['Size', 'Rss', 'Dirty'] },
  '4 mode': { variant: 'pmap -x', columns: ['Size', null, null, null] },
  '4 kernel': { variant: 'busybox -x', columns: PRIVATE },
  '5 mode': { variant: 'openSUSE', columns: FIVE },
  '5K kernel': { variant: 'SLES 11', columns: FIVE },
};

/** The form of a row; null where nothing known prints such rows. */
export function formOf(shape: Shape, header: TabularHeader | null): TabularForm | null {
  const key = `${shape.numbers}${shape.suffixed ? 'K' : ''} ${shape.permissions}${shape.device ? ' device' : ''}`;
  const byShape = BY_SHAPE[key] ?? null;
  const fits = header?.columns.length === shape.numbers;
  const known = (fits ? byHeader(key, header, byShape) : null) ?? byShape;
  if (!known) return null;
  return {
    kind: shape.permissions === 'words' ? 'netbsd-pmap' : 'pmap',
    variant: known.variant,
    columns: known.columns,
    figureNames: figuresOf(known.columns),
    ...(known.variant === 'procps default' || known.variant === 'procps -x'
      ? { complete: completeProcps(known.variant, known.columns) }
      : {}),
  };
}

function byHeader(key: string, header: TabularHeader, byShape: Known | null): Known | null {
  const { columns, tail } = header;
  const has = (name: string): boolean => columns.includes(name);
  if (key === '3 mode' && /^mode {3}/i.test(tail)) return { variant: 'procps 3.3.2-3.3.6 -x', columns };
  if (key === '4 mode' && has('Pss')) return { variant: 'toybox -x', columns: PRIVATE };
  if (key === '4 mode' && has('Anonymous'))
    return { variant: /mapped/i.test(tail) ? 'solaris -x' : 'procps 3.3.0-3.3.1 -x', columns };
  if (key === '1K kernel' && !has('Size')) return { variant: 'psutil', columns };
  if (byShape) return null;
  return has('Size') ? { variant: 'pmap', columns } : null;
}
