/**
 * Writes a small shared object that has one of everything that is read, each field of which can be made to lie:
 *
 *   0x000  ELF header, program headers      LOAD r-- 0      0x1000
 *   0x400  note with a build ID             LOAD r-x 0x1000 0x1000   .text
 *   0x440  interpreter                      LOAD rw- 0x2000 0x1000 (+ 0x1000 of .bss)
 *   0x500  dynamic string table             DYNAMIC, GNU_RELRO, NOTE, INTERP, GNU_STACK
 *   0x600  relocations
 *   0x2000 dynamic table
 *   0x3000 section names, section headers
 *
 * `lieElf({ edit: elf => elf.segment(1, { memsz: 2n ** 64n - 1n }) })` is one lie in one line.
 */

export interface LieOptions {
  readonly is64?: boolean;
  /** Changes made after everything is in its place. */
  readonly edit?: (elf: ElfToLie) => void;
}

type Fields = Readonly<Record<string, number | bigint>>;

const EHDR = {
  64: {
    type: [16, 2],
    machine: [18, 2],
    entry: [24, 8],
    phoff: [32, 8],
    shoff: [40, 8],
    ehsize: [52, 2],
    phentsize: [54, 2],
    phnum: [56, 2],
    shentsize: [58, 2],
    shnum: [60, 2],
    shstrndx: [62, 2],
  },
  32: {
    type: [16, 2],
    machine: [18, 2],
    entry: [24, 4],
    phoff: [28, 4],
    shoff: [32, 4],
    ehsize: [40, 2],
    phentsize: [42, 2],
    phnum: [44, 2],
    shentsize: [46, 2],
    shnum: [48, 2],
    shstrndx: [50, 2],
  },
} as const;
const PHDR = {
  64: {
    type: [0, 4],
    flags: [4, 4],
    offset: [8, 8],
    vaddr: [16, 8],
    paddr: [24, 8],
    filesz: [32, 8],
    memsz: [40, 8],
    align: [48, 8],
  },
  32: {
    type: [0, 4],
    offset: [4, 4],
    vaddr: [8, 4],
    paddr: [12, 4],
    filesz: [16, 4],
    memsz: [20, 4],
    flags: [24, 4],
    align: [28, 4],
  },
} as const;
const SHDR = {
  64: {
    name: [0, 4],
    type: [4, 4],
    flags: [8, 8],
    addr: [16, 8],
    offset: [24, 8],
    size: [32, 8],
    link: [40, 4],
    info: [44, 4],
    addralign: [48, 8],
    entsize: [56, 8],
  },
  32: {
    name: [0, 4],
    type: [4, 4],
    flags: [8, 4],
    addr: [12, 4],
    offset: [16, 4],
    size: [20, 4],
    link: [24, 4],
    info: [28, 4],
    addralign: [32, 4],
    entsize: [36, 4],
  },
} as const;
type Layout = Readonly<Record<string, readonly [number, number]>>;

const NAMES = [
  '',
  '.note.gnu.build-id',
  '.interp',
  '.dynstr',
  '.rela.dyn',
  '.text',
  '.dynamic',
  '.data',
  '.bss',
  '.shstrtab',
];

export class ElfToLie {
  bytes: Buffer;
  readonly is64: boolean;

  constructor(is64: boolean, size: number) {
    this.is64 = is64;
    this.bytes = Buffer.alloc(size);
    this.bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, 1, 1]);
  }

  header = (fields: Fields): void => this.#put(0, EHDR[this.#class], fields);
  segment = (index: number, fields: Fields): void =>
    this.#put(this.phoff + index * (this.is64 ? 56 : 32), PHDR[this.#class], fields);
  section = (index: number, fields: Fields): void =>
    this.#put(this.shoff + index * (this.is64 ? 64 : 40), SHDR[this.#class], fields);
  /** The n-th entry of the dynamic table. */
  dynamic = (index: number, tag: number, value: bigint): void => {
    const word = this.is64 ? 8 : 4;
    this.#word(0x2000 + 2 * word * index, word, BigInt(tag));
    this.#word(0x2000 + 2 * word * index + word, word, value);
  };
  text = (at: number, text: string): void => void this.bytes.write(text, at, 'latin1');
  /** Makes the file longer, or cuts it. */
  resize = (size: number): void => {
    this.bytes = Buffer.concat([this.bytes], size);
  };
  words = (at: number, ...values: readonly bigint[]): void => {
    const word = this.is64 ? 8 : 4;
    for (const [i, value] of values.entries()) this.#word(at + i * word, word, value);
  };

  get phoff(): number {
    return this.is64 ? 64 : 52;
  }
  get shoff(): number {
    return 0x3100;
  }
  get #class(): 32 | 64 {
    return this.is64 ? 64 : 32;
  }

  #put(base: number, layout: Layout, fields: Fields): void {
    for (const [name, value] of Object.entries(fields)) {
      const place = layout[name];
      if (!place) throw new Error(`no field ${name}`);
      this.#word(base + place[0], place[1], BigInt(value));
    }
  }

  #word(at: number, width: number, value: bigint): void {
    for (let i = 0; i < width; i++) this.bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
}

