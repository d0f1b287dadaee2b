/** Where calls go through: are the slots that the loader fills writable now? */
import type { ElfFile } from '../../model/elf.ts';
import { countBelow } from '../../model/ordered.ts';
import { mergeSpans, type Span } from '../../model/spans.ts';
import { address, atBias, type LoadBias, type Range, vaddr } from '../../model/units.ts';
import { accessTo } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { gotSections, inconclusive, JUST_STARTED, judgeImages, notApplicable, PREDICTED } from '../images.ts';
import { remembered } from '../remembered.ts';
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
      'Slots of the global offset table (GOT: addresses that the loader fills in), through which functions and variables of other modules (and functions chosen at start) are reached, lie on writable pages of the process.',
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
    const areasOf = remembered(gotAreas);
    let left = MOST_AREAS;
    return judgeImages(context, 'GOT', ({ module, elf }, about) => {
      if (context.predicted) return notApplicable(about, PREDICTED);
      if (!module.placement) return inconclusive(about, 'where it is loaded is not known');
      const areas = areasOf(elf);
      if (areas === null) return inconclusive(about, 'where its GOT lies cannot be told from its headers');
      const { spans, slots } = areas;
      if (spans.length === 0) return notApplicable(about, 'it has no slots that a loader fills');
      left -= spans.length;
      if (left < 0) return inconclusive(about, 'the process has more of a GOT than can be looked at');
      const { bias } = module.placement;
      const accesses = spans.map(span => accessTo(context.report, placed(span, bias)));
      const writable = accesses.flatMap(access => access.writable);
      if (writable.length > 0) {
        if (context.report.justStarted) return inconclusive(about, JUST_STARTED);
        const facts = {
          slots,
          writableSlots: slots && countWithin(elf, writable, bias),
          writableBytes: bytesOf(writable),
          sections: list(sectionsIn(elf, module.placement, writable)),
        };
        return { outcome: 'fail', about: { ...about, range: writable[0]! }, facts };
      }
      const bytes = bytesOf(spans);
      if (bytesOf(accesses.flatMap(({ readOnly }) => readOnly)) < bytes)
        return inconclusive(
          about,
          'whether its GOT may be written does not show in the evidence, or it is shared',
        );
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

/** Slots lie side by side: of a file there are a few areas, and of all files of a process some thousands. */
const MOST_AREAS = 1_000_000;

interface Areas {
  /** By link-time address. */
  readonly spans: readonly Span[];
  /** How many slots they are; null where sections alone are known. */
  readonly slots: number | null;
}

/** The slots that relocations name; else the GOT's sections. null: not known. */
function gotAreas(elf: ElfFile): Areas | null {
  if (elf.slots && elf.slots.length > 0)
    return {
      spans: mergeSpans(elf.slots.map(({ vaddr }) => ({ start: vaddr, end: vaddr + wordOf(elf) }))),
      slots: elf.slots.length,
    };
  if (elf.sectionsFrom === 'headers')
    return {
      spans: mergeSpans(gotSections(elf).map(({ vaddr, size }) => ({ start: vaddr, end: vaddr + size }))),
      slots: null,
    };
  return elf.slots && { spans: [], slots: 0 };
}

const wordOf = (elf: ElfFile): bigint => BigInt(elf.class / 8);

function placed({ start, end }: Span, bias: LoadBias): Range {
  const first = atBias(bias, vaddr(start));
  return { start: first, end: address(first + (end - start)) };
}

/** How many of a file's slots lie, at least in part, in ranges of the process. */
function countWithin(elf: ElfFile, ranges: readonly Range[], bias: LoadBias): number {
  const reach = wordOf(elf) - 1n;
  let slots = 0;
  for (const { start, end } of mergeSpans(ranges)) {
    const [first, last] = [vaddr(start - bias), vaddr(end - 1n - bias)];
    slots += slotsBelow(elf, last + 1n) - slotsBelow(elf, first - reach);
  }
  return slots;
}

const slotsBelow = (elf: ElfFile, limit: bigint): number => countBelow(elf.slots!, limit, slot => slot.vaddr);
