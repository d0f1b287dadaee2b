/** ELF files that no linker makes, but an attacker, a packer or another machine may. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MalformedElf, NotElf } from '../../src/elf/header.ts';
import { readElf } from '../../src/elf/read.ts';
import { bytesInMemory } from '../../src/model/bytes.ts';
import type { ElfFile } from '../../src/model/elf.ts';
import { readelfHeader, readelfSections, readelfSegments } from '../support/readelf.ts';
import { scratchFolder } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';
import { ByteOrder, type ElfToWrite, note, writeElf } from '../support/write-elf.ts';

const [PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE] = [1, 2, 3, 4];
/** A machine of each class and byte order, and its relocations: one that fills no slot, GLOB_DAT and JMP_SLOT (psABI). */
const RELOCATIONS = {
  '64 little': { machine: 62, types: [8, 6, 7] },
  '64 big': { machine: 21, types: [22, 20, 21] },
  '32 little': { machine: 40, types: [23, 21, 22] },
  '32 big': { machine: 20, types: [22, 20, 21] },
} as const;
const BYTES = new Uint8Array(256).fill(7);
const ORDINARY: ElfToWrite = {
  type: 3,
  entry: 0x1234n,
  segments: [
    { type: PT_INTERP, bytes: Buffer.from('/lib/ld.so\0') },
    { type: PT_LOAD, flags: 5, vaddr: 0x1000n, bytes: BYTES, memsz: 0x400n },
  ],
  sections: [
    { name: '.text', flags: 6n, vaddr: 0x1000n, bytes: BYTES },
    { name: '.bss', type: 8, flags: 3n, vaddr: 0x1100n, size: 0x300n },
  ],
};

const read = (wanted: Partial<ElfToWrite>): ElfFile =>
  readElf(bytesInMemory(writeElf({ ...ORDINARY, ...wanted })), 'full');

const reading = (wanted: Partial<ElfToWrite>) => (): ElfFile => read(wanted);

const names = ({ sections }: ElfFile): string[] => sections.map(({ name }) => name);

describe('the dynamic table', () => {
  const { word } = new ByteOrder(true, true);
  const withEntries = (entries: readonly (readonly [bigint, bigint])[]): ElfFile => {
    const bytes = Buffer.from(entries.flatMap(([tag, value]) => [...word(tag), ...word(value)]));
    return read({ segments: [...ORDINARY.segments, { type: PT_DYNAMIC, flags: 6, vaddr: 0x2000n, bytes }] });
  };
  const [FLAGS_1, NOW, END] = [0x6ffffffbn, 1n, [0n, 0n] as const];

  it('may have a tag twice: the last counts, for glibc and musl', () => {
    expect(withEntries([[FLAGS_1, NOW], [FLAGS_1, 0n], END]).dynamic).toMatchObject({ bindNow: false });
    expect(withEntries([[FLAGS_1, 0n], [FLAGS_1, NOW], END]).dynamic).toMatchObject({ bindNow: true });
  });

  it('is read as far as any linker makes it', () => {
    const { dynamic, flaws } = withEntries([...Array(5000).fill([1000n, 0n]), [FLAGS_1, NOW], END]);
    expect(dynamic).toMatchObject({ bindNow: false });
    expect(flaws).toEqual(['of the dynamic table, the first 4096 entries are read']);
  });
});

