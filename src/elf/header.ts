/**
 * The ELF header (gABI, elf(5)) and the sizes of the two tables, extended numbering resolved:
 *
 *   class  e_type e_machine  e_entry e_phoff e_shoff  e_phentsize e_phnum  e_shentsize e_shnum e_shstrndx
 *   32     16     18         24      28      32       42          44       46          48      50
 *   64     16     18         24      32      40       54          56       58          60      62
 *
 * PN_XNUM (0xffff) in e_phnum moves the count to section 0's sh_info; 0 in e_shnum, to its sh_size; and
 * SHN_XINDEX (0xffff) in e_shstrndx, to its sh_link.
 */
import type { ByteSource } from '../model/bytes.ts';
import { Words } from './words.ts';

export class NotElf extends Error {}
/** An ELF header that no kernel or loader could use. */
export class MalformedElf extends Error {}

export interface RawHeader {
  readonly is64: boolean;
  readonly little: boolean;
  readonly type: number;
  readonly machine: number;
  readonly entry: bigint;
  readonly phoff: bigint;
  readonly phnum: number;
  readonly shoff: bigint;
  /** As the header has it, right or wrong. */
  readonly shentsize: number;
  readonly shnum: number;
  readonly shstrndx: number;
  /** The header's own bytes. */
  readonly bytes: Uint8Array;
}

const PN_XNUM = 0xffff;
const SHN_XINDEX = 0xffff;

export const headerSize = (is64: boolean): number => (is64 ? 64 : 52);
export const programHeaderSize = (is64: boolean): number => (is64 ? 56 : 32);
export const sectionHeaderSize = (is64: boolean): number => (is64 ? 64 : 40);

/** Does the source begin as ELF files do? */
export function isElf(source: ByteSource): boolean {
  const ident = source.read(0n, 16);
  return (
    ident.length === 16 && ident[0] === 0x7f && ident[1] === 0x45 && ident[2] === 0x4c && ident[3] === 0x46
  );
}

/**
 * Reads the header.
 * @throws NotElf without the magic number, MalformedElf where class, byte order or entry sizes make no sense.
 */
export function readHeader(source: ByteSource): RawHeader {
  if (!isElf(source)) throw new NotElf('no ELF magic number');
  const ident = source.read(0n, 64);
  const is64 = ident[4] === 2;
  if (!is64 && ident[4] !== 1) throw new MalformedElf(`ELF class ${ident[4]} does not exist`);
  const little = ident[5] === 1;
  if (!little && ident[5] !== 2) throw new MalformedElf(`ELF byte order ${ident[5]} does not exist`);
  if (ident.length < headerSize(is64)) throw new MalformedElf('the file ends within the ELF header');

  const bytes = ident.subarray(0, headerSize(is64));
  const words = new Words(bytes, is64, little);
  const tail = is64 ? 54 : 42;
  const phentsize = words.u16(tail);
  const shentsize = words.u16(tail + 4);
  const phoff = words.word(is64 ? 32 : 28);
  const shoff = words.word(is64 ? 40 : 32);
  let phnum = words.u16(tail + 2);
  let shnum = words.u16(tail + 6);
  let shstrndx = words.u16(tail + 8);
  if (phnum > 0 && phentsize !== programHeaderSize(is64))
    throw new MalformedElf(`e_phentsize is ${phentsize}, not ${programHeaderSize(is64)}`);
  if (shentsize !== sectionHeaderSize(is64)) shnum = 0;

  const extended = phnum === PN_XNUM || shstrndx === SHN_XINDEX || (shnum === 0 && shoff !== 0n);
  if (extended && shoff !== 0n && shentsize === sectionHeaderSize(is64)) {
    const first = source.read(shoff, sectionHeaderSize(is64));
    if (first.length === sectionHeaderSize(is64)) {
      const zero = new Words(first, is64, little);
      if (shnum === 0) shnum = Number(is64 ? zero.u64(32) : zero.u32(20));
      if (shstrndx === SHN_XINDEX) shstrndx = zero.u32(is64 ? 40 : 24);
      if (phnum === PN_XNUM) phnum = zero.u32(is64 ? 44 : 28) || PN_XNUM;
    }
  }
  const type = words.u16(16);
  return {
    is64,
    little,
    type,
    machine: words.u16(18),
    entry: words.word(24),
    phoff,
    phnum,
    shoff,
    shentsize,
    shnum,
    shstrndx,
    bytes,
  };
}
