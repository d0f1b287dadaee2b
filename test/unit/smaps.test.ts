/** smaps in pieces of any size; the fast path, which knows where the digits are, against the slow one. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vma } from '../../src/model/vma.ts';
import { SmapsParser } from '../../src/parse/smaps.ts';
import { cutAt } from '../support/cut.ts';
import { inBytes, printRecord, records, type SmapsRecord } from '../support/smaps-words.ts';

function parse(...pieces: readonly string[]): SmapsParser {
  const parser = new SmapsParser();
  for (const piece of pieces) parser.feed(piece);
  parser.finish();
  return parser;
}

/** A VMA with its figures by name; those that it lacks are left out, since another record may have them. */
const told = (vma: Vma, names: readonly string[]) => ({
  start: vma.start,
  end: vma.end,
  permissions: vma.permissions,
  offset: vma.offset,
  device: vma.device,
  inode: vma.inode,
  name: vma.name,
  figures: Object.fromEntries(
    (vma.figures ?? []).flatMap((value, i) => (value === null ? [] : [[names[i]!, value]])),
  ),
  vmFlags: vma.vmFlags,
});

const allTold = ({ vmas, figureNames }: SmapsParser) => vmas.map(vma => told(vma, figureNames));

const expected = ({ entry, figures, flags }: SmapsRecord) => ({
  ...entry,
  figures: Object.fromEntries(figures.map(([name, amount]) => [name, inBytes(name, amount)])),
  vmFlags: flags,
});

describe('smaps', () => {
  it('gives back what was printed, whatever the figures', () => {
    fc.assert(
      fc.property(records, wanted => {
        const parser = parse(wanted.map(printRecord).join(''));
        expect(allTold(parser)).toEqual(wanted.map(expected));
        expect(parser.bad.count).toBe(0);
      }),
    );
  });

  it('is the same in pieces as whole', () => {
    fc.assert(
      fc.property(records, fc.array(fc.nat(), { maxLength: 12 }), (wanted, places) => {
        const text = wanted.map(printRecord).join('');
        expect(allTold(parse(...cutAt(text, places)))).toEqual(allTold(parse(text)));
      }),
    );
  });

  it('is the same by the places learnt as line by line', () => {
    const text = readFileSync('/proc/self/smaps', 'latin1');
    const single = text.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
    expect(single.length).toBeGreaterThan(10);
    // A parser that sees one record has learnt nothing.
    expect(allTold(parse(text))).toEqual(single.flatMap(record => allTold(parse(record))));
    const bytewise = new SmapsParser();
    for (const char of text) bytewise.feed(char);
    bytewise.finish();
    expect(allTold(bytewise)).toEqual(allTold(parse(text)));
    expect(bytewise.bad.count).toBe(0);
  });

  it('I5 keeps flags that it does not know', () => {
    const parser = parse('1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd ?? zz \n');
    expect(parser.vmas[0]).toMatchObject({ vmFlags: ['rd', '??', 'zz'], figures: [4096] });
  });

  it('reads maps too, which has no figures', () => {
    const parser = parse(readFileSync('/proc/self/maps', 'latin1'));
    expect(parser.figureNames).toEqual([]);
    expect(parser.vmas.every(({ figures, vmFlags }) => figures === null && vmFlags === null)).toBe(true);
  });

  it('tells two files of one name apart by inode, and one file by all of its mappings', () => {
    const line = (start: number, inode: number): string =>
      `${start}000-${start}800 r--p 00000000 fe:00 ${inode} /lib/x.so\n`;
    const { vmas, files } = parse(line(1, 7), line(2, 7), line(3, 8));
    expect(vmas.map(({ file }) => file)).toEqual([0, 0, 1]);
    expect(files.files).toHaveLength(2);
  });

  it('knows no file of a range that is empty', () => {
    const { vmas, files } = parse(
      '2000-2000 r--p 00000000 fe:00 7 /lib/x.so\n',
      '2000-3000 r--p 00000000 fe:00 8 /lib/y.so\n',
    );
    expect(vmas.map(({ file }) => file)).toEqual([0]);
    expect(files.files).toEqual([{ name: '/lib/y.so', device: 'fe:00', inode: '8' }]);
  });

  it('names bad lines with their number and goes on', () => {
    const good = '1000-2000 rw-p 00000000 00:00 0 \n';
    const { bad, vmas } = parse(`what is this\n${good}Rss: many kB\nRss: 8 kB\n`);
    expect(bad.lines).toEqual([
      { number: 1, text: 'what is this' },
      { number: 3, text: 'Rss: many kB' },
    ]);
    expect(bad.count).toBe(2);
    expect(vmas).toMatchObject([{ figures: [8192] }]);
  });

  it('counts lines also where it reads whole records at once', () => {
    const record = '1000-2000 rw-p 00000000 00:00 0 \nRss:                   4 kB\nVmFlags: rd \n';
    const { bad } = parse(record.repeat(3), 'oops\n');
    expect(bad.lines).toEqual([{ number: 10, text: 'oops' }]);
  });

  it('holds no more than a line of text without newlines', () => {
    const parser = parse(...Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    expect(parser.bad.lines[0]!.text.length).toBeLessThanOrEqual(64 * 1024);
  });
});
