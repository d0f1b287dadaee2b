/** Where calls go through: are the slots that the loader fills writable now? */
import type { ElfFile } from '../../model/elf.ts';
import { firstEndingAfter } from '../../model/ordered.ts';
import { mergeSpans } from '../../model/spans.ts';
import { address, atBias, type LoadBias, type Range } from '../../model/units.ts';
import { accessTo } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { gotSections, inconclusive, judgeImages, notApplicable, PREDICTED } from '../images.ts';
import { isYoung } from '../just-started.ts';
import { bytesOf, count, list, sectionsIn } from '../words.ts';

type Writable = {
  slots: number | null;
  writableSlots: number | null;
  writableBytes: number;
  sections: string;
};
type Protected = { slots: number | null; bytes: number };

export const gotWritable: Rule = defineRule<Writable, Protected>({
  id: 'got-writable',
  aspect: 'real',
  level: 'warning',
  title: 'GOT writable',
  doc: {
    meaning:
      'Slots of the global offset table, through which functions and variables of other modules (and functions chosen at start) are reached, lie on writable pages of the process.',
    consequence:
      'One write to such a slot redirects every later call through it; it is the classic way from a memory error to control of the program.',
    causes: [
      'partial RELRO: lazy binding keeps .got.plt writable',
      'no RELRO, or RELRO that is not in force',
      'a static program linked without -z now',
    ],
    remedy: 'Link with -Wl,-z,relro,-z,now; see relro-not-in-force where that is done already.',
  },
  judge: context => {
    const young = isYoung(context);
    return judgeImages(context, 'GOT', ({ module, elf }, about) => {
      if (context.predicted) return notApplicable(about, PREDICTED);
      if (!module.placement) return inconclusive(about, 'where it is loaded is not known');
      const areas = gotAreas(elf, module.placement.bias);
      if (areas === null) return inconclusive(about, 'where its GOT lies cannot be told from its headers');
      if (areas.ranges.length === 0) return notApplicable(about, 'it has no slots that a loader fills');
      // Slots lie side by side: asked for together, they are a few ranges.
      const merged = mergeSpans(areas.ranges);
      const accesses = merged.map(range => accessTo(context.report, range));
      const writable = accesses.flatMap(access => access.writable);
      const slots = areas.slots ? areas.ranges.length : null;
      if (writable.length > 0) {
        if (young) return inconclusive(about, young);
        const facts = {
          slots,
          writableSlots: areas.slots ? countWithin(areas.ranges, writable) : null,
          writableBytes: bytesOf(writable),
          sections: list(sectionsIn(elf, module.placement, writable)),
        };
        return { outcome: 'fail', about: { ...about, range: writable[0]! }, facts };
      }
      const bytes = bytesOf(merged);
      if (bytesOf(accesses.flatMap(({ readOnly }) => readOnly)) < bytes)
        return inconclusive(about, 'the evidence does not tell whether its GOT may be written');
      return { outcome: 'pass', about, facts: { slots, bytes } };
    });
  },
  fail: ({ slots, writableSlots, writableBytes, sections }) => {
    const where = sections === '' ? '' : ` in ${sections}`;
    return writableSlots === null || slots === null
      ? `${count(writableBytes, 'byte')} of its GOT${where} may be written`
      : `${writableSlots} of its ${count(slots, 'GOT slot')} may be written (${writableBytes} bytes${where})`;
  },
  pass: ({ slots, bytes }) =>
    slots === null
      ? `none of the ${bytes} bytes of its GOT may be written`
      : `none of its ${count(slots, 'GOT slot')} may be written`,
});

interface Areas {
  readonly ranges: readonly Range[];
  /** Is each range one slot? */
  readonly slots: boolean;
}

/** The slots that relocations name; else the GOT's sections. null: not known. */
function gotAreas(elf: ElfFile, bias: LoadBias): Areas | null {
  const word = elf.class / 8;
  if (elf.slots && elf.slots.length > 0) {
    const ranges = elf.slots.map(({ vaddr }) => rangeAt(bias, vaddr, BigInt(word)));
    return { ranges, slots: true };
  }
  if (elf.sectionsFrom === 'headers') {
    return { ranges: gotSections(elf).map(({ vaddr, size }) => rangeAt(bias, vaddr, size)), slots: false };
  }
  return elf.slots && { ranges: [], slots: true };
}

/** How many of the slots lie, at least in part, in ranges that are in order. */
function countWithin(slots: readonly Range[], ranges: readonly Range[]): number {
  return slots.filter(({ start, end }) => {
    const next = ranges[firstEndingAfter(ranges, start)];
    return next !== undefined && next.start < end;
  }).length;
}

function rangeAt(bias: LoadBias, vaddr: Parameters<typeof atBias>[1], size: bigint): Range {
  const start = atBias(bias, vaddr);
  return { start, end: address(start + size) };
}
