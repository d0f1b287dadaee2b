/** JSON: one two-space indented document; ndjson: one line a mapping. Mappings are written while later ones are made. */
import type { Mapping, Report } from '../model/report.ts';
import { hex } from '../model/units.ts';
import { AlikeTexts } from './alike.ts';
import { documentHead, mappingDocument, moduleDocument, noteDocument } from './document.ts';
import { findingDocument } from './finding-document.ts';
import { MemberWriter } from './member-writer.ts';
import { type Renderer, selected } from './options.ts';
import { lossless } from './printable.ts';
import { stringify } from './stringify.ts';
import { totalsOf } from './totals.ts';

/** The same text as stringify(toDocument(report), 2), in pieces. */
export const renderJson: Renderer = function* (whole, options) {
  const report = selected(whole, options);
  yield open(documentHead(report));
  yield* list('mappings', report.mappings, mappingWriter(report));
  yield* list(
    'modules',
    report.modules,
    memberWriter(module => moduleDocument(report, module)),
  );
  yield `,${open({ totals: totalsOf(report) }).slice(1)}`;
  yield* list('findings', report.findings, memberWriter(findingDocument));
  yield* list('notes', report.notes, memberWriter(noteDocument));
  yield '\n}\n';
};

/** One member at a time, so that no text becomes longer than a string can be. */
function* list<T>(name: string, members: readonly T[], write: (member: T) => string): Generator<string> {
  yield `,\n  "${name}": [`;
  let separator = '\n';
  for (const member of members) {
    yield separator + write(member);
    separator = ',\n';
  }
  yield members.length > 0 ? '\n  ]' : ']';
}

function memberWriter<T>(document: (member: T) => object): (member: T) => string {
  const writer = new MemberWriter();
  return member => writer.write(document(member) as Record<string, unknown>);
}

/** Of mappings that are alike, the members behind `end` are written once. */
function mappingWriter(report: Report): (mapping: Mapping) => string {
  const write = memberWriter<Mapping>(mapping => mappingDocument(report, mapping));
  const rests = new AlikeTexts(mapping => {
    const whole = write(mapping);
    return whole.slice(whole.indexOf(BEHIND_END));
  });
  return mapping => {
    const { start, end } = mapping.vma;
    const rest = rests.of(mapping);
    return `    {\n      "index": ${mapping.index},\n      "start": "${hex(start)}",\n      "end": "${hex(end)}"${rest}`;
  };
}

const BEHIND_END = ',\n      "size": ';

const open = (members: object): string => stringify(members, 2).slice(0, -2);

/** Each line stands alone in a log: it names its process and its module. */
export const renderNdjson: Renderer = function* (report, options) {
  for (const mapping of selected(report, options).mappings) yield `${stringify(line(report, mapping))}\n`;
};

const LONGEST_COMMAND = 4096;

function line(report: Report, mapping: Mapping): object {
  const { process } = report.capture;
  const module = mapping.module === null ? null : report.modules[mapping.module]!;
  return {
    pid: process.pid,
    // On every line: of a long one, the beginning is enough.
    command: process.command === null ? null : lossless(process.command.slice(0, LONGEST_COMMAND)),
    modulePath: module && lossless(module.path),
    buildId: module?.image.status === 'read' ? module.image.elf.buildId : null,
    ...mappingDocument(report, mapping),
  };
}