describe('every class and byte order', () => {
  for (const bits of [32, 64] as const)
    for (const byteOrder of ['little', 'big'] as const) {
      it(`${bits} bits, ${byteOrder} endian`, () => {
        const elf = read({ class: bits, byteOrder });
        expect(elf).toMatchObject({ class: bits, byteOrder, type: 'DYN', machine: 'x86-64', entry: 0x1234n });
        expect(elf).toMatchObject({ interpreter: '/lib/ld.so', sectionsFrom: 'headers', flaws: [] });
        expect(elf.programHeaders[1]).toMatchObject({
          type: 'LOAD',
          flags: { read: true, write: false, execute: true },
          vaddr: 0x1000n,
          filesz: 0x100n,
          memsz: 0x400n,
          align: 0x1000n,
        });
        expect(elf.sections).toMatchObject([
          { name: '.text', type: 'PROGBITS', flags: 'AX', vaddr: 0x1000n, size: 0x100n },
          { name: '.bss', type: 'NOBITS', flags: 'WA', size: 0x300n },
          { name: '.shstrtab', type: 'STRTAB' },
        ]);
      });

      itWith(['readelf'], `${bits} bits, ${byteOrder} endian, as readelf reads it`, () => {
        const path = join(scratchFolder('written'), `${bits}-${byteOrder}`);
        writeFileSync(path, writeElf({ ...ORDINARY, class: bits, byteOrder }));
        expect(readelfHeader(path)).toMatchObject({
          class: bits,
          byteOrder,
          programHeaders: 2,
          sectionHeaders: 4,
        });
        expect(readelfSegments(path).map(({ type }) => type)).toEqual(['INTERP', 'LOAD']);
        expect(readelfSections(path).map(({ name }) => name)).toEqual(['', '.text', '.bss', '.shstrtab']);
      });

      it(`${bits} bits, ${byteOrder} endian: the slots that relocations fill`, () => {
        const { machine, types } = RELOCATIONS[`${bits} ${byteOrder}`];
        const order = new ByteOrder(bits === 64, byteOrder === 'little');
        const words = (...values: bigint[]): Uint8Array => Buffer.from(values.flatMap(order.word));
        const relocation = (at: bigint, type: number): bigint[] => [
          at,
          (0x123n << (bits === 64 ? 32n : 8n)) | BigInt(type),
          0n,
        ];
        const [other, globDat, jumpSlot] = types;
        const table = words(
          ...relocation(0x3010n, jumpSlot),
          ...relocation(0x3008n, other),
          ...relocation(0x3000n, globDat),
          ...relocation(0x3010n, globDat),
        );
        const [RELA, RELASZ] = [7n, 8n];
        const segments = [
          { type: PT_DYNAMIC, bytes: words(RELA, 0x1000n, RELASZ, BigInt(table.length), 0n, 0n) },
          { type: PT_LOAD, flags: 6, vaddr: 0x1000n, bytes: table },
        ];
        expect(read({ class: bits, byteOrder, machine, segments, sections: [] }).slots).toEqual([
          { vaddr: 0x3000n },
          { vaddr: 0x3010n },
        ]);
      });

      it(`${bits} bits, ${byteOrder} endian: a build ID`, () => {
        expect(read({ class: bits, byteOrder, buildId: 'c0ffee' }).buildId).toBe('c0ffee');
      });
    }

  it('a TLS descriptor fills two slots', () => {
    const { word } = new ByteOrder(true, true);
    const words = (...values: bigint[]): Uint8Array => Buffer.from(values.flatMap(word));
    const [PLTRELSZ, RELA, PLTREL, JMPREL, TLSDESC] = [2n, 7n, 20n, 23n, 36n];
    const table = words(0x3000n, TLSDESC, 0n);
    const segments = [
      { type: PT_DYNAMIC, bytes: words(JMPREL, 0x1000n, PLTRELSZ, 24n, PLTREL, RELA, 0n, 0n) },
      { type: PT_LOAD, flags: 6, vaddr: 0x1000n, bytes: table },
    ];
    expect(read({ segments, sections: [] }).slots).toEqual([{ vaddr: 0x3000n }, { vaddr: 0x3008n }]);
  });

  it('is exact above 2^53', () => {
    const huge = 2n ** 63n + 4097n;
    const { programHeaders, sections } = read({
      segments: [
        { type: PT_LOAD, vaddr: huge, offset: huge + 1n, filesz: huge + 2n, memsz: huge + 3n, align: huge },
      ],
      sections: [{ name: '.far', vaddr: huge, offset: huge, size: huge }],
    });
    const all = { vaddr: huge, offset: huge + 1n, filesz: huge + 2n, memsz: huge + 3n, align: huge };
    expect(programHeaders[0]).toMatchObject(all);
    expect(sections[0]).toMatchObject({ vaddr: huge, offset: huge, size: huge });
  });
});

describe('constants without a name', () => {
  it('stay numbers', () => {
    expect(read({ type: 0xfe00 }).type).toBe('0xfe00');
    expect(read({ machine: 9999 }).machine).toBe('machine 9999');
    expect(read({ segments: [{ type: 0x6abcdef0 }] }).programHeaders[0]!.type).toBe('0x6abcdef0');
    expect(read({ sections: [{ name: '.odd', type: 0x60001234 }] }).sections[0]!.type).toBe('0x60001234');
  });

  it('mean what they mean on their machine', () => {
    const exidx = { segments: [{ type: 0x70000001 }] };
    expect(read({ ...exidx, machine: 40 }).programHeaders[0]!.type).toBe('EXIDX');
    expect(read(exidx).programHeaders[0]!.type).toBe('0x70000001');
    const unwind = { sections: [{ name: '.eh_frame', type: 0x70000001 }] };
    expect(read(unwind).sections[0]!.type).toBe('X86_64_UNWIND');
  });

  it('have a letter among section flags', () => {
    const flagsOf = (flags: bigint): string => read({ sections: [{ name: '.a', flags }] }).sections[0]!.flags;
    expect(flagsOf(0xff7n)).toBe('WAXMSILOGTC');
    expect(flagsOf(0x200002n)).toBe('Ao');
    expect(flagsOf(0x10000002n)).toBe('Al');
    expect(flagsOf(0x80000000n)).toBe('E');
  });
});

