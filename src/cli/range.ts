/** pmap's -A LOW[,HIGH]: hexadecimal, both ends inclusive, either may be left out; LOW alone is the mapping at LOW. */
import { oneCharAByte } from '../model/latin1.ts';
import { SPACE_END } from '../model/units.ts';
import { TargetError } from '../source/errors.ts';

export interface AddressFilter {
  readonly low: bigint;
  /** Inclusive. */
  readonly high: bigint;
}

const HIGHEST = SPACE_END - 1n;

/** @throws TargetError for anything but one or two hexadecimal numbers below 2^64. */
export function parseRange(text: string): AddressFilter {
  const parts = text.split(',');
  if (parts.length > 2) throw malformed(text);
  const [low, high] = parts.map(part => parseEnd(part, text));
  return {
    low: low ?? 0n,
    high: parts.length === 1 ? (low ?? HIGHEST) : (high ?? HIGHEST),
  };
}

function parseEnd(part: string, text: string): bigint | null {
  if (part === '') return null;
  if (!/^(0[xX])?[0-9a-fA-F]{1,16}$/.test(part)) throw malformed(text);
  return BigInt(`0x${part.replace(/^0[xX]/, '')}`);
}

const malformed = (text: string): TargetError =>
  new TargetError(
    'unusable',
    `-A takes LOW[,HIGH] in hexadecimal, not '${oneCharAByte(text)}'`,
    'for example: -A 7f0000000000,7fffffffffff',
  );

/** Does a mapping, half-open, overlap the inclusive filter? */
export const overlaps = (filter: AddressFilter, vma: { start: bigint; end: bigint }): boolean =>
  filter.low < vma.end && vma.start <= filter.high;
