import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Stretch, StretchMap } from '../../src/correlate/stretches.ts';

const stretch = (start: number, end: number, name: string): Stretch => ({
  kind: 'section',
  name,
  section: 1,
  whole: true,
  module: 0,
  start: BigInt(start),
  end: BigInt(end),
});

interface Covered {
  readonly start: bigint;
  readonly end: bigint;
  readonly label: string | null;
}

function cover(claims: readonly Stretch[], from: number, to: number, most = 100): Covered[] {
  const covered: Covered[] = [];
  const end = new StretchMap(claims).cover(BigInt(from), BigInt(to), most, (taken, start, last) => {
    covered.push({ start, end: last, label: taken === null ? null : taken.name });
  });
  expect(end).toBe(covered.at(-1)?.end ?? BigInt(from));
  return covered;
}

const show = (claims: readonly Stretch[], start: number, end: number, most?: number): string[] =>
  cover(claims, start, end, most).map(({ start: from, end: to, label }) => `${from}-${to} ${label}`);

describe('a stretch map', () => {
  it('covers any interval, with null for what nothing claims', () => {
    const claims = [stretch(6, 8, 'b'), stretch(2, 4, 'a')];
    expect(show(claims, 0, 10)).toEqual(['0-2 null', '2-4 a', '4-6 null', '6-8 b', '8-10 null']);
    expect(show(claims, 3, 7)).toEqual(['3-4 a', '4-6 null', '6-7 b']);
    expect(show(claims, 4, 6)).toEqual(['4-6 null']);
    expect(show([], 1, 2)).toEqual(['1-2 null']);
    expect(show(claims, 3, 3)).toEqual([]);
  });

  it('stops where more are not wanted', () => {
    const claims = [stretch(2, 4, 'a'), stretch(6, 8, 'b')];
    expect(show(claims, 0, 10, 1)).toEqual(['0-2 null']);
    expect(show(claims, 0, 10, 2)).toEqual(['0-2 null', '2-4 a']);
    expect(show(claims, 2, 10, 2)).toEqual(['2-4 a', '4-6 null']);
    expect(show(claims, 2, 10, 0)).toEqual([]);
  });

  it('gives bytes that a section and a header claim alike to the section', () => {
    const header = { ...stretch(0, 4, 'header'), section: null };
    expect(show([header, stretch(0, 2, 'a')], 0, 4)).toEqual(['0-2 a', '2-4 header']);
    expect(show([stretch(0, 2, 'a'), header], 0, 4)).toEqual(['0-2 a', '2-4 header']);
  });

  it('counts the stretches of an interval', () => {
    const map = new StretchMap([stretch(2, 4, 'a'), stretch(4, 6, 'b'), stretch(8, 9, 'c')]);
    const counts = [0, 2, 3, 5, 8].map(start => map.count(BigInt(start), 9n));
    expect(counts).toEqual([3, 3, 3, 2, 1]);
    expect(map.count(0n, 1n)).toBe(1);
  });

  it('gives contested bytes to the claim that begins first', () => {
    expect(show([stretch(0, 4, 'a'), stretch(2, 6, 'b'), stretch(3, 5, 'c')], 0, 6)).toEqual([
      '0-4 a',
      '4-6 b',
    ]);
    expect(show([stretch(0, 9, 'a'), stretch(2, 3, 'b')], 0, 9)).toEqual(['0-9 a']);
  });

  it('gives those within an interval, and tells which it has cut', () => {
    const map = new StretchMap([stretch(2, 4, 'a'), stretch(4, 6, 'b'), stretch(8, 9, 'c')]);
    const shown = (start: bigint, end: bigint): string[] =>
      map.within(start, end).map(({ start: from, end: to, name, whole }) => `${from}-${to} ${name} ${whole}`);
    expect(shown(0n, 9n)).toEqual(['2-4 a true', '4-6 b true', '8-9 c true']);
    expect(shown(3n, 5n)).toEqual(['3-4 a false', '4-5 b false']);
    expect(shown(2n, 4n)).toEqual(['2-4 a true']);
    expect(shown(6n, 8n)).toEqual([]);
    expect(shown(3n, 3n)).toEqual([]);
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
        for (const { start, end, name } of sorted)
          for (let i = Number(start); i < Number(end); i++) bytes[i] ??= name;

        const covered = cover(claims, from, to);
        const within = new StretchMap(claims).within(BigInt(from), BigInt(to));
        expect(within.map(({ start, end, name }) => ({ start, end, label: name }))).toEqual(
          covered.filter(({ label }) => label !== null),
        );
        const labels = covered.flatMap(({ start, end, label }) => new Array(Number(end - start)).fill(label));
        expect(labels).toEqual(bytes.slice(from, Math.max(from, to)));
        let cursor = BigInt(from);
        for (const { start, end } of covered) {
          expect(start).toBe(cursor);
          expect(end).toBeGreaterThan(start);
          cursor = end;
        }
      }),
    );
  });
});
