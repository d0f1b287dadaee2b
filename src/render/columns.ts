/** The columns of each view: ours, and those of pmap's -x, -d, -X and -XX. */
import { isPlainNumber, ONLY_IN_XX } from '../model/figures.ts';
import type { Mapping, Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
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
  /** Of the longest text among all mappings, in characters. */
  longest(mappings: readonly Mapping[]): number;
}

/** The columns of a view, without the last one that says what lives there. */
export function columnsOf(report: Report, options: RenderOptions): ColumnSource[] {
  const { figureNames } = report.capture;
  const address = number(
    'Address',
    ({ vma }) => vma.start,
    start => hexDigits(start, 8),
  );
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

/** In bytes; null where unknown. */
type Amount = (mapping: Mapping) => number | null;

const hexDigits = (value: bigint | null, width: number): string =>
  value === null ? '?' : value.toString(16).padStart(width, '0');

/** A column of texts. */
function text(
  title: string,
  of: (mapping: Mapping) => string,
  align: 'left' | 'right' = 'left',
): ColumnSource {
  return {
    title,
    align,
    cell: mapping => ({ text: of(mapping) }),
    longest(mappings) {
      let longest = 0;
      for (let i = 0; i < mappings.length; i++) longest = Math.max(longest, of(mappings[i]!).length);
      return longest;
    },
  };
}

/** A column of numbers, null where unknown: the largest has the longest text, unless that of null is longer. */
function number<T extends number | bigint>(
  title: string,
  of: (mapping: Mapping) => T | null,
  show: (value: T | null) => string,
): ColumnSource {
  return {
    title,
    align: 'right',
    cell: mapping => ({ text: show(of(mapping)), ascii: true }),
    longest(mappings) {
      let largest: T | null = null;
      let unknown = 0;
      for (let i = 0; i < mappings.length; i++) {
        const value = of(mappings[i]!);
        if (value === null) unknown = show(null).length;
        else if (largest === null || value > largest) largest = value;
      }
      return largest === null ? unknown : Math.max(unknown, show(largest).length);
    },
  };
}

const PERMISSIONS_WIDTH = { Perm: 4, Mode: 5 };

function permissions(
  { palette }: RenderOptions,
  title: keyof typeof PERMISSIONS_WIDTH,
  of: (permissions: string) => string,
): ColumnSource {
  return {
    title,
    align: 'left',
    cell: ({ vma: { permissions: kernel } }) => ({
      text: of(kernel),
      style: permissionStyle(palette, kernel),
      ascii: true,
    }),
    longest: () => PERMISSIONS_WIDTH[title],
  };
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

/** What mappings are called: the file's name, the kernel's name, or the module whose tail it is. */
export class MappingNames {
  readonly #report: Report;
  readonly #fullPath: boolean;
  /** By path: most files have several mappings. */
  readonly #shown = new Map<string, string>();

  constructor(report: Report, fullPath: boolean) {
    this.#report = report;
    this.#fullPath = fullPath;
  }

  of({ vma, module }: Mapping): string {
    if (vma.file !== null || vma.name.startsWith('/')) return this.#show(vma.name);
    if (vma.name !== '') return printable(vma.name);
    return module === null ? '[ anon ]' : this.#show(this.#report.modules[module]!.path);
  }

  #show(path: string): string {
    let shown = this.#shown.get(path);
    if (shown === undefined) {
      shown = printable(this.#fullPath ? path : baseName(path));
      this.#shown.set(path, shown);
    }
    return shown;
  }
}
