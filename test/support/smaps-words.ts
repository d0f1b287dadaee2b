/** Random mappings and smaps records, for round trips. */
import fc from 'fast-check';
import { address, fileOffset } from '../../src/model/units.ts';
import type { MapsEntry } from '../../src/parse/maps.ts';
import { printMapsLine } from './maps-line.ts';

const PAGES = 1n << 52n;

const name = fc.oneof(
  fc.constantFrom(
    '',
    '[heap]',
    '[anon: a b]',
    '/usr/lib/x.so',
    '/x (deleted)',
    'anon_inode:[io_uring]',
    '/new\nline',
  ),
  // Whatever a file may be called, but for a literal \012, which the kernel prints as it prints a newline.
  fc
    .string({ unit: fc.integer({ min: 1, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 20 })
    .map(text => `/${text.replaceAll('\\', '')}`),
);

/** What a line of maps tells. */
export const maps: fc.Arbitrary<MapsEntry> = fc
  .record({
    page: fc.bigInt({ min: 0n, max: PAGES - 2n ** 20n }),
    pages: fc.bigInt({ min: 1n, max: 2n ** 20n - 1n }),
    permissions: fc
      .tuple(
        fc.constantFrom('r', '-'),
        fc.constantFrom('w', '-'),
        fc.constantFrom('x', '-'),
        fc.constantFrom('s', 'p'),
      )
      .map(letters => letters.join('')),
    offset: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(fileOffset),
    device: fc.constantFrom('00:00', 'fe:00', '103:05'),
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    name,
  })
  .map(({ page, pages, ...rest }) => ({
    start: address(page * 4096n),
    end: address((page + pages) * 4096n),
    ...rest,
  }));

export interface SmapsRecord {
  readonly entry: MapsEntry;
  /** In the kernel's order; kB but for those that are counts. */
  readonly figures: readonly (readonly [name: string, value: number])[];
  readonly flags: readonly string[] | null;
}

const FIGURES =
  'Size KernelPageSize Rss Pss Pss_Dirty Shared_Clean Private_Dirty Anonymous AnonHugePages Swap THPeligible'.split(
    ' ',
  );
const COUNTS = new Set(['THPeligible', 'ProtectionKey']);

/** Most figures are small; some have more than the eight digits for which the kernel aligns them. */
const value = fc.oneof(fc.nat(9999), fc.nat(99_999_999), fc.integer({ min: 100_000_000, max: 2 ** 40 }));

const record: fc.Arbitrary<SmapsRecord> = fc.record({
  entry: maps,
  figures: fc
    .tuple(
      // A record may lack some, and only some have a protection key.
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(FIGURES) },
        { weight: 1, arbitrary: fc.subarray(FIGURES) },
      ),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.constant(['ProtectionKey']) },
      ),
      fc.array(value, { minLength: 12, maxLength: 12 }),
    )
    .map(([names, key, values]) => [...names, ...key].map((figure, i) => [figure, values[i]!] as const)),
  flags: fc.option(fc.subarray(['rd', 'wr', 'ex', 'sh', 'mr', 'ac', 'sd', '??']), { freq: 6 }),
});

export const records: fc.Arbitrary<readonly SmapsRecord[]> = fc.array(record, { minLength: 1, maxLength: 8 });

/** As the kernel prints it: values right-aligned to column 24, then " kB" unless it is a count. */
export function printRecord({ entry, figures, flags }: SmapsRecord): string {
  const lines = figures.map(([figure, amount]) =>
    COUNTS.has(figure)
      ? `${`${figure}:`.padEnd(16)}${String(amount).padStart(8)}\n`
      : `${`${figure}:`.padEnd(16)}${String(amount).padStart(8)} kB\n`,
  );
  const last = flags === null ? '' : `VmFlags: ${flags.map(flag => `${flag} `).join('')}\n`;
  return `${printMapsLine(entry)}\n${lines.join('')}${last}`;
}

/** What a parser must give for a figure: bytes, but for counts. */
export const inBytes = (figure: string, amount: number): number =>
  COUNTS.has(figure) ? amount : amount * 1024;
