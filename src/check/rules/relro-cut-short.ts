/** Loaders protect whole pages and round the end down: a range that ends within a page loses its tail. */
import type { ElfFile } from '../../model/elf.ts';
import type { Placement } from '../../model/module.ts';
import { type Range, sizeOf } from '../../model/units.ts';
import { accessTo, type Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { type Image, inconclusive, judgeImages, notApplicable } from '../images.ts';
import { RELRO_SUBJECT, type Rounded, relroOf, requestedRelro, roundedRelro } from '../relro.ts';
import { count, list, sectionsIn } from '../words.ts';

type Cut = { bytes: number; requested: number; pageSize: number; sections: string };
type Whole = { requested: number; pageSize: number };

export const relroCutShort: Rule = defineRule<Cut, Whole>({
  id: 'relro-cut-short',
  aspect: 'declared',
  level: 'warning',
  title: 'RELRO cut short',
  doc: {
    meaning:
      'The range of GNU_RELRO does not end at a page boundary. The loaders of glibc and musl round its end down, so the bytes on the last page stay writable; where the whole range lies on one page, nothing at all is protected, which is an error. Of a file alone, larger pages on which that would happen are a note. Checkers that only look for the header call this full RELRO.',
    consequence:
      'The sections at the end of the range stay writable although the file asks for their protection.',
    causes: [
      'linked for smaller pages than the kernel uses (common-page-size or max-page-size below it)',
      'a file that was patched or packed after linking',
    ],
    remedy:
      'Link with -Wl,-z,common-page-size=SIZE and -Wl,-z,max-page-size=SIZE, where SIZE is the largest page size to run on (Go: -ldflags=-linkmode=external, and these in -extldflags).',
  },
  judge: context =>
    judgeImages(context, RELRO_SUBJECT, (image, about) => {
      const requested = requestedRelro(image.module);
      const { placement } = image.module;
      if (!requested || !placement) {
        return image.module.relro.requested
          ? inconclusive(about, 'its GNU_RELRO header asks for an impossible range')
          : notApplicable(about, 'it has no RELRO');
      }
      const { pageSize } = context.report.capture.process;
      const [size, rounded] = [sizeOf(requested), relroOf(context, image.module)!];
      const cut = lost(context, image.elf, placement, rounded, pageSize);
      if (cut) {
        const facts = { ...cut, requested: size, pageSize };
        return {
          outcome: 'fail',
          about: { ...about, range: rounded.tail },
          facts,
          level: rounded.pages ? 'warning' : 'error',
        };
      }
      for (const larger of context.predicted ? largerPages(image, pageSize) : []) {
        const other = roundedRelro(requested, larger, context.report.libraryLoader === 'bionic');
        const cutThere = lost(context, image.elf, placement, other, larger);
        if (cutThere)
          return {
            outcome: 'fail',
            about: { ...about, range: other.tail },
            facts: { ...cutThere, requested: size, pageSize: larger },
            level: 'note',
          };
      }
      return { outcome: 'pass', about, facts: { requested: size, pageSize } };
    }),
  fail: ({ bytes, requested, pageSize, sections }) =>
    `with pages of ${pageSize} bytes, the last ${count(bytes, 'byte')} of the ${requested} that GNU_RELRO covers stay writable${sections === '' ? '' : ` (${sections})`}`,
  pass: ({ requested, pageSize }) =>
    `all ${requested} bytes of GNU_RELRO lie on whole pages of ${pageSize} bytes`,
});

type Lost = Pick<Cut, 'bytes' | 'sections'>;

/** What stays writable; padding alone is no loss, and what is seen to be read-only is none either. */
function lost(
  context: Context,
  elf: ElfFile,
  placement: Placement,
  { tail }: Rounded,
  pageSize: number,
): Lost | null {
  if (!tail) return null;
  const sections = sectionsIn(elf, placement, [tail]).filter(name => name !== '.relro_padding');
  if (sections.length === 0 && elf.sectionsFrom === 'headers') return null;
  if (seenReadOnly(context, tail) && pageSize === context.report.capture.process.pageSize) return null;
  return { bytes: sizeOf(tail), sections: list(sections) };
}

function seenReadOnly(context: Context, range: Range): boolean {
  if (context.predicted) return false;
  const { writable, readOnly, unknown } = accessTo(context.report, range);
  return readOnly.length > 0 && writable.length + unknown.length === 0;
}

/** Page sizes that kernels of a machine are built for, beyond 4 KiB. */
const PAGE_SIZES: Readonly<Record<string, readonly number[]>> = {
  aarch64: [16384, 65536],
  loongarch: [16384, 65536],
  mips: [16384, 65536],
  ppc64: [65536],
};

/** Larger pages on which the file can be loaded at all: its segments must be aligned to them. */
function largerPages({ elf }: Image, pageSize: number): number[] {
  const loads = elf.programHeaders.filter(({ type }) => type === 'LOAD');
  return (PAGE_SIZES[elf.machine] ?? []).filter(
    size => size > pageSize && loads.every(({ align }) => align >= BigInt(size)),
  );
}
