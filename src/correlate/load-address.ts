/**
 * Where the kernel loads a program when it does not randomise (setarch -R): ELF_ET_DYN_BASE of each arch/ in the
 * kernel, plus what rounding to pages adds. Libraries and static PIEs go wherever mmap finds room, so nothing can be
 * predicted for them: they are shown at bias 0, that is, at their link-time addresses.
 */
import type { ElfFile } from '../model/elf.ts';
import { type LoadBias, loadBias, pageDown, type Vaddr } from '../model/units.ts';
import { loadsOf } from './layout.ts';

/** By machine and class. */
const DYN_BASES: Readonly<Record<string, bigint>> = {
  'x86-64 64': 0x555555554aaan, // two thirds of 2^47 less a page
  'i386 32': 0x56555555n, // a third of 4 GiB, and 16 MiB
  'aarch64 64': 0xaaaaaaaaaaaan, // two thirds of 2^48
  'arm 32': 0x400000n,
  'riscv 64': 0x2aaaaaaaaan, // two thirds of 2^38 (Sv39)
  's390 64': 0x2aa00000000n,
  'ppc64 64': 0x100000000n,
};
const OTHER_BASE = 0x100000000n;
const OTHER_BASE_32 = 0x400000n;

/** The load bias without randomisation; 0 for what is linked to fixed addresses or placed by mmap. */
export function predictedBias(elf: ElfFile, program: boolean, pageSize: number): LoadBias {
  if (elf.type !== 'DYN' || !program || elf.interpreter === null) return loadBias(0n);
  const loads = loadsOf(elf);
  const base = DYN_BASES[`${elf.machine} ${elf.class}`] ?? (elf.class === 64 ? OTHER_BASE : OTHER_BASE_32);
  const lowest = loads.reduce(
    (low, { vaddr }) => (vaddr < low ? vaddr : low),
    loads[0]?.vaddr ?? (0n as Vaddr),
  );
  // maximum_alignment() of fs/binfmt_elf.c: the largest p_align that is a power of two.
  const alignment = loads.reduce(
    (most, { align }) => (isPowerOfTwo(align) && align > most ? align : most),
    1n,
  );
  const start = pageDown(base - (base % alignment), pageSize);
  return loadBias(start - pageDown(lowest, pageSize));
}

const isPowerOfTwo = (value: bigint): boolean => value > 0n && (value & (value - 1n)) === 0n;
