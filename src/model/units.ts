/**
 * The three spaces in which an ELF image's numbers live. They are branded so that the compiler catches
 * a mix-up; all of them are 64-bit and unsigned, hence bigint. So are sizes in headers, which may be anything;
 * sizes of mappings and counts are plain numbers.
 *
 *   file offset ──(segment: offset − vaddr)──▶ vaddr ──(+ load bias)──▶ run-time address
 *
 * Conversions of single numbers are in this file; offsetOfVaddr (elf/dynamic.ts) goes by a whole file's segments.
 */

declare const space: unique symbol;

/** A run-time virtual address of the process. */
export type Address = bigint & { readonly [space]: 'address' };
/** A link-time virtual address, as in p_vaddr and sh_addr. */
export type Vaddr = bigint & { readonly [space]: 'vaddr' };
/** A position in a file, in bytes. */
export type FileOffset = bigint & { readonly [space]: 'offset' };
/** Run-time address less link-time address, modulo 2^64; the same for a whole module. */
export type LoadBias = bigint & { readonly [space]: 'bias' };

/** Half-open: `start` belongs to it, `end` does not. */
export interface Range {
  readonly start: Address;
  readonly end: Address;
}

/** Where the 64-bit spaces end: the first number that is no address. */
export const SPACE_END: bigint = 1n << 64n;
const MASK = SPACE_END - 1n;

/** Modulo 2^64. Nearly every number is one of the space already, and each operation makes another bigint. */
const wrapped = (value: bigint): bigint => (value >= 0n && value < SPACE_END ? value : value & MASK);

export const address = wrapped as (value: bigint) => Address;
export const vaddr = wrapped as (value: bigint) => Vaddr;
export const fileOffset = wrapped as (value: bigint) => FileOffset;
export const loadBias = wrapped as (value: bigint) => LoadBias;

/** Where a link-time address lies at run time. */
export const atBias = (bias: LoadBias, link: Vaddr): Address => wrapped(bias + link) as Address;
/** The bias that puts a link-time address at a run-time address. */
export const biasOf = (runtime: Address, link: Vaddr): LoadBias => wrapped(runtime - link) as LoadBias;

/** Rounds down to a multiple of `pageSize`, a power of two. */
export function pageDown<T extends bigint>(value: T, pageSize: number): T {
  return (value - (value & offsetMask(pageSize))) as T;
}

/** Rounds up to a multiple of `pageSize`, a power of two. Not reduced modulo 2^64, so that an end stays an end. */
export function pageUp<T extends bigint>(value: T, pageSize: number): T {
  const mask = offsetMask(pageSize);
  const above = value + mask;
  return (above - (above & mask)) as T;
}

/** The bits of an address within its page. Nearly all pages have 4 KiB, and making a bigint takes a while. */
const offsetMask = (pageSize: number): bigint => (pageSize === 4096 ? 4095n : BigInt(pageSize - 1));

/** Length of a range in bytes. */
export const sizeOf = (range: Range): number => Number(range.end - range.start);

/** The common part of two ranges, or null where there is none. */
export function intersect(a: Range, b: Range): Range | null {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : null;
}

/** For sorting. */
export const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
/** For sorting ranges. */
export const byStart = (a: { readonly start: bigint }, b: { readonly start: bigint }): number =>
  ascending(a.start, b.start);

/** Hexadecimal with `0x`, as the report prints every address and offset. */
export const hex = (value: bigint): string => `0x${value.toString(16)}`;
