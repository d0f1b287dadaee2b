/**
 * struct elf_prstatus (kernel include/linux/elfcore.h), as far as it is read:
 *
 *                 pr_pid   pr_reg
 *   64-bit        32       112      words of 8 bytes
 *   32-bit        24       72       words of 4 bytes
 *
 * pr_reg is the machine's own: each arch/ in the kernel has its elf_gregset_t.
 */
import { type Address, address } from '../model/units.ts';
import type { Words } from './words.ts';

interface RegisterSet {
  readonly machine: number;
  readonly is64: boolean;
  /** Number of the word of pr_reg that is the stack pointer. */
  readonly stackPointer: number;
}

const REGISTERS: readonly RegisterSet[] = [
  { machine: 62, is64: true, stackPointer: 19 }, // x86-64: rsp of user_regs_struct
  { machine: 3, is64: false, stackPointer: 15 }, // i386: esp
  { machine: 183, is64: true, stackPointer: 31 }, // aarch64: sp behind x0 … x30
  { machine: 40, is64: false, stackPointer: 13 }, // arm: r13
  { machine: 243, is64: true, stackPointer: 2 }, // riscv64: pc, ra, sp
  { machine: 21, is64: true, stackPointer: 1 }, // ppc64: r1
  { machine: 22, is64: true, stackPointer: 17 }, // s390x: r15 behind the PSW's two words and r0 … r14
];

/** pr_pid, the thread's ID; null where the note is too short. */
export function threadIdAt(words: Words, length: number): number | null {
  const at = words.is64 ? 32 : 24;
  return at + 4 <= length ? words.u32(at) : null;
}

/** The stack pointer; null for machines whose registers are not known here. */
export function stackPointerAt(words: Words, length: number, machine: number): Address | null {
  const set = REGISTERS.find(known => known.machine === machine && known.is64 === words.is64);
  const size = words.is64 ? 8 : 4;
  const at = (words.is64 ? 112 : 72) + (set?.stackPointer ?? 0) * size;
  return set && at + size <= length ? address(words.word(at)) : null;
}
