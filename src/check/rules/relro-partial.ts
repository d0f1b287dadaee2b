/** Lazy binding writes .got.plt until the end, so the linker leaves it outside GNU_RELRO. */
import {
  type ElfFile,
  isStaticProgram,
  occupiesMemory,
  relroHeader,
  type Section,
  type Slot,
} from '../../model/elf.ts';
import { hex } from '../../model/units.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import {
  gotSections,
  inconclusive,
  judgeImages,
  notApplicable,
  TABLE_UNREAD,
  tableUnread,
} from '../images.ts';
import { RELRO_SUBJECT } from '../relro.ts';
import { remembered } from '../remembered.ts';
import { count } from '../words.ts';

type Uncovered = {
  binding: Binding;
  /** Slots beyond GNU_RELRO; null where only their section is known. */
  slots: number | null;
  section: string;
  firstSlot: string | null;
  lastSlot: string | null;
  bytes: number;
};
type Covered = { binding: Binding };
type Binding = 'eager' | 'lazy' | 'static';

export const relroPartial: Rule = defineRule<Uncovered, Covered>({
  id: 'relro-partial',
  aspect: 'declared',
  level: 'warning',
  title: 'partial RELRO',
  doc: {
    meaning:
      'GNU_RELRO is there, but the slots (words with an address) through which functions of other libraries are called lie outside it, so that they can be bound lazily: glibc writes each at the first call; musl binds all of them at once, and the slots stay where they are. A static program binds nothing lazily, yet its linker may leave the slots of IRELATIVE relocations outside in the same way.',
    consequence:
      'Whoever can write one word of memory can make the next call of a library function go elsewhere. Setting LD_BIND_NOW binds early but does not protect the slots.',
    causes: [
      'linked without -z now',
      'a static program linked without -z now',
      'a header that was patched after linking',
    ],
    remedy: 'Link with -Wl,-z,relro,-z,now.',
  },
  judge: context => {
    const outsideOf = remembered(slotsOutside);
    return judgeImages(context, RELRO_SUBJECT, ({ elf }, about) => {
      const header = relroHeader(elf);
      if (!header || header.memsz === 0n) return notApplicable(about, 'it has no RELRO at all');
      if (tableUnread(elf)) return inconclusive(about, TABLE_UNREAD);
      const binding = elf.dynamic?.bindNow ? 'eager' : isStaticProgram(elf) ? 'static' : 'lazy';
      const outside = outsideOf(elf);
      if (outside === 'unknown' && binding !== 'eager')
        return inconclusive(
          about,
          'binding is not eager, and where its slots lie cannot be told from its headers',
        );
      if (outside === null || outside === 'unknown') return { outcome: 'pass', about, facts: { binding } };
      return { outcome: 'fail', about, facts: { binding, ...outside } };
    });
  },
  fail: ({ binding, slots, section, firstSlot, lastSlot, bytes }) => {
    const which =
      slots === null
        ? `${bytes} bytes of ${section} lie`
        : `${count(slots, 'slot')} (${bytes} bytes, ${firstSlot === lastSlot ? firstSlot : `${firstSlot} to ${lastSlot}`}) lie${slots === 1 ? 's' : ''}`;
    return `${BINDINGS[binding]} ${which} outside GNU_RELRO and ${slots === 1 ? 'stays' : 'stay'} writable`;
  },
  pass: ({ binding }) =>
    binding === 'eager'
      ? 'all functions are bound when it is loaded, so GNU_RELRO can cover every slot'
      : `no slot lies outside GNU_RELRO, although ${binding === 'lazy' ? 'binding is lazy' : 'it was not linked with -z now'}`,
});

const BINDINGS: Record<Binding, string> = {
  lazy: 'it was linked without -z now, so',
  eager: 'functions are bound when it is loaded, yet',
  static: 'it is static and binds nothing lazily, yet',
};

type Outside = Omit<Uncovered, 'binding'>;

/** The slots beyond the range of GNU_RELRO; from .got.plt where relocations do not tell (static programs). */
function slotsOutside(elf: ElfFile): Outside | null | 'unknown' {
  const header = relroHeader(elf)!;
  const [start, end] = [header.vaddr, header.vaddr + header.memsz];
  if (elf.slots !== null) {
    const outside = elf.slots.filter(({ vaddr }) => vaddr < start || vaddr >= end);
    const [first, last] = [outside[0], outside.at(-1)];
    if (!first || !last) return null;
    return {
      slots: outside.length,
      section: sectionHolding(elf, first)?.name ?? 'the GOT',
      firstSlot: place(elf, first),
      lastSlot: place(elf, last),
      bytes: outside.length * (elf.class / 8),
    };
  }
  if (elf.sectionsFrom === 'rebuilt') return 'unknown';
  const section = gotSections(elf).find(({ name }) => name === '.got.plt');
  if (!section || section.vaddr + section.size <= end) return null;
  const from = section.vaddr > end ? section.vaddr : end;
  const bytes = Number(section.vaddr + section.size - from);
  return { slots: null, section: section.name, firstSlot: null, lastSlot: null, bytes };
}

const sectionHolding = (elf: ElfFile, { vaddr }: Slot): Section | undefined =>
  elf.sections.find(
    section => occupiesMemory(section) && section.vaddr <= vaddr && vaddr < section.vaddr + section.size,
  );

/** ".got.plt+0x18" */
function place(elf: ElfFile, slot: Slot): string {
  const section = sectionHolding(elf, slot);
  return section ? `${section.name}+${hex(slot.vaddr - section.vaddr)}` : hex(slot.vaddr);
}
