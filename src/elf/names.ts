/**
 * Names of ELF constants, in the spelling of readelf without its prefix (elf(5), glibc elf/elf.h, binutils
 * include/elf/common.h). What has no name stays a number.
 */

const FILE_TYPES = ['NONE', 'REL', 'EXEC', 'DYN', 'CORE'];

const X86_64 = 62;

const MACHINES: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  4: 'm68k',
  8: 'mips',
  15: 'hppa',
  20: 'ppc',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  42: 'sh',
  43: 'sparc64',
  50: 'ia64',
  62: 'x86-64',
  164: 'hexagon',
  183: 'aarch64',
  195: 'arcv2',
  243: 'riscv',
  247: 'bpf',
  252: 'csky',
  258: 'loongarch',
  36902: 'alpha',
};

const SEGMENT_TYPES: Readonly<Record<number, string>> = {
  0: 'NULL',
  1: 'LOAD',
  2: 'DYNAMIC',
  3: 'INTERP',
  4: 'NOTE',
  5: 'SHLIB',
  6: 'PHDR',
  7: 'TLS',
  1685382480: 'GNU_EH_FRAME',
  1685382481: 'GNU_STACK',
  1685382482: 'GNU_RELRO',
  1685382483: 'GNU_PROPERTY',
  1685382484: 'GNU_SFRAME',
  1705237477: 'OPENBSD_MUTABLE',
  1705237478: 'OPENBSD_RANDOMIZE',
  1705237479: 'OPENBSD_WXNEEDED',
};

/** Types whose meaning depends on the machine. */
const MACHINE_SEGMENT_TYPES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  40: { 1879048193: 'EXIDX' },
  183: { 1879048194: 'AARCH64_MEMTAG_MTE' },
  243: { 1879048195: 'RISCV_ATTRIBUT' },
  8: { 1879048192: 'REGINFO', 1879048193: 'RTPROC', 1879048194: 'OPTIONS', 1879048195: 'ABIFLAGS' },
};

const SECTION_TYPES: Readonly<Record<number, string>> = {
  0: 'NULL',
  1: 'PROGBITS',
  2: 'SYMTAB',
  3: 'STRTAB',
  4: 'RELA',
  5: 'HASH',
  6: 'DYNAMIC',
  7: 'NOTE',
  8: 'NOBITS',
  9: 'REL',
  10: 'SHLIB',
  11: 'DYNSYM',
  14: 'INIT_ARRAY',
  15: 'FINI_ARRAY',
  16: 'PREINIT_ARRAY',
  17: 'GROUP',
  18: 'SYMTAB SECTION INDICES',
  19: 'RELR',
  1879048181: 'GNU_ATTRIBUTES',
  1879048182: 'GNU_HASH',
  1879048183: 'GNU_LIBLIST',
  1879048189: 'VERDEF',
  1879048190: 'VERNEED',
  1879048191: 'VERSYM',
};

const MACHINE_SECTION_TYPES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  8: { 1879048198: 'MIPS_REGINFO', 1879048205: 'MIPS_OPTIONS', 1879048234: 'MIPS_ABIFLAGS' },
  40: { 1879048193: 'ARM_EXIDX', 1879048194: 'ARM_PREEMPTMAP', 1879048195: 'ARM_ATTRIBUTES' },
  62: { 1879048193: 'X86_64_UNWIND' },
  243: { 1879048195: 'RISCV_ATTRIBUTES' },
};

/** Letters of sh_flags in the order in which readelf prints them; ranges of bits without a name have one letter. */
const SECTION_FLAGS: readonly (readonly [number, string])[] = [
  [0x1, 'W'],
  [0x2, 'A'],
  [0x4, 'X'],
  [0x10, 'M'],
  [0x20, 'S'],
  [0x40, 'I'],
  [0x80, 'L'],
  [0x100, 'O'],
  [0x200, 'G'],
  [0x400, 'T'],
  [0x800, 'C'],
];
const SHF_MASKOS = 0x0ff00000;
const SHF_MASKPROC = 0x70000000;
const SHF_EXCLUDE = 0x80000000;
const SHF_X86_64_LARGE = 0x10000000;
/** By e_ident's EI_OSABI: GNU and FreeBSD give two of the operating system's bits a meaning. */
const OS_FLAGS: readonly (readonly [number, string])[] = [
  [0x200000, 'R'],
  [0x1000000, 'D'],
];
const OSABI_GNU = 3;
const OSABI_FREEBSD = 9;

const hexNumber = (value: number): string => `0x${value.toString(16)}`;

export const fileTypeName = (type: number): string => FILE_TYPES[type] ?? hexNumber(type);
export const machineName = (machine: number): string => MACHINES[machine] ?? `machine ${machine}`;

export function segmentTypeName(type: number, machine: number): string {
  return SEGMENT_TYPES[type] ?? MACHINE_SEGMENT_TYPES[machine]?.[type] ?? hexNumber(type);
}

export function sectionTypeName(type: number, machine: number): string {
  return SECTION_TYPES[type] ?? MACHINE_SECTION_TYPES[machine]?.[type] ?? hexNumber(type);
}

export function sectionFlagLetters(flags: number, machine: number, osAbi: number): string {
  const common = flags & COMMON_FLAGS;
  const letters = LETTERS.get(common) ?? spell(common);
  return flags > 0xfffff ? letters + rareFlagLetters(flags, machine, osAbi) : letters;
}

const COMMON_FLAGS = 0xfff;
/** Nearly all sections have one of a dozen combinations. */
const LETTERS = new Map<number, string>();

function spell(flags: number): string {
  const letters = SECTION_FLAGS.map(([bit, letter]) => (flags & bit ? letter : '')).join('');
  LETTERS.set(flags, letters);
  return letters;
}

function rareFlagLetters(flags: number, machine: number, osAbi: number): string {
  let letters = '';
  let rest = flags & SHF_MASKOS;
  if (osAbi === OSABI_GNU || osAbi === OSABI_FREEBSD)
    for (const [bit, letter] of OS_FLAGS) {
      if (rest & bit) letters += letter;
      rest &= ~bit;
    }
  if (rest) letters += 'o';
  if (flags & SHF_MASKPROC) letters += machine === X86_64 && flags & SHF_X86_64_LARGE ? 'l' : 'p';
  return flags & SHF_EXCLUDE ? `${letters}E` : letters;
}
