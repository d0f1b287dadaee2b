/**
 * The auxiliary vector (/proc/PID/auxv, a core's NT_AUXV; getauxval(3), kernel fs/binfmt_elf.c create_elf_tables):
 * pairs of words of the target's own size and byte order, ended by AT_NULL.
 */
import type { AuxiliaryVector } from '../model/capture.ts';
import { address } from '../model/units.ts';
import { isPageSize } from './page-size.ts';

const AT_NULL = 0n;
const AT_PAGESZ = 6n;
const AT_BASE = 7n;
const AT_ENTRY = 9n;
const AT_SYSINFO_EHDR = 33n;

/** AT_RANDOM: address of 16 random bytes, which the kernel puts at the top of the main thread's stack. */
export const AT_RANDOM = 25n;

/** The values by their AT_ types, up to AT_NULL or the end. */
export function auxvValues(bytes: Uint8Array, wordSize: 4 | 8, littleEndian: boolean): Map<bigint, bigint> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): bigint =>
    wordSize === 8 ? view.getBigUint64(at, littleEndian) : BigInt(view.getUint32(at, littleEndian));
  const values = new Map<bigint, bigint>();
  for (let at = 0; at + 2 * wordSize <= bytes.length; at += 2 * wordSize) {
    const type = word(at);
    if (type === AT_NULL) break;
    values.set(type, word(at + wordSize));
  }
  return values;
}

/** The entries that matter here; null where there is none at all. */
export function parseAuxv(bytes: Uint8Array, wordSize: 4 | 8, littleEndian: boolean): AuxiliaryVector | null {
  const values = auxvValues(bytes, wordSize, littleEndian);
  if (values.size === 0) return null;
  const addressOf = (type: bigint) => {
    const value = values.get(type);
    return value === undefined ? null : address(value);
  };
  const pageSize = Number(values.get(AT_PAGESZ) ?? 0n);
  return {
    pageSize: isPageSize(pageSize) ? pageSize : null,
    base: addressOf(AT_BASE),
    entry: addressOf(AT_ENTRY),
    sysinfoEhdr: addressOf(AT_SYSINFO_EHDR),
  };
}

/** Of which word size a native auxv is: 64-bit words have zero upper halves in their types. */
export function auxvWordSize(bytes: Uint8Array, littleEndian: boolean): 4 | 8 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const type = view.getBigUint64(at, littleEndian);
    if (type > 0xffffn) return 4;
    if (type === AT_NULL) return 8;
  }
  return bytes.length % 16 === 0 ? 8 : 4;
}
