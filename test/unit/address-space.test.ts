import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressSpace } from '../../src/correlate/address-space.ts';
import { type Address, address, fileOffset } from '../../src/model/units.ts';
import { showPiece } from '../support/segment-words.ts';

const range = (start: number, end: number): { start: Address; end: Address } => ({
  start: address(BigInt(start)),
  end: address(BigInt(end)),
});

const request = (start: number, end: number, protection: string, offset: number | null) => ({
  ...range(start, end),
  protection,
  offset: offset === null ? null : fileOffset(BigInt(offset)),
  role: 'segment' as const,
  segment: 0,
});

/** A call: where, with which permissions, and for mmap from which offset (null: anonymous). */
type Call = readonly [
  kind: 'map' | 'protect',
  start: number,
  end: number,
  protection: string,
  offset: number | null,
];

const play = (calls: readonly Call[]): AddressSpace => {
  const space = new AddressSpace();
  for (const [kind, start, end, protection, offset] of calls)
    if (kind === 'map') space.mapFixed(request(start, end, protection, offset));
    else space.protect(range(start, end), protection);
  return space;
};

const pieces = (...calls: readonly Call[]): string[] => play(calls).pieces().map(showPiece);

describe('a simulated address space', () => {
  it('lets a later mapping replace what it covers', () => {
    expect(pieces(['map', 0, 10, 'r--', 0], ['map', 4, 6, 'rw-', null])).toEqual([
      '0-4 r-- @0',
      '4-6 rw-',
      '6-a r-- @6',
    ]);
    expect(pieces(['map', 4, 6, 'r--', 0], ['map', 0, 10, 'rw-', null])).toEqual(['0-a rw-']);
    expect(pieces(['map', 4, 4, 'r--', 0])).toEqual([]);
  });

  it('protects what is there and passes over holes', () => {
    expect(
      pieces(['map', 0, 2, 'rw-', null], ['map', 4, 6, 'rw-', null], ['protect', 1, 5, 'r--', null]),
    ).toEqual(['0-1 rw-', '1-2 r--', '4-5 r--', '5-6 rw-']);
  });

  it('merges neighbours that are alike, as the kernel does', () => {
    expect(pieces(['map', 0, 4, 'r--', 0], ['map', 4, 8, 'r--', 4])).toEqual(['0-8 r-- @0']);
    expect(pieces(['map', 0, 4, 'r--', 0], ['map', 4, 8, 'r--', 5])).toHaveLength(2);
    expect(pieces(['map', 0, 4, 'rw-', null], ['map', 4, 8, 'rw-', 4])).toHaveLength(2);
    // Once writable, a file's pages are charged and never merge with those that were not.
    expect(
      pieces(['map', 0, 4, 'r--', 0], ['map', 4, 8, 'rw-', 4], ['protect', 4, 8, 'r--', null]),
    ).toHaveLength(2);
  });

  it('equals a twin that keeps every byte by itself', () => {
    const at = fc.nat(12);
    const protection = fc.constantFrom('r--', 'rw-', 'r-x', '---');
    const call = fc.tuple(
      fc.constantFrom('map' as const, 'protect' as const),
      at,
      at,
      protection,
      fc.option(fc.nat(12)),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 6 }), calls => {
        const bytes = new Map<number, string>();
        for (const [kind, start, end, protectionOf, offset] of calls)
          for (let i = start; i < end; i++) {
            if (kind === 'map') bytes.set(i, `${protectionOf} ${offset === null ? '' : offset + i - start}`);
            else if (bytes.has(i)) bytes.set(i, bytes.get(i)!.replace(/^.../, protectionOf));
          }
        const actual = new Map<number, string>();
        for (const piece of play(calls).pieces()) {
          let cursor = piece.start;
          for (const content of piece.contents) {
            expect(content.start).toBe(cursor);
            cursor = content.end;
          }
          expect(cursor).toBe(piece.end);
          for (let i = Number(piece.start); i < piece.end; i++)
            actual.set(
              i,
              `${piece.protection} ${piece.offset === null ? '' : Number(piece.offset) + i - Number(piece.start)}`,
            );
        }
        expect(new Map([...actual].sort(byKey))).toEqual(new Map([...bytes].sort(byKey)));
      }),
    );
  });
});

const byKey = (a: readonly [number, string], b: readonly [number, string]): number => a[0] - b[0];