describe('extended numbering', () => {
  it('PN_XNUM: the count of program headers is in section 0', () => {
    const segments = Array.from({ length: 70_000 }, (_, i) => ({ type: PT_NOTE, vaddr: BigInt(i) }));
    const { programHeaders, flaws } = readElf(bytesInMemory(writeElf({ type: 3, segments })), 'full');
    expect(programHeaders).toHaveLength(70_000);
    expect(programHeaders.at(-1)).toMatchObject({ index: 69_999, vaddr: 69_999n });
    expect(flaws).toEqual([]);
  });

  it('SHN_XINDEX and a count of 0: both are in section 0', () => {
    const elf = read({ extendedSections: true });
    expect(names(elf)).toEqual(['.text', '.bss', '.shstrtab']);
    expect(elf.flaws).toEqual([]);
  });

  it('more than 65,000 sections are read', () => {
    const sections = Array.from({ length: 70_000 }, (_, i) => ({ name: '.s', vaddr: BigInt(i) }));
    const elf = read({ sections, extendedSections: true });
    expect(elf.sections).toHaveLength(70_001);
    expect(elf.sections[69_999]).toMatchObject({ index: 70_000, name: '.s', vaddr: 69_999n });
  });
});

describe('headers that cannot be used', () => {
  const bytes = (edit: (file: Uint8Array) => void): (() => ElfFile) => {
    const file = writeElf(ORDINARY);
    edit(file);
    return () => readElf(bytesInMemory(file), 'full');
  };

  it('are no ELF at all', () => {
    expect(() => readElf(bytesInMemory(new Uint8Array(0)), 'full')).toThrow(NotElf);
    expect(() => readElf(bytesInMemory(Buffer.from('#!/bin/sh\n')), 'full')).toThrow(NotElf);
    expect(bytes(file => file.fill(0, 0, 4))).toThrow(NotElf);
  });

  it('are malformed', () => {
    expect(bytes(file => file.fill(9, 4, 5))).toThrow(MalformedElf);
    expect(bytes(file => file.fill(0, 5, 6))).toThrow(MalformedElf);
    expect(() => readElf(bytesInMemory(writeElf(ORDINARY).subarray(0, 63)), 'full')).toThrow(MalformedElf);
    expect(reading({ lies: { phentsize: 55 } })).toThrow(/e_phentsize is 55/);
  });
});

