/** Lines that are kept equal a text, in whatever pieces it comes, if and only if they are its lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptLines } from '../../src/source/kept-lines.ts';
import { cutAt } from '../support/cut.ts';

/** As it is told with all lines kept, and with a digest for the most of them: the same. */
function isSame(lines: readonly string[], pieces: readonly string[]): boolean {
  const [same, alike] = [undefined, 5000].map(mostKept => {
    const kept = new KeptLines(mostKept);
    for (const line of lines) kept.add(line);
    for (const piece of pieces) kept.compare(piece);
    return kept.areAllCompared();
  });
  expect(alike).toBe(same);
  return same!;
}

/** Long enough for several blocks. */
const someLines = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 400 }).map(text => `${text}\n`),
  { maxLength: 40 },
);

describe('kept lines', () => {
  it('equal their own text, however it is cut', () => {
    fc.assert(
      fc.property(someLines, fc.array(fc.nat(), { maxLength: 8 }), (lines, places) => {
        expect(isSame(lines, cutAt(lines.join(''), places))).toBe(true);
      }),
    );
  });

  it('equal no other text', () => {
    fc.assert(
      fc.property(someLines, someLines, fc.array(fc.nat(), { maxLength: 8 }), (lines, others, places) => {
        const text = others.join('');
        expect(isSame(lines, cutAt(text, places))).toBe(text === lines.join(''));
      }),
    );
  });

  it('equal no text in which one character differs, is missing or is too much', () => {
    fc.assert(
      fc.property(someLines, fc.nat(), (lines, place) => {
        const text = lines.join('');
        fc.pre(text !== '');
        const at = place % text.length;
        const [before, after] = [text.slice(0, at), text.slice(at + 1)];
        expect(isSame(lines, [`${before}?${after}`])).toBe(false);
        expect(isSame(lines, [before, after])).toBe(false);
        expect(isSame(lines, [text, '\n'])).toBe(false);
      }),
    );
  });

  it('of none equal nothing but nothing', () => {
    expect(isSame([], [])).toBe(true);
    expect(isSame([], ['\n'])).toBe(false);
    expect(isSame(['\n'], [])).toBe(false);
  });
});
