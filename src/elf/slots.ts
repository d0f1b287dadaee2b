/**
 * The pointer slots that dynamic relocations fill (psABI of each machine; elf(5) Elf64_Rela): DT_JMPREL's
 * jump slots, and among DT_RELA/DT_REL the GOT entries. Relative relocations come first and are skipped
 * (DT_RELACOUNT), since they say nothing of the GOT.
 */
import type { ByteSource } from '../model/bytes.ts';
import type { ProgramHeader, Slot } from '../model/elf.ts';
import { ascending } from '../model/units.ts';
import { DT, type DynamicEntries, offsetOfVaddr } from './dynamic.ts';
import type { RawHeader } from './header.ts';
import { Words } from './words.ts';

/** Relocation types of one machine that fill slots; null: it has none. */
interface Types {
  readonly globDat: number | null;
  readonly jumpSlot: number;
  readonly irelative: number;
}

const typesOf = (globDat: number | null, jumpSlot: number, irelative: number): Types => ({
  globDat,
  jumpSlot,
  irelative,
});

/** By e_machine. */
const TYPES: Readonly<Record<number, Types>> = {
  3: typesOf(6, 7, 42),
  20: typesOf(20, 21, 248),
  21: typesOf(20, 21, 248),
  22: typesOf(10, 11, 61),
  40: typesOf(21, 22, 160),
  62: typesOf(6, 7, 37),
  183: typesOf(1025, 1026, 1032),
  243: typesOf(null, 5, 58),
  258: typesOf(null, 5, 12),
};

function kindOf(type: number, { globDat, jumpSlot, irelative }: Types): Slot['kind'] | null {
  if (type === jumpSlot) return 'jump-slot';
  if (type === globDat) return 'glob-dat';
  return type === irelative ? 'irelative' : null;
}

/** Bytes of one relocation table that are read; a longer one makes the slots unknown. */
const LONGEST_TABLE = 4 << 20;

/** The slots in address order; null where the machine's relocations are not known here or a table is too long. */
export function readSlots(
  source: ByteSource,
  header: RawHeader,
  segments: readonly ProgramHeader[],
  entries: DynamicEntries,
): Slot[] | null {
  const types = TYPES[header.machine];
  if (!types) return null;
  const { values } = entries;
  const tables = [
    { at: DT.JMPREL, size: DT.PLTRELSZ, rela: values.get(DT.PLTREL) === BigInt(DT.RELA), skip: 0n },
    { at: DT.RELA, size: DT.RELASZ, rela: true, skip: values.get(DT.RELACOUNT) ?? 0n },
    { at: DT.REL, size: DT.RELSZ, rela: false, skip: values.get(DT.RELCOUNT) ?? 0n },
  ];
  const slots: Slot[] = [];
  for (const table of tables) {
    const at = values.get(table.at);
    const size = values.get(table.size);
    const offset = at === undefined ? null : offsetOfVaddr(segments, at);
    if (offset === null || size === undefined) continue;
    const entry = (header.is64 ? 8 : 4) * (table.rela ? 3 : 2);
    const skip = table.skip * BigInt(entry);
    if (size - skip > BigInt(LONGEST_TABLE)) return null;
    if (size <= skip) continue;
    const bytes = source.read(offset + skip, Number(size - skip));
    const words = new Words(bytes, header.is64, header.little);
    for (let i = 0; i + entry <= bytes.length; i += entry) {
      const kind = kindOf(typeAt(words, i), types);
      if (kind) slots.push({ vaddr: words.vaddr(i), kind });
    }
  }
  slots.sort((a, b) => ascending(a.vaddr, b.vaddr));
  // Of several relocations of one slot, the last counts.
  return slots.filter(({ vaddr }, i) => slots[i + 1]?.vaddr !== vaddr);
}

/** The type in r_info, whose lower half it is, of the relocation at `at`; in ELFCLASS32 the lowest byte. */
function typeAt(words: Words, at: number): number {
  if (!words.is64) return words.u32(at + 4) & 0xff;
  return words.u32(at + (words.little ? 8 : 12));
}
