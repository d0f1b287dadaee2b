/** Mappings that differ in their place alone are written like those that share nothing with another. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correlate } from '../../src/correlate/report.ts';
import type { Report } from '../../src/model/report.ts';
import { address } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import { SmapsParser } from '../../src/parse/smaps.ts';
import { renderJson } from '../../src/render/json.ts';
import { ANSI } from '../../src/render/palette.ts';
import { renderTable } from '../../src/render/table.ts';
import { captureOf } from '../support/dsl.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { vmaFacts } from '../support/vma-facts.ts';

const record = {
  permissions: fc.constantFrom('rw-p', '---p', 'rw-s', 'rwxp'),
  pages: fc.constantFrom(1, 2, 16),
  gap: fc.constantFrom(0, 1),
  offset: fc.constantFrom('00000000', '00001000'),
  name: fc.constantFrom('', '[heap]', '[anon:\u00e9]', '/dev/zero (deleted)'),
  rss: fc.constantFrom(0, 4),
  flags: fc.constantFrom('rd wr mr mw me ac', 'mr mw me nh'),
};

/** Like the first of their kind in all but one thing, at most. */
const records = fc.record(record).chain(first =>
  fc.array(
    fc
      .oneof(
        ...Object.entries(record).map(([name, value]) =>
          fc.record({ [name]: value as fc.Arbitrary<unknown> }),
        ),
      )
      .map(other => ({ ...first, ...other })),
    { minLength: 1, maxLength: 40 },
  ),
);

type Records = typeof records extends fc.Arbitrary<infer T> ? T : never;

function vmasOf(wanted: Records): SmapsParser {
  const parser = new SmapsParser();
  let at = 0x7f0000000000;
  for (const { permissions, pages, gap, offset, name, rss, flags } of wanted) {
    const start = at + gap * 4096;
    at = start + pages * 4096;
    const head = `${start.toString(16)}-${at.toString(16)} ${permissions} ${offset} 00:00 0 ${name}`;
    parser.feed(`${head}\nSize: ${4 * pages} kB\nRss: ${rss} kB\nPss: ${rss} kB\nVmFlags: ${flags} \n`);
  }
  parser.finish();
  return parser;
}

/** One of the mappings is a stack, which nothing but a stack pointer tells. */
const world = captureOf({ modules: {}, maps: '', process: { stackPointers: [address(0x7f0000002800n)] } });

const reportOf = (vmas: readonly Vma[], figureNames: readonly string[]): Report =>
  correlate({ ...world, vmas, figureNames });

const OPTIONS = [
  IN_A_PIPE,
  { ...IN_A_PIPE, view: 'XX', palette: ANSI },
  { ...IN_A_PIPE, view: 'd', width: 60, explain: true },
] as const;

const textsOf = (report: Report): string[] => [
  ...OPTIONS.map(options => [...renderTable(report, options)].join('')),
  [...renderJson(report, IN_A_PIPE)].join(''),
];

it('from smaps', () => {
  fc.assert(
    fc.property(records, wanted => {
      const { vmas, figureNames } = vmasOf(wanted);
      const apart = vmas.map(vma => ({ ...vmaFacts(vma), figures: vma.figures && [...vma.figures] }));
      expect(textsOf(reportOf(vmas, figureNames))).toEqual(textsOf(reportOf(apart, figureNames)));
    }),
  );
});

it('from maps, without figures', () => {
  fc.assert(
    fc.property(records, wanted => {
      const flags: readonly string[] = [];
      const vmas = vmasOf(wanted).vmas.map(vma => ({ ...vmaFacts(vma), figures: null, vmFlags: flags }));
      const apart = vmas.map(vma => ({ ...vma, vmFlags: [...flags] }));
      expect(textsOf(reportOf(vmas, []))).toEqual(textsOf(reportOf(apart, [])));
    }),
  );
});
