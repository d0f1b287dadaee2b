/** Edits that no linker offers, made in a copy of a finished ELF file (little endian, either class). */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cached } from './build.ts';

export type Edit = keyof typeof EDITS;

const PT_NULL = 0;
const PT_NOTE = 4;
const PT_GNU_STACK = 0x6474e551;
const PT_GNU_RELRO = 0x6474e552;
const PT_GNU_PROPERTY = 0x6474e553;
const [PF_RW, PF_RWX] = [6, 7];

/** A copy of the file with the edits made one after the other; the path is the same for the same bytes. */
export function patchElf(path: string, ...edits: readonly Edit[]): string {
  const image = readFileSync(path);
  const folder = cached([image.toString('latin1'), ...edits], unfinished => {
    const file = new ElfImage(image);
    for (const edit of edits) EDITS[edit](file);
    writeFileSync(join(unfinished, basename(path)), file.bytes, { mode: 0o755 });
  });
  return join(folder, basename(path));
}

const EDITS = {
  /** One page end less: nothing of a one-page RELRO remains, because its end is rounded down. */
  'relro-shrunk': (file: ElfImage) => {
    const relro = file.only(PT_GNU_RELRO);
    file.set(relro, 'memsz', file.get(relro, 'memsz') - 8);
  },
  /** Two headers of which the kernel takes the last, which asks for an executable stack. */
  'stack-twice': (file: ElfImage) => {
    const spare = file.indexOf(PT_GNU_PROPERTY) ?? file.only(PT_NOTE);
    const [first, last] = [spare, file.only(PT_GNU_STACK)].sort((a, b) => a - b);
    file.makeStack(first!, PF_RW);
    file.makeStack(last!, PF_RWX);
  },
  'stack-missing': (file: ElfImage) => {
    file.set(file.only(PT_GNU_STACK), 'type', PT_NULL);
  },
  /** What `-z stack-size` does. */
  'stack-sized': (file: ElfImage) => {
    file.set(file.only(PT_GNU_STACK), 'memsz', 0x200000);
  },
  'sections-stripped': (file: ElfImage) => file.dropSectionHeaders(),
};

/** Where the fields of a program header are, by class. */
const PROGRAM_HEADER = {
  32: { type: 0, offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20, flags: 24, align: 28 },
  64: { type: 0, flags: 4, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40, align: 48 },
} as const;
const FOUR_BYTES = ['type', 'flags'];

type Field = keyof (typeof PROGRAM_HEADER)[64];

class ElfImage {
  readonly bytes: Buffer;
  readonly #class: 32 | 64;

  constructor(bytes: Buffer) {
    if (bytes.toString('latin1', 0, 4) !== '\x7fELF' || bytes[5] !== 1)
      throw new Error('no little-endian ELF');
    this.bytes = bytes;
    this.#class = bytes[4] === 2 ? 64 : 32;
  }

  get(index: number, field: Field): number {
    const at = this.#position(index, field);
    return this.#isWide(field) ? Number(this.bytes.readBigUInt64LE(at)) : this.bytes.readUInt32LE(at);
  }

  set(index: number, field: Field, value: number): void {
    const at = this.#position(index, field);
    if (this.#isWide(field)) this.bytes.writeBigUInt64LE(BigInt(value), at);
    else this.bytes.writeUInt32LE(value, at);
  }

  /** The first program header of a type. */
  indexOf(type: number): number | undefined {
    const count = this.bytes.readUInt16LE(this.#class === 64 ? 56 : 44);
    return Array.from({ length: count }, (_, i) => i).find(i => this.get(i, 'type') === type);
  }

  only(type: number): number {
    const index = this.indexOf(type);
    if (index === undefined) throw new Error(`no program header of type 0x${type.toString(16)}`);
    return index;
  }

  makeStack(index: number, flags: number): void {
    for (const field of ['offset', 'vaddr', 'paddr', 'filesz', 'memsz'] as const) this.set(index, field, 0);
    this.set(index, 'type', PT_GNU_STACK);
    this.set(index, 'flags', flags);
    this.set(index, 'align', 16);
  }

  /** Zeroes e_shoff, e_shnum and e_shstrndx; the headers' bytes stay where they are. */
  dropSectionHeaders(): void {
    if (this.#class === 64) this.bytes.fill(0, 40, 48).fill(0, 60, 64);
    else this.bytes.fill(0, 32, 36).fill(0, 48, 52);
  }

  #isWide = (field: Field): boolean => this.#class === 64 && !FOUR_BYTES.includes(field);

  #position(index: number, field: Field): number {
    const start = this.#class === 64 ? Number(this.bytes.readBigUInt64LE(32)) : this.bytes.readUInt32LE(28);
    const size = this.bytes.readUInt16LE(this.#class === 64 ? 54 : 42);
    return start + index * size + PROGRAM_HEADER[this.#class][field];
  }
}
