/** The columns of each view: ours, and those of pmap's -x, -d, -X and -XX. */
import { isPlainNumber, ONLY_IN_XX } from '../model/figures.ts';
import type { Mapping, Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import { type Amount, type ColumnSource, hexDigits, number, permissions, text } from './column-source.ts';
import { MappingNames } from './mapping-names.ts';
import type { RenderOptions, View } from './options.ts';
import { kib, kibNumber } from './units.ts';

/** The first column of each view. */
export const addressDigits = ({ vma }: Mapping): string => hexDigits(vma.start, 8);

/** The columns of a view, without the last one that says what lives there. */
export function columnsOf(report: Report, options: RenderOptions): ColumnSource[] {
  const { figureNames } = report.capture;
  const address: ColumnSource = {
    title: 'Address',
    align: 'right',
    cell: mapping => ({ text: addressDigits(mapping), ascii: true }),
    // They are in address order.
    longest: () => addressDigits(report.mappings.at(-1)!).length,
  };
  const names = new MappingNames(report, options.fullPath);
  const mapping = text('Mapping', entry => names.of(entry));
  const mode = permissions(
    options,
    'Mode',
    kernel => `${kernel.slice(0, 3)}${kernel[3] === 'p' ? '-' : kernel[3]}-`,
  );
  const perm = permissions(options, 'Perm', kernel => kernel);
  const size = ({ vma }: Mapping): number => sizeOf(vma);
  const kbytes = number('Kbytes', size, kibNumber);
  const offset = (width: number): ColumnSource =>
    number(
      'Offset',
      ({ vma }) => vma.offset,
      value => hexDigits(value, width),
    );
  /** The amount of memory that smaps calls so. */
  const memory = (name: string): Amount => {
    const column = figureNames.indexOf(name);
    return ({ vma }) => (column < 0 ? null : (vma.figures?.[column] ?? null));
  };
  const figure = (name: string): ColumnSource =>
    number(name, memory(name), value =>
      isPlainNumber(name) && value !== null ? String(value) : kibNumber(value),
    );
  const every = (keep: (name: string) => boolean): ColumnSource[] => figureNames.filter(keep).map(figure);

  const views: Record<View, () => ColumnSource[]> = {
    default: () => [address, number('Size', size, kib), number('Rss', memory('Rss'), kib), perm, mapping],
    x: () => [
      address,
      kbytes,
      number('RSS', memory('Rss'), kibNumber),
      number('Dirty', dirty(memory), kibNumber),
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
function dirty(memory: (name: string) => Amount): Amount {
  const [shared, own, both] = [memory('Shared_Dirty'), memory('Private_Dirty'), memory('Dirty')];
  return mapping => {
    const [ofShared, ofOwn] = [shared(mapping), own(mapping)];
    return ofShared === null || ofOwn === null ? both(mapping) : ofShared + ofOwn;
  };
}

/** "0fe:00000", three and five hexadecimal digits. */
function pmapDevice(device: string | null): string {
  if (device === null) return '?';
  const [major, minor] = device.split(':');
  return `${major!.padStart(3, '0')}:${(minor ?? '').padStart(5, '0')}`;
}
