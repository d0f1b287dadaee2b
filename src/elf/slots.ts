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

type Kinds = Readonly<Record<number, Slot['kind']>>;

/** Relocation types by e_machine. */
const KINDS: Readonly<Record<number, Kinds>> = {
  3: { 6: 'glob-dat', 7: 'jump-slot', 42: 'irelative' },
  20: { 20: 'glob-dat', 21: 'jump-slot', 248: 'irelative' },
  21: { 20: 'glob-dat', 21: 'jump-slot', 248: 'irelative' },
  22: { 10: 'glob-dat', 11: 'jump-slot', 61: 'irelative' },
  40: { 21: 'glob-dat', 22: 'jump-slot', 160: 'irelative' },
  62: { 6: 'glob-dat', 7: 'jump-slot', 37: 'irelative' },
  183: { 1025: 'glob-dat', 1026: 'jump-slot', 1032: 'irelative' },
  243: { 5: 'jump-slot', 58: 'irelative' },
  258: { 5: 'jump-slot', 12: 'irelative' },
};

const DT_RELACOUNT = 0x6ffffff9;
const DT_RELCOUNT = 0x6ffffffa;
/** Bytes of one relocation table that are read; a longer one makes the slots unknown. */
const LONGEST_TABLE = 4 << 20;

/** The slots in address order; null where the machine's relocations are not known here or a table is too long. */
export function readSlots(
  source: ByteSource,
  header: RawHeader,
  segments: readonly ProgramHeader[],
  entries: DynamicEntries,
): Slot[] | null {
  const kinds = KINDS[header.machine];
  if (!kinds) return null;
  const { values } = entries;
  const tables = [
    { at: DT.JMPREL, size: DT.PLTRELSZ, rela: values.get(DT.PLTREL) === BigInt(DT.RELA), skip: 0n },
    { at: DT.RELA, size: DT.RELASZ, rela: true, skip: values.get(DT_RELACOUNT) ?? 0n },
    { at: DT.REL, size: DT.RELSZ, rela: false, skip: values.get(DT_RELCOUNT) ?? 0n },
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
      const kind = kinds[typeAt(words, i)];
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
