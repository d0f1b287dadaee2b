/**
 * Numbers as listings print them. All are bounded before they are converted, so that a hostile text can
 * neither overflow an address nor make a conversion slow.
 */
import { type Address, address, type FileOffset, fileOffset, SPACE_END } from '../../model/units.ts';

/** Listings count in units of 1024 bytes, whatever they call them (K, kB, KB, Kbytes). */
export const KIB = 1024;

const DECIMAL = /^[0-9]{1,18}$/;
/**
 * The kernel pads to eight digits at least, which keeps words like "add" out. procps pads on to the width of
 * the column's translated name in bytes: 27 digits in Georgian.
 */
const HEXADECIMAL = /^0{0,64}[0-9A-Fa-f]{8,16}$/;

/** A decimal number of at most 18 digits. */
export function parseDecimal(text: string): number | null {
  return DECIMAL.test(text) ? Number(text) : null;
}

/** An address without 0x. */
export function parseAddress(text: string): Address | null {
  return HEXADECIMAL.test(text) ? address(BigInt(`0x${text}`)) : null;
}

/** A file offset without 0x. */
export function parseOffset(text: string): FileOffset | null {
  return HEXADECIMAL.test(text) ? fileOffset(BigInt(`0x${text}`)) : null;
}

/** The exclusive end of `kib` KiB at `start`; null where that is empty or leaves the address space. */
export function endAfter(start: Address, kib: number): Address | null {
  if (!Number.isSafeInteger(kib)) return null;
  return endOf(start, start + BigInt(kib) * BigInt(KIB));
}

/** `end` as an Address, if it lies above `start` and within 64 bits. */
export function endOf(start: Address, end: bigint): Address | null {
  return end > start && end < SPACE_END ? address(end) : null;
}

/** A device as maps prints it (`fe:00`), from a major and a minor number in the given base. */
export function deviceOf(major: string, minor: string, base: 10 | 16): string {
  const part = (digits: string): string => Number.parseInt(digits, base).toString(16).padStart(2, '0');
  return `${part(major)}:${part(minor)}`;
}
