import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Stretch, StretchMap } from '../../src/correlate/stretches.ts';

const stretch = (start: number, end: number, label: string): Stretch<string> => ({
  start: BigInt(start),
  end: BigInt(end),
  label,
});

const show = (claims: readonly Stretch<string>[], start: number, end: number): string[] =>
  [...new StretchMap(claims).cover(BigInt(start), BigInt(end))].map(
    ({ start: from, end: to, label }) => `${from}-${to} ${label}`,
  );

describe('a stretch map', () => {
  it('covers any interval, with null for what nothing claims', () => {
    const claims = [stretch(6, 8, 'b'), stretch(2, 4, 'a')];
    expect(show(claims, 0, 10)).toEqual(['0-2 null', '2-4 a', '4-6 null', '6-8 b', '8-10 null']);
    expect(show(claims, 3, 7)).toEqual(['3-4 a', '4-6 null', '6-7 b']);
    expect(show(claims, 4, 6)).toEqual(['4-6 null']);
    expect(show([], 1, 2)).toEqual(['1-2 null']);
    expect(show(claims, 3, 3)).toEqual([]);
  });

  it('gives contested bytes to the claim that begins first', () => {
    expect(show([stretch(0, 4, 'a'), stretch(2, 6, 'b'), stretch(3, 5, 'c')], 0, 6)).toEqual([
      '0-4 a',
      '4-6 b',
    ]);
    expect(show([stretch(0, 9, 'a'), stretch(2, 3, 'b')], 0, 9)).toEqual(['0-9 a']);
  });

  it('equals a slow twin that labels byte by byte', () => {
    const at = fc.nat(30);
    const claim = fc
      .tuple(at, at, fc.constantFrom('a', 'b', 'c'))
      .map(([start, end, label]) => stretch(start, end, label));
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 8 }), at, at, (claims, from, to) => {
        const bytes: (string | null)[] = new Array(31).fill(null);
        const sorted = claims.toSorted((x, y) => Number(x.start - y.start));
        for (const { start, end, label } of sorted)
          for (let i = Number(start); i < Number(end); i++) bytes[i] ??= label;

        const cover = [...new StretchMap(claims).cover(BigInt(from), BigInt(to))];
        const labels = cover.flatMap(({ start, end, label }) => new Array(Number(end - start)).fill(label));
        expect(labels).toEqual(bytes.slice(from, Math.max(from, to)));
        let cursor = BigInt(from);
        for (const { start, end } of cover) {
          expect(start).toBe(cursor);
          expect(end).toBeGreaterThan(start);
          cursor = end;
        }
      }),
    );
  });
});
