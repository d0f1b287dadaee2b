/** The columns of each view: ours, and those of pmap's -x, -d, -X and -XX. */
import { figureOf, isPlainNumber, ONLY_IN_XX } from '../model/figures.ts';
import type { Mapping, Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { baseName } from './contents.ts';
import type { Cell } from './grid.ts';
import type { RenderOptions, View } from './options.ts';
import { permissionStyle } from './palette.ts';
import { printable } from './printable.ts';
import { kib, kibNumber } from './units.ts';

export interface ColumnSource {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(mapping: Mapping): Cell;
}

/** The columns of a view, without the last one that says what lives there. */
export function columnsOf(report: Report, options: RenderOptions): ColumnSource[] {
  const { capture } = report;
  const figureAt = (vma: Vma, name: string): number | null => figureOf(capture, vma, name);
  const text = (
    title: string,
    of: (mapping: Mapping) => string,
    align: 'left' | 'right' = 'left',
  ): ColumnSource => ({
    title,
    align,
    cell: mapping => ({ text: of(mapping) }),
  });
  const permissions = (title: string, of: (permissions: string) => string): ColumnSource => ({
    title,
    align: 'left',
    cell: ({ vma }) => ({
      text: of(vma.permissions),
      style: permissionStyle(options.palette, vma.permissions),
    }),
  });
  const address = text('Address', ({ vma }) => vma.start.toString(16).padStart(8, '0'), 'right');
  const mapping = text('Mapping', entry => mappingName(report, entry, options.fullPath));
  const mode = permissions('Mode', kernel => `${kernel.slice(0, 3)}${kernel[3] === 'p' ? '-' : kernel[3]}-`);
  const perm = permissions('Perm', kernel => kernel);
  const kbytes = text('Kbytes', ({ vma }) => kibNumber(sizeOf(vma)), 'right');
  const offset = (width: number): ColumnSource =>
    text(
      'Offset',
      ({ vma }) => (vma.offset === null ? '?' : vma.offset.toString(16).padStart(width, '0')),
      'right',
    );
  const figure = (name: string): ColumnSource =>
    text(
      name,
      ({ vma }) => {
        const value = figureAt(vma, name);
        return isPlainNumber(name) && value !== null ? String(value) : kibNumber(value);
      },
      'right',
    );
  const every = (keep: (name: string) => boolean): ColumnSource[] =>
    capture.figureNames.filter(keep).map(figure);

  const views: Record<View, () => ColumnSource[]> = {
    default: () => [
      address,
      text('Size', ({ vma }) => kib(sizeOf(vma)), 'right'),
      text('Rss', ({ vma }) => kib(figureAt(vma, 'Rss')), 'right'),
      perm,
      mapping,
    ],
    x: () => [
      address,
      kbytes,
      text('RSS', ({ vma }) => kibNumber(figureAt(vma, 'Rss')), 'right'),
      text('Dirty', ({ vma }) => kibNumber(dirty(vma, figureAt)), 'right'),
      mode,
      mapping,
    ],
    d: () => [
      address,
      kbytes,
      mode,
      offset(16),
      text('Device', ({ vma }) => pmapDevice(vma.device)),
      mapping,
    ],
    X: () => [
      address,
      perm,
      offset(8),
      text('Device', ({ vma }) => vma.device ?? '?', 'right'),
      text('Inode', ({ vma }) => vma.inode ?? '?', 'right'),
      ...every(name => !ONLY_IN_XX.has(name)),
      mapping,
    ],
    XX: () => [
      address,
      perm,
      offset(8),
      text('Device', ({ vma }) => vma.device ?? '?', 'right'),
      text('Inode', ({ vma }) => vma.inode ?? '?', 'right'),
      ...every(() => true),
      text('VmFlags', ({ vma }) => vma.vmFlags?.join(' ') ?? '?'),
      mapping,
    ],
  };
  return views[options.view]();
}

/** Shared and private dirty memory together, as pmap -x counts it; captured pmap -x has the sum itself. */
export function dirty(vma: Vma, figureAt: (vma: Vma, name: string) => number | null): number | null {
  const [shared, own] = [figureAt(vma, 'Shared_Dirty'), figureAt(vma, 'Private_Dirty')];
  return shared === null || own === null ? figureAt(vma, 'Dirty') : shared + own;
}

/** "0fe:00000", three and five hexadecimal digits. */
function pmapDevice(device: string | null): string {
  if (device === null) return '?';
  const [major, minor] = device.split(':');
  return `${major!.padStart(3, '0')}:${(minor ?? '').padStart(5, '0')}`;
}

/** The file's name, the kernel's name, or the module whose tail it is. */
export function mappingName(report: Report, mapping: Mapping, fullPath: boolean): string {
  const { vma } = mapping;
  const shorten = (path: string): string => (fullPath ? path : baseName(path));
  if (vma.file !== null || vma.name.startsWith('/')) return printable(shorten(vma.name));
  if (vma.name !== '') return printable(vma.name);
  if (mapping.module === null) return '[ anon ]';
  return printable(shorten(report.modules[mapping.module]!.path));
}
