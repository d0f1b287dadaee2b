/** parse(print(x)) = x, with the printers of the kernel (maps, smaps) and of procps (-XX -p). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, fileOffset } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import type { MapsEntry } from '../../src/parse/maps.ts';
import { printMapsLine } from '../support/maps-line.ts';
import { vmaFacts } from '../support/vma-facts.ts';
import { parseBytes } from './text-support.ts';

const RUNS = { seed: 7, numRuns: 500 };
const FIGURES = ['Size', 'KernelPageSize', 'Rss', 'Pss', 'Private_Dirty', 'Swap', 'THPeligible'];
const FLAGS = 'rd wr ex sh mr mw me ms gd pf lo dc de ac nr sd nh'.split(' ');

interface Record extends MapsEntry {
  /** In KiB, except the last. */
  readonly numbers: readonly number[];
  readonly vmFlags: readonly string[];
}

/** A name that survives the blanks before it and the line's end behind it. */
const fileName = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code)),
    { maxLength: 60 },
  )
  .map(chars => `/${chars.join('').replaceAll('\\', '').trim()}`);

const file = fc.record({
  name: fileName,
  device: fc.constantFrom('fe:00', '103:03', '00:10'),
  inode: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }).map(String),
});
const special = fc.record({
  name: fc.constantFrom('', '[heap]', '[stack]', '[anon:a b]', '[vdso]'),
  device: fc.constant('00:00'),
  inode: fc.constant('0'),
});

const record = fc.record({
  gap: fc.integer({ min: 0, max: 1 << 20 }),
  pages: fc.integer({ min: 1, max: 1 << 20 }),
  permissions: fc
    .tuple(...['r-', 'w-', 'x-', 'sp'].map(choice => fc.constantFrom(...choice)))
    .map(letters => letters.join('')),
  offset: fc.bigInt({ min: 0n, max: 1n << 44n }).map(page => fileOffset(page << 12n)),
  shown: fc.oneof(file, special),
  numbers: fc.tuple(...FIGURES.slice(1).map(() => fc.nat(10_000_000))),
  vmFlags: fc.subarray(FLAGS, { minLength: 1 }),
});

/** Mappings in address order, from which on gaps and sizes were drawn. */
const records: fc.Arbitrary<readonly Record[]> = fc
  .tuple(
    fc.constantFrom(0x10000n, 0x550000000000n, 0xffff800000000000n),
    fc.array(record, { minLength: 1, maxLength: 12 }),
  )
  .map(([base, drawn]) => {
    let at = base;
    return drawn.map(({ gap, pages, shown, numbers, ...rest }) => {
      const start = address(at + BigInt(gap) * 4096n);
      at = start + BigInt(pages) * 4096n;
      return { start, end: address(at), ...rest, ...shown, numbers: [pages * 4, ...numbers] };
    });
  });

const scaled = ({ numbers }: Record): number[] =>
  numbers.map((number, at) => (at === FIGURES.length - 1 ? number : number * 1024));

/** What a Vma tells, apart from its place in the table of files. */
const facts = (vma: Vma) => {
  const { file: _, ...rest } = vmaFacts(vma);
  return rest;
};
const expected = (entry: Record, told: boolean) => {
  const { start, end, permissions, offset, device, inode, name, vmFlags } = entry;
  const base = { start, end, permissions, offset, device, inode, name };
  return { ...base, figures: told ? scaled(entry) : null, vmFlags: told ? vmFlags : null };
};

describe('parse(print(x)) = x', () => {
  it('maps', () => {
    fc.assert(
      fc.property(records, entries => {
        const [process] = parseBytes(entries.map(entry => `${printMapsLine(entry)}\n`).join(''), 97);
        expect(process!.vmas.map(facts)).toEqual(entries.map(entry => expected(entry, false)));
        expect(process!.kind).toBe('maps');
        expect(process!.badLineCount).toBe(0);
      }),
      RUNS,
    );
  });

  it('smaps', () => {
    fc.assert(
      fc.property(records, entries => {
        const [process] = parseBytes(entries.map(printSmaps).join(''), 97);
        expect(process!.figureNames).toEqual(FIGURES);
        expect(process!.vmas.map(facts)).toEqual(entries.map(entry => expected(entry, true)));
        expect(process!.badLineCount).toBe(0);
      }),
      RUNS,
    );
  });

  it('pmap -XX -p', () => {
    fc.assert(
      fc.property(records, entries => {
        const [process] = parseBytes(printLong(entries), 97);
        expect(process!.figureNames).toEqual(FIGURES);
        expect(process!.vmas.map(facts)).toEqual(entries.map(entry => expected(entry, true)));
        expect(process!.badLineCount).toBe(0);
        expect(
          process!.limits
            .map(note => note.code)
            .filter(code => code !== 'names-truncated' && code !== 'unprintable-names'),
        ).toEqual([]);
      }),
      RUNS,
    );
  });
});

function printSmaps(entry: Record): string {
  const lines = FIGURES.map((name, at) => {
    const unit = at === FIGURES.length - 1 ? '' : ' kB';
    return `${`${name}:`.padEnd(16)}${String(entry.numbers[at]).padStart(8)}${unit}`;
  });
  return `${[printMapsLine(entry), ...lines, `VmFlags: ${entry.vmFlags.join(' ')} `].join('\n')}\n`;
}

/** As procps prints it: every column right-aligned to its widest value, the name last. */
function printLong(entries: readonly Record[]): string {
  const pad = (value: bigint): string => value.toString(16).padStart(8, '0');
  const header = ['Address', 'Perm', 'Offset', 'Device', 'Inode', ...FIGURES, 'VmFlags'];
  const rows = entries.map(entry => [
    pad(entry.start),
    entry.permissions,
    pad(entry.offset),
    entry.device,
    entry.inode,
    ...entry.numbers.map(String),
    entry.vmFlags.join(' '),
  ]);
  const widths = header.map((word, at) => Math.max(word.length, ...rows.map(row => row[at]!.length)));
  const line = (words: readonly string[]): string =>
    words.map((word, at) => word.padStart(widths[at]!)).join(' ');
  const sums = FIGURES.map((_, at) => String(entries.reduce((sum, entry) => sum + entry.numbers[at]!, 0)));
  const lead = ' '.repeat(widths.slice(0, 5).reduce((sum, width) => sum + width + 1, 0));
  return [
    '1234:   sleep 1000',
    `${line(header)} Mapping`,
    ...rows.map((row, at) => `${line(row)} ${entries[at]!.name}`),
    `${lead}${FIGURES.map((_, at) => '='.repeat(widths[at + 5]!)).join(' ')} `,
    `${lead}${sums.map((sum, at) => sum.padStart(widths[at + 5]!)).join(' ')} KB `,
    '',
  ].join('\n');
}
