/**
 * The pointer slots that dynamic relocations fill (psABI of each machine; elf(5) Elf64_Rela): DT_JMPREL's
 * jump slots, and among DT_RELA/DT_REL the GOT entries (and TLS descriptors in both). Relative relocations come first and are skipped
 * (DT_RELACOUNT), since they say nothing of the GOT.
 */
import type { ByteSource } from '../model/bytes.ts';
import type { ProgramHeader, Slot } from '../model/elf.ts';
import { ascending, vaddr } from '../model/units.ts';
import { DT, type DynamicEntries, offsetOfVaddr } from './dynamic.ts';
import type { RawHeader } from './header.ts';
import { Words } from './words.ts';

/** By e_machine, the types that fill a slot: GLOB_DAT where there is one, JUMP_SLOT, IRELATIVE. */
const ONE_SLOT: Readonly<Record<number, readonly number[]>> = {
  3: [6, 7, 42],
  20: [20, 21, 248],
  21: [20, 21, 248],
  22: [10, 11, 61],
  40: [21, 22, 160],
  62: [6, 7, 37],
  183: [1025, 1026, 1032],
  243: [5, 58],
  258: [5, 12],
};

/** TLSDESC, which fills two: a function that finds a thread's variable, and its argument. */
const TWO_SLOTS: Readonly<Record<number, number>> = { 3: 41, 40: 13, 62: 36, 183: 1031, 243: 12, 258: 14 };

/** Bytes of one relocation table that are read; a longer one makes the slots unknown. */
const LONGEST_TABLE = 4 << 20;

/** The slots in address order; null where the machine's relocations are not known here or a table is too long. */
export function readSlots(
  source: ByteSource,
  header: RawHeader,
  segments: readonly ProgramHeader[],
  entries: DynamicEntries,
): Slot[] | null {
  const types = ONE_SLOT[header.machine];
  if (!types) return null;
  const two = TWO_SLOTS[header.machine];
  const size = header.is64 ? 8 : 4;
  const { values } = entries;
  const tables = [
    { at: DT.JMPREL, size: DT.PLTRELSZ, rela: values.get(DT.PLTREL) === BigInt(DT.RELA), skip: 0n },
    { at: DT.RELA, size: DT.RELASZ, rela: true, skip: values.get(DT.RELACOUNT) ?? 0n },
    { at: DT.REL, size: DT.RELSZ, rela: false, skip: values.get(DT.RELCOUNT) ?? 0n },
  ];
  const slots: Slot[] = [];
  for (const table of tables) {
    const at = values.get(table.at);
    const length = values.get(table.size);
    const offset = at === undefined ? null : offsetOfVaddr(segments, at);
    if (offset === null || length === undefined) continue;
    const entry = size * (table.rela ? 3 : 2);
    const skip = table.skip * BigInt(entry);
    if (length - skip > BigInt(LONGEST_TABLE)) return null;
    if (length <= skip) continue;
    const bytes = source.read(offset + skip, Number(length - skip));
    const words = new Words(bytes, header.is64, header.little);
    for (let i = 0; i + entry <= bytes.length; i += entry) {
      const type = typeAt(words, i);
      if (type !== two && !types.includes(type)) continue;
      const first = words.vaddr(i);
      slots.push({ vaddr: first });
      if (type === two) slots.push({ vaddr: vaddr(first + BigInt(size)) });
    }
  }
  slots.sort((a, b) => ascending(a.vaddr, b.vaddr));
  // Of several relocations of one slot, the last counts.
  return slots.filter((slot, i) => slots[i + 1]?.vaddr !== slot.vaddr);
}

/** The type in r_info, whose lower half it is, of the relocation at `at`; in ELFCLASS32 the lowest byte. */
function typeAt(words: Words, at: number): number {
  if (!words.is64) return words.u32(at + 4) & 0xff;
  return words.u32(at + (words.little ? 8 : 12));
}