describe('tables that lie', () => {
  it('no section headers: what segments tell is rebuilt', () => {
    const segments = [
      { type: PT_LOAD, vaddr: 0x1000n, bytes: BYTES },
      { type: PT_INTERP, vaddr: 0x1000n, offset: 176n, filesz: 11n },
    ];
    const elf = read({ segments, lies: { shoff: 0, shnum: 0, shstrndx: 0 } });
    expect(elf.sectionsFrom).toBe('rebuilt');
    expect(elf.sections).toMatchObject([{ name: '.interp', vaddr: 0x1000n, offset: 176n, size: 11n }]);
  });

  it('entries of another size: no section headers', () => {
    expect(read({ lies: { shentsize: 63 } }).sectionsFrom).toBe('rebuilt');
  });

  it('past the end of the file', () => {
    const cut = /table is cut: \d of \d entries are in the file/;
    expect(read({ lies: { shoff: 0x7fffffff } }).flaws.join()).toMatch(cut);
    expect(read({ lies: { phoff: 0x7fffffff } }).flaws.join()).toMatch(cut);
    expect(read({ lies: { shnum: 9 } })).toMatchObject({ sectionsFrom: 'headers' });
    expect(read({ lies: { shnum: 9 } }).flaws.join()).toContain('4 of 9');
  });

  it('inside the ELF header', () => {
    expect(read({ lies: { phoff: 8 } }).flaws.join()).toContain('inside the ELF header');
  });

  it('without the table of names', () => {
    const elf = read({ lies: { shstrndx: 77 } });
    expect(names(elf)).toEqual(['', '', '']);
    expect(elf.flaws.join()).toContain('section 77');
  });

  it('counts that no file has are bounded', () => {
    const many = { size: 0xffffffffn, link: 3 };
    const file = writeElf({ ...ORDINARY, extendedSections: true });
    const shoff = Number(Buffer.from(file).readBigUInt64LE(40));
    new DataView(file.buffer, file.byteOffset).setBigUint64(shoff + 32, many.size, true);
    const elf = readElf(bytesInMemory(file), 'full');
    expect(elf.flaws.join()).toMatch(/4294967295 section headers are declared; the first 200000 are read/);
    expect(names(elf).slice(0, 3)).toEqual(['.text', '.bss', '.shstrtab']);
  });

  it('segments and sections beyond everything are named', () => {
    const { flaws } = read({
      segments: [
        { type: PT_LOAD, vaddr: 0x2000n, filesz: 0x100n, memsz: 0x80n, offset: 0n },
        { type: PT_LOAD, vaddr: 0x1000n, filesz: 0x10000000n, memsz: 0x10000000n, offset: 0n },
        { type: PT_LOAD, vaddr: 2n ** 64n - 1n, memsz: 2n, filesz: 0n },
      ],
      sections: [{ name: '.a', offset: 0x10000000n, size: 1n }],
    });
    expect(flaws.toSorted()).toEqual([
      'program header 0 (LOAD) has more bytes in the file than in memory',
      'program header 1 (LOAD) is not in address order',
      'program header 1 (LOAD) reaches past the end of the file',
      'program header 2 (LOAD) ends past the address space',
      'section 1 reaches past the end of the file',
    ]);
  });
});

describe('strings and notes', () => {
  it('a string that never ends is cut', () => {
    const { interpreter } = read({
      segments: [{ type: PT_INTERP, bytes: new Uint8Array(100_000).fill(97) }],
    });
    expect(interpreter).toBe('a'.repeat(4096));
  });

  it('a name beyond its table is none', () => {
    const file = writeElf(ORDINARY);
    const shoff = Number(Buffer.from(file).readBigUInt64LE(40));
    new DataView(file.buffer, file.byteOffset).setUint32(shoff + 64, 0xffffffff, true);
    expect(names(readElf(bytesInMemory(file), 'full'))).toEqual(['', '.bss', '.shstrtab']);
  });

  const order = new ByteOrder(true, true);
  const id = note(order, 'GNU', 3, Buffer.from('abcd', 'hex'));

  it('the build ID is found behind other notes', () => {
    const notes = Buffer.concat([note(order, 'Go', 4, Buffer.from('xyz')), note(order, 'GNU', 1, BYTES), id]);
    expect(read({ segments: [{ type: PT_NOTE, bytes: notes, align: 4n }] }).buildId).toBe('abcd');
  });

  it('and in a section that no PT_NOTE holds, as Go writes it', () => {
    expect(read({ sections: [{ name: '.note.gnu.build-id', type: 7, bytes: id, align: 4n }] }).buildId).toBe(
      'abcd',
    );
  });

  it('a note that claims more than there is ends the search', () => {
    const broken = Buffer.from(id);
    broken.writeUInt32LE(0xffffffff, 4);
    expect(read({ segments: [{ type: PT_NOTE, bytes: broken }] }).buildId).toBeNull();
    expect(read({ segments: [{ type: PT_NOTE, bytes: id.subarray(0, 11) }] }).buildId).toBeNull();
  });
});

it('no damage to a header makes it throw anything but its own errors', () => {
  const file = writeElf({ ...ORDINARY, buildId: 'c0ffee' });
  const shoff = Number(Buffer.from(file).readBigUInt64LE(40));
  const places = [...Array(64).keys(), ...Array.from({ length: 168 }, (_, i) => 64 + i)];
  places.push(...Array.from({ length: 256 }, (_, i) => shoff + i));
  for (const place of places)
    for (const value of [0, 1, 0x7f, 0xff]) {
      const damaged = file.slice();
      damaged[place] = value;
      try {
        readElf(bytesInMemory(damaged), 'full');
      } catch (error) {
        if (!(error instanceof NotElf) && !(error instanceof MalformedElf))
          throw new Error(`byte ${place} = ${value}: ${error}`);
      }
    }
});