/** The file's bytes. */
export function lieElf({ is64 = true, edit = () => {} }: LieOptions = {}): Uint8Array {
  const elf = new ElfToLie(is64, 0x3100 + NAMES.length * (is64 ? 64 : 40));
  const { phoff, shoff } = elf;
  const [phentsize, shentsize] = is64 ? [56, 64] : [32, 40];
  elf.header({
    type: 3,
    machine: is64 ? 62 : 3,
    entry: 0x1000,
    phoff,
    shoff,
    ehsize: phoff,
    phentsize,
    phnum: 8,
    shentsize,
    shnum: NAMES.length,
    shstrndx: 9,
  });
  const load = (index: number, flags: number, at: number, memsz: number): void =>
    elf.segment(index, { type: 1, flags, offset: at, vaddr: at, filesz: 0x1000, memsz, align: 0x1000 });
  load(0, 4, 0, 0x1000);
  load(1, 5, 0x1000, 0x1000);
  load(2, 6, 0x2000, 0x2000);
  const other = (index: number, type: number, flags: number, at: number, size: number): void =>
    elf.segment(index, { type, flags, offset: at, vaddr: at, filesz: size, memsz: size, align: 4 });
  other(3, 2, 6, 0x2000, 0x200);
  other(4, 0x6474e552, 4, 0x2000, 0x1000);
  other(5, 4, 4, 0x400, 36);
  other(6, 3, 4, 0x440, 28);
  other(7, 0x6474e551, 6, 0, 0);
  elf.bytes.writeUInt32LE(4, 0x400);
  elf.bytes.writeUInt32LE(20, 0x404);
  elf.bytes.writeUInt32LE(3, 0x408);
  elf.text(0x40c, 'GNU\0abcdefghijklmnopqrst');
  elf.text(0x440, '/lib64/ld-linux-x86-64.so.2\0');
  elf.text(0x500, '\0libc.so.6\0liblie.so\0');
  const [slot, tag] = is64 ? [8, (1n << 32n) | 6n] : [4, (1n << 8n) | 6n];
  for (let i = 0; i < 4; i++) elf.words(0x600 + i * slot * 3, 0x2300n + BigInt(i * slot), tag, 0n);
  const entries: readonly (readonly [number, bigint])[] = [
    [1, 1n],
    [14, 11n],
    [5, 0x500n],
    [10, 21n],
    [7, 0x600n],
    [8, BigInt(12 * slot)],
    [9, BigInt(3 * slot)],
    [24, 0n],
    [0x6ffffffb, 1n],
    [0, 0n],
  ];
  entries.forEach(([number, value], i) => {
    elf.dynamic(i, number, value);
  });
  const table = NAMES.join('\0');
  elf.text(0x3000, `${table}\0`);
  const section = (
    name: string,
    type: number,
    flags: number,
    addr: number,
    offset: number,
    size: number,
  ): void => {
    const index = NAMES.indexOf(name);
    elf.section(index, {
      name: table.indexOf(`\0${name}`) + 1,
      type,
      flags,
      addr,
      offset,
      size,
      addralign: 1,
    });
  };
  section('.note.gnu.build-id', 7, 2, 0x400, 0x400, 36);
  section('.interp', 1, 2, 0x440, 0x440, 28);
  section('.dynstr', 3, 2, 0x500, 0x500, 21);
  section('.rela.dyn', 4, 2, 0x600, 0x600, 12 * slot);
  section('.text', 1, 6, 0x1000, 0x1000, 0x800);
  section('.dynamic', 6, 3, 0x2000, 0x2000, 0x200);
  section('.data', 1, 3, 0x2400, 0x2400, 0xc00);
  section('.bss', 8, 3, 0x3000, 0x3000, 0x1000);
  section('.shstrtab', 3, 0, 0, 0x3000, table.length + 1);
  edit(elf);
  return elf.bytes;
}
