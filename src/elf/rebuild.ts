/**
 * Sections of a file that has no section headers (sstrip, strip --strip-section-headers), as far as segments
 * and the dynamic table tell them exactly. .text, .rodata, .data, .got and others cannot be told; their bytes
 * stay unnamed.
 */
import type { ProgramHeader, Section } from '../model/elf.ts';
import { ascending, fileOffset, vaddr } from '../model/units.ts';
import { DT, type DynamicEntries, offsetOfVaddr } from './dynamic.ts';
import { type ElfNote, NT_GNU_BUILD_ID } from './notes.ts';

interface Found {
  readonly name: string;
  readonly type: string;
  readonly flags: string;
  readonly vaddr: bigint;
  readonly size: bigint;
}

/** A note, and its link-time address. */
export interface PlacedNote extends ElfNote {
  readonly vaddr: bigint;
}

/** The sections that can be told, in address order, numbered from 1 as in a section table. */
export function rebuildSections(
  segments: readonly ProgramHeader[],
  dynamic: DynamicEntries | null,
  notes: Iterable<PlacedNote>,
): Section[] {
  const found = [
    ...firstOf(fromSegments(segments)),
    ...firstOf(fromNotes(notes)),
    ...(dynamic ? fromDynamic(dynamic) : []),
  ]
    .map(section => ({ ...section, offset: offsetOfVaddr(segments, section.vaddr) }))
    .filter(section => section.offset !== null && section.size > 0n)
    .sort((a, b) => ascending(a.vaddr, b.vaddr));
  return found.map((section, i) => ({
    index: i + 1,
    name: section.name,
    type: section.type,
    flags: section.flags,
    vaddr: vaddr(section.vaddr),
    offset: fileOffset(section.offset!),
    size: section.size,
  }));
}

/** A linker makes one of each; headers that lie may ask for thousands, each of which is looked for in all segments. */
const MOST_FROM_SEGMENTS = 16;

function* firstOf(sections: Iterable<Found>): Generator<Found> {
  let left = MOST_FROM_SEGMENTS;
  for (const section of sections) {
    if (left-- === 0) return;
    yield section;
  }
}

function* fromSegments(segments: readonly ProgramHeader[]): Generator<Found> {
  for (const { type, vaddr: at, filesz: size } of segments) {
    if (type === 'INTERP') yield { name: '.interp', type: 'PROGBITS', flags: 'A', vaddr: at, size };
    if (type === 'DYNAMIC') yield { name: '.dynamic', type: 'DYNAMIC', flags: 'WA', vaddr: at, size };
    if (type === 'TLS') yield { name: '.tdata', type: 'PROGBITS', flags: 'WAT', vaddr: at, size };
    if (type === 'GNU_EH_FRAME')
      yield { name: '.eh_frame_hdr', type: 'PROGBITS', flags: 'A', vaddr: at, size };
    if (type === 'GNU_PROPERTY')
      yield { name: '.note.gnu.property', type: 'NOTE', flags: 'A', vaddr: at, size };
  }
}

/** glibc's start code and the linker make a section of one note each. */
function* fromNotes(notes: Iterable<PlacedNote>): Generator<Found> {
  for (const { name, type, start, at, descriptor, vaddr: first } of notes) {
    const section = name === 'GNU' ? NOTE_SECTIONS.get(type) : undefined;
    const size = BigInt(at + descriptor.length - start);
    if (section !== undefined) yield { name: section, type: 'NOTE', flags: 'A', vaddr: first, size };
  }
}

const NT_GNU_ABI_TAG = 1;
const NOTE_SECTIONS = new Map([
  [NT_GNU_ABI_TAG, '.note.ABI-tag'],
  [NT_GNU_BUILD_ID, '.note.gnu.build-id'],
]);

function* fromDynamic({ values }: DynamicEntries): Generator<Found> {
  const sized = (name: string, type: string, flags: string, at: number, size: number): Found | undefined => {
    const start = values.get(at);
    const length = values.get(size);
    return start === undefined || length === undefined
      ? undefined
      : { name, type, flags, vaddr: start, size: length };
  };
  const all = [
    sized('.dynstr', 'STRTAB', 'A', DT.STRTAB, DT.STRSZ),
    sized('.rela.dyn', 'RELA', 'A', DT.RELA, DT.RELASZ),
    sized('.rel.dyn', 'REL', 'A', DT.REL, DT.RELSZ),
    sized('.relr.dyn', 'RELR', 'A', DT.RELR, DT.RELRSZ),
    sized('.rela.plt', 'RELA', 'AI', DT.JMPREL, DT.PLTRELSZ),
    sized('.init_array', 'INIT_ARRAY', 'WA', DT.INIT_ARRAY, DT.INIT_ARRAYSZ),
    sized('.fini_array', 'FINI_ARRAY', 'WA', DT.FINI_ARRAY, DT.FINI_ARRAYSZ),
  ];
  for (const section of all) {
    if (!section) continue;
    const isRel = section.name === '.rela.plt' && values.get(DT.PLTREL) === BigInt(DT.REL);
    yield isRel ? { ...section, name: '.rel.plt', type: 'REL' } : section;
  }
}
