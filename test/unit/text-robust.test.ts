/** Hostile and damaged text: bounded time and memory, no exception but UnrecognisedText, no line lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnrecognisedText } from '../../src/parse/text.ts';
import { SAMPLES } from './text-samples.ts';
import { parseAll, parseBytes, parseOne, showAll } from './text-support.ts';

const FIRST = '1:   x\n';
const ROW = '0000560000000000      4K r---- a\n';

describe('text in pieces', () => {
  it.each(SAMPLES.map(sample => [sample.form, sample.text]))(
    '%s: any piece size gives the same',
    (_, text) => {
      const whole = parseAll(text);
      for (const chunk of [1, 2, 13, 79, 1000]) expect(parseAll(text, chunk)).toEqual(whole);
    },
  );

  it.each(SAMPLES.map(sample => [sample.form, sample.text]))('%s: CR LF gives the same', (_, text) => {
    expect(parseAll(text.replaceAll('\n', '\r\n'))).toEqual(parseAll(text));
  });

  it.each(SAMPLES.map(sample => [sample.form, sample.text]))('%s: so does a byte order mark', (_, text) => {
    for (const chunk of [1, 79, 1e6]) expect(parseAll(`\ufeff${text}`, chunk)).toEqual(parseAll(text));
  });

  it('a row that is quoted although the first is not stays a bad line', () => {
    const rows = Array.from(
      { length: 500 },
      (_, i) => `${(i + 1).toString(16)}000-${(i + 1).toString(16)}800 r--p 0 00:00 0\n`,
    );
    const text = `${rows.join('')}> fff000-fff800 r--p 0 00:00 0\n`;
    const whole = parseOne(text);
    expect(whole).toMatchObject({ vmas: { length: 500 }, badLineCount: 1 });
    for (const chunk of [100, 10_000]) expect(parseAll(text, chunk)).toEqual([whole]);
  });

  it('drops a CR from single lines of a listing', () => {
    const process = parseOne(`${FIRST}${ROW.replace('\n', '\r\n')}`);
    expect(process).toMatchObject({ badLineCount: 0, vmas: [{ name: 'a' }] });
  });

  it('needs no newline at the end', () => {
    for (const { text } of SAMPLES) expect(parseAll(text.trimEnd())).toEqual(parseAll(text));
  });
});

describe('a text of many processes', () => {
  it('keeps 100,000, and no more', () => {
    const first = (count: number): string => '1:   a\n'.repeat(count);
    expect(parseAll(first(100_000))).toHaveLength(100_000);
    expect(() => parseAll(first(100_001))).toThrow(UnrecognisedText);
    expect(() => parseAll(`${'1000-2000 r--p 0 00:00 0\n'.repeat(100_001)}`)).toThrow(
      /more than 100000 processes/,
    );
  });
});

describe('damaged text', () => {
  it('names a line that does not parse, and counts the others', () => {
    for (const { form, text, row } of SAMPLES) {
      const lines = text.split('\n');
      lines.splice(row, 0, 'deadbeef0000 is no row');
      const processes = parseAll(lines.join('\n'));
      expect([form, processes.map(showAll)]).toEqual([form, parseAll(text).map(showAll)]);
      expect(processes.flatMap(process => process.badLines)).toEqual([
        { number: row + 1, text: 'deadbeef0000 is no row' },
      ]);
    }
  });

  it('keeps the first twenty bad lines and counts all', () => {
    const process = parseOne(FIRST + ROW + 'what is this\n'.repeat(1000));
    expect(process.badLines).toHaveLength(20);
    expect(process.badLineCount).toBe(1000);
  });

  it('takes a line that looks like a sum for a bad one if rows follow', () => {
    const process = parseOne(`${FIRST}${ROW}some total 12K\n${ROW.replace('00000 ', '10000 ')}`);
    expect(process.badLines).toEqual([{ number: 3, text: 'some total 12K' }]);
    expect(process.vmas).toHaveLength(2);
  });

  it.each([
    ['an empty mapping', '0000560000000000      0K r---- a'],
    ['a mapping beyond 64 bits', 'fffffffffffff000      8K r---- a'],
    ['nineteen digits', '0000560000000000 1234567890123456789K r---- a'],
    ['seventeen hexadecimal digits', '10000560000000000      4K r---- a'],
    ['no permissions', '0000560000000000      4K a'],
    ['a negative size', '0000560000000000     -4K r---- a'],
    ['a reversed NetBSD range', '0x560000001000 0x560000000000 r-x rwx COW NC 1 0 0'],
    [
      'a NetBSD range up to the very end',
      'fffffffffffff000-ffffffffffffffff 4k 00000000 r-xp- (rwx) 1/0/0 00:00 0 - a',
    ],
  ])('rejects %s', (_, line) => {
    const process = parseOne(`${FIRST}${line}\n0000570000000000      4K r---- b\n`);
    expect(process.badLines).toEqual([{ number: 2, text: line }]);
    expect(process.vmas).toHaveLength(1);
  });

  it('takes a line over 64 KiB for bad, whole or in pieces, and goes on', () => {
    const long = 'x'.repeat(200_000);
    const maps = '560000000000-560000001000 r--p 00000000 fe:00 7 /a';
    const expected = [{ number: 2, text: 'x'.repeat(1024) }];
    for (const chunk of [1000, 65_536, 1e9]) {
      expect(parseAll(`${FIRST}${long}\n${ROW}`, chunk)[0]).toMatchObject({
        badLines: expected,
        badLineCount: 1,
      });
      const process = parseAll(
        `${maps}\n${long}\nbad\n${maps.replaceAll('0000 ', '1000 ').replace('0000-', '1000-').replace('1000 r', '2000 r')}\n`,
        chunk,
      )[0]!;
      expect(process.badLines).toEqual([...expected, { number: 3, text: 'bad' }]);
      expect(process.vmas).toHaveLength(2);
    }
  });

  it('reads a text of one endless line without keeping it', () => {
    expect(() => parseAll('y'.repeat(10_000_000), 65_536)).toThrow(UnrecognisedText);
  });
});

describe('hostile text', () => {
  const within = (milliseconds: number, text: string): void => {
    const start = performance.now();
    try {
      parseBytes(text, 65_536);
    } catch (error) {
      if (!(error instanceof UnrecognisedText)) throw error;
    }
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };

  const LONG = 60_000;
  it.each([
    ['blanks', `0000560000000000${' '.repeat(LONG)}x`],
    ['numbers', `0000560000000000${' 1'.repeat(LONG / 2)}`],
    ['flags', `1:   x\nAddress Perm Size VmFlags Mapping\n560000000000 r--p 4${' ??'.repeat(LONG / 3)} x`],
    [
      'a wide header',
      `1:   x\nAddress Perm${' Size'.repeat(LONG / 5)}\n560000000000 r--p${' 4'.repeat(LONG / 5)}`,
    ],
    [
      'a wide translated header over short rows',
      `1:   x\nAdresse${' Size'.repeat(LONG / 5)} Zuordnung\n${'560000000000 r--p 4\n'.repeat(500)}`,
    ],
    ['dashes', '-'.repeat(LONG)],
    ['brackets', `1:   x\n0000560000000000 4K r---- [${' '.repeat(LONG)}`],
    ['commands', `1:   [${'[ '.repeat(LONG / 2)}`],
    ['words', 'ab '.repeat(LONG / 3)],
    ['amounts', `total${' 1'.repeat(LONG / 2)}x`],
    ['capitals', 'A'.repeat(LONG)],
    ['NetBSD fields', `0x1 0x2 r-x r-x COW NC${' '.repeat(LONG)}1`],
  ])('%s, a hundred lines of them', (_, line) => {
    within(3000, `${line}\n`.repeat(100));
  });

  it('survives mutations of every form', () => {
    const pieces = SAMPLES.map(sample => sample.text);
    const mutation = fc.record({
      text: fc.constantFrom(...pieces),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          remove: fc.nat(40),
          insert: fc.oneof(
            fc.string({ maxLength: 8, unit: 'binary' }),
            fc.constantFrom(
              '\n',
              '\r\n',
              ' ',
              '-',
              ':',
              '9'.repeat(25),
              'f'.repeat(17),
              'VmFlags',
              'Size',
              '1:   x\n',
            ),
            fc.constantFrom(...pieces).map(piece => piece.slice(piece.length / 3, piece.length / 2)),
          ),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      chunk: fc.constantFrom(3, 64, 1e6),
    });
    fc.assert(
      fc.property(mutation, ({ text, edits, chunk }) => {
        let mutated = text;
        for (const { at, remove, insert } of edits) {
          const from = Math.floor(at * mutated.length);
          mutated = mutated.slice(0, from) + insert + mutated.slice(from + remove);
        }
        try {
          for (const { vmas, files, figureNames } of parseAll(mutated, chunk))
            for (const vma of vmas) {
              expect(vma.start < vma.end && vma.end < 1n << 64n).toBe(true);
              expect(vma.permissions).toMatch(/^[r?-][w?-][x?-][sp?]$/);
              expect(vma.figures?.length ?? figureNames.length).toBe(figureNames.length);
              if (vma.file !== null) expect(files[vma.file]?.name).toBe(vma.name);
            }
        } catch (error) {
          if (!(error instanceof UnrecognisedText)) throw error;
        }
      }),
      { seed: 20240607, numRuns: 3000 },
    );
  });
});
