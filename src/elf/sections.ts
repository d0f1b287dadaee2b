/**
 * Section headers (gABI; elf(5) Elf64_Shdr), decoded:
 *
 *   class  sh_name sh_type  sh_flags sh_addr sh_offset sh_size  sh_link
 *   32     0       4        8        12      16        20       24
 *   64     0       4        8        16      24        32       40
 *
 * sh_entsize is left: nothing that is said of a section follows from it. sh_addralign is 8 or 16 behind sh_link.
 */
import type { ByteSource } from '../model/bytes.ts';
import type { Section } from '../model/elf.ts';
import type { FileOffset, Vaddr } from '../model/units.ts';
import { type RawHeader, sectionHeaderSize } from './header.ts';
import { sectionFlagLetters, sectionTypeName } from './names.ts';
import { StringTable } from './strings.ts';
import type { RawTable } from './tables.ts';

/** Sections 1 and up; [] where the file has none. The null section 0 is left out. */
export function decodeSections(
  source: ByteSource,
  header: RawHeader,
  { count, words }: RawTable,
  flaws: string[],
): Section[] {
  if (count <= 1) return [];
  const { is64, machine, shstrndx } = header;
  const size = sectionHeaderSize(is64);
  const addr = is64 ? 16 : 12;
  const offset = is64 ? 24 : 16;
  const extent = is64 ? 32 : 20;
  const osAbi = header.bytes[7]!;
  let names: StringTable | null = null;
  if (shstrndx < count) {
    const at = shstrndx * size;
    names = StringTable.read(source, words.word(at + offset), words.word(at + extent));
  } else flaws.push(`the section name table (section ${shstrndx}) does not exist`);
  const sections = new Array<Section>(count - 1);
  const { view, little } = words;
  // The upper half has no flags.
  const flagsAt = is64 && !little ? 12 : 8;
  for (let index = 1, at = size; index < count; index++, at += size)
    sections[index - 1] = {
      index,
      name: names === null ? '' : names.at(view.getUint32(at, little)),
      type: sectionTypeName(view.getUint32(at + 4, little), machine),
      flags: sectionFlagLetters(view.getUint32(at + flagsAt, little), machine, osAbi),
      vaddr: words.word(at + addr) as Vaddr,
      offset: words.word(at + offset) as FileOffset,
      size: words.word(at + extent),
    };
  if (names?.isSpent)
    flaws.push('the names of sections overlap so much in their table that some are left out');
  return sections;
}

/** sh_link of a section. */
export const linkOf = ({ words }: RawTable, index: number): number =>
  words.u32(index * sectionHeaderSize(words.is64) + (words.is64 ? 40 : 24));

/** sh_addralign of a section. */
export const alignmentOf = ({ words }: RawTable, index: number): bigint =>
  words.word(index * sectionHeaderSize(words.is64) + (words.is64 ? 48 : 32));
