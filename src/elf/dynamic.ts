/** The dynamic table (PT_DYNAMIC; gABI, glibc elf/elf.h): pairs of tag and value, ended by DT_NULL. */
import type { ByteSource } from '../model/bytes.ts';
import type { DynamicTable, ProgramHeader } from '../model/elf.ts';
import type { RawHeader } from './header.ts';
import { StringTable } from './strings.ts';
import { Words } from './words.ts';

export const DT = {
  NULL: 0,
  NEEDED: 1,
  PLTRELSZ: 2,
  STRTAB: 5,
  RELA: 7,
  RELASZ: 8,
  STRSZ: 10,
  SONAME: 14,
  REL: 17,
  RELSZ: 18,
  PLTREL: 20,
  DEBUG: 21,
  TEXTREL: 22,
  JMPREL: 23,
  BIND_NOW: 24,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  INIT_ARRAYSZ: 27,
  FINI_ARRAYSZ: 28,
  FLAGS: 30,
  RELRSZ: 35,
  RELR: 36,
  RELACOUNT: 0x6ffffff9,
  RELCOUNT: 0x6ffffffa,
  FLAGS_1: 0x6ffffffb,
} as const;

const DF_TEXTREL = 0x4n;
const DF_BIND_NOW = 0x8n;
const DF_1_NOW = 0x1n;
const DF_1_PIE = 0x08000000n;
const MOST_ENTRIES = 4096;
/** Bytes of DT_NEEDED and DT_SONAME. */
const LONGEST_NAME = 256n;

/** The raw entries: values by tag, DT_NEEDED apart since it repeats. Of other tags loaders heed the last. */
export interface DynamicEntries {
  readonly values: ReadonlyMap<number, bigint>;
  readonly needed: readonly bigint[];
}

/** Reads PT_DYNAMIC's entries from the file (in memory glibc has relocated some); null without a table. */
export function readDynamicEntries(
  source: ByteSource,
  segments: readonly ProgramHeader[],
  { is64, little }: Pick<RawHeader, 'is64' | 'little'>,
  flaws: string[],
): DynamicEntries | null {
  const segment = segments.findLast(header => header.type === 'DYNAMIC');
  if (!segment || segment.filesz === 0n) return null;
  const entry = is64 ? 16 : 8;
  const most = MOST_ENTRIES * entry;
  const size = segment.filesz < BigInt(most) ? Number(segment.filesz) : most;
  const bytes = source.read(segment.offset, size);
  const words = new Words(bytes, is64, little);
  const values = new Map<number, bigint>();
  const needed: bigint[] = [];
  let read = 0;
  for (let at = 0; at + entry <= bytes.length; at += entry) {
    const tag = Number(words.word(at));
    if (tag === DT.NULL) break;
    const value = words.word(at + entry / 2);
    if (tag === DT.NEEDED) needed.push(value);
    else values.set(tag, value);
    if (++read === MOST_ENTRIES)
      flaws.push(`of the dynamic table, the first ${MOST_ENTRIES} entries are read`);
  }
  return values.size + needed.length === 0 ? null : { values, needed };
}

/** Where in the file a link-time address lies; null where no PT_LOAD holds it. */
export function offsetOfVaddr(segments: readonly ProgramHeader[], vaddr: bigint): bigint | null {
  for (const load of segments)
    if (load.type === 'LOAD' && vaddr >= load.vaddr && vaddr - load.vaddr < load.filesz)
      return load.offset + (vaddr - load.vaddr);
  return null;
}

/** Does the loader write to read-only segments? */
export function hasTextRelocations({ values }: DynamicEntries): boolean {
  return values.has(DT.TEXTREL) || ((values.get(DT.FLAGS) ?? 0n) & DF_TEXTREL) !== 0n;
}

/** What the entries mean. Names are read from DT_STRTAB. */
export function decodeDynamic(
  source: ByteSource,
  segments: readonly ProgramHeader[],
  entries: DynamicEntries,
): DynamicTable {
  const { values, needed } = entries;
  const flags = values.get(DT.FLAGS) ?? 0n;
  const flags1 = values.get(DT.FLAGS_1) ?? 0n;
  const soname = values.get(DT.SONAME);
  const strtab = values.get(DT.STRTAB);
  const offset = strtab === undefined ? null : offsetOfVaddr(segments, strtab);
  const nameAt = (at: bigint): string =>
    offset === null ? '' : StringTable.read(source, offset + at, LONGEST_NAME).at(0);
  return {
    needed: needed.map(nameAt),
    soname: soname === undefined ? null : nameAt(soname),
    bindNow: values.has(DT.BIND_NOW) || (flags & DF_BIND_NOW) !== 0n || (flags1 & DF_1_NOW) !== 0n,
    pie: (flags1 & DF_1_PIE) !== 0n,
    debug: values.has(DT.DEBUG),
  };
}
