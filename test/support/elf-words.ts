/**
 * ELF headers as text:
 *
 *   elf('DYN x86-64 interp=/lib64/ld-linux-x86-64.so.2 needed=libc.so.6 pie',
 *     'LOAD r-- 0 1000', 'LOAD r-x 1000 1000', 'LOAD rw- 3000 2000', 'GNU_RELRO r-- 3000 1000', 'GNU_STACK rw-',
 *     '.got.plt 3fe8 40', 'jump-slot 4000 4008')
 *
 * First line: type, machine, and flags (now, textrel, pie, debug, static: no dynamic table, unread: one that was not
 * read, rebuilt: no section headers, no-slots: of a machine whose relocations are not known). Then segments (type,
 * flags, address, memory size, align=…), sections (name, address, size) and slots (kind, addresses). Numbers are
 * hexadecimal and also the file offset; a program of type EXEC is linked 0x400000 higher.
 */
import type { DynamicTable, ElfFile, ProgramHeader, Section, Slot } from '../../src/model/elf.ts';
import { fileOffset, vaddr } from '../../src/model/units.ts';

const SLOTS = ['jump-slot', 'glob-dat', 'irelative'];

export function elf(head: string, ...lines: readonly string[]): ElfFile {
  const [type = 'DYN', ...words] = head.split(' ');
  const value = (name: string): string | undefined =>
    words.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const has = (word: string): boolean => words.includes(word);
  const machine = words.find(word => /^(x86-64|i386|aarch64|arm|ppc64|riscv|s390)$/.test(word)) ?? 'x86-64';
  const base = type === 'EXEC' ? 0x400000n : 0n;
  const isSlot = (line: string): boolean => SLOTS.includes(line.split(' ')[0]!);
  const isSection = (line: string): boolean => line.startsWith('.');
  const segments = lines.filter(line => !isSlot(line) && !isSection(line));
  const slots = lines.filter(isSlot).flatMap(line => parseSlots(line, base));
  const programHeaders = segments.map((line, index) => parseSegment(line, index, base));
  const dynamicHeader = has('static') ? [] : [parseSegment('DYNAMIC rw- 0 0', programHeaders.length, base)];
  const dynamic: DynamicTable = {
    needed: value('needed')?.split(',') ?? [],
    soname: value('soname') ?? null,
    bindNow: has('now'),
    pie: has('pie'),
    debug: has('debug'),
  };
  const known = !has('static') && !has('unread');
  return {
    class: machine === 'i386' || machine === 'arm' ? 32 : 64,
    byteOrder: 'little',
    type,
    machine,
    entry: vaddr(base + 0x1000n),
    header: { size: 64, phoff: fileOffset(64n), phsize: 0, shoff: fileOffset(0n), shsize: 0 },
    programHeaders: [...programHeaders, ...dynamicHeader],
    sections: lines.filter(isSection).map((line, i) => parseSection(line, i, base)),
    sectionsFrom: has('rebuilt') ? 'rebuilt' : 'headers',
    fileSize: null,
    buildId: null,
    interpreter: value('interp') ?? null,
    textRelocations: has('textrel'),
    depth: has('unread') ? 'layout' : 'full',
    dynamic: known ? dynamic : null,
    slots: known && !has('no-slots') ? slots : null,
    flaws: [],
  };
}

const number = (digits: string | undefined): bigint => BigInt(`0x${digits ?? '0'}`);

function parseSegment(line: string, index: number, base: bigint): ProgramHeader {
  const [type = '', flags = 'r--', at, size, align] = line.split(' ');
  return {
    index,
    type,
    flags: { read: flags[0] === 'r', write: flags[1] === 'w', execute: flags[2] === 'x' },
    offset: fileOffset(number(at)),
    vaddr: vaddr(base + number(at)),
    filesz: number(size),
    memsz: number(size),
    align: align ? number(align.replace('align=', '')) : 0x1000n,
  };
}

function parseSection(line: string, i: number, base: bigint): Section {
  const [name = '', at, size] = line.split(' ');
  const place = { vaddr: vaddr(base + number(at)), offset: fileOffset(number(at)), size: number(size) };
  return {
    index: i + 1,
    name,
    type: name === '.tbss' ? 'NOBITS' : 'PROGBITS',
    flags: name === '.tbss' ? 'WAT' : 'WA',
    ...place,
  };
}

function parseSlots(line: string, base: bigint): Slot[] {
  const [, ...places] = line.split(' ');
  return places.map(place => ({ vaddr: vaddr(base + number(place)) }));
}
