/** The default table: a line a mapping, with what lives there. */
import type { Mapping, Report } from '../model/report.ts';
import { AlikeTexts, withoutAlike } from './alike.ts';
import type { ColumnSource } from './column-source.ts';
import { addressDigits, columnsOf } from './columns.ts';
import { contentsOf } from './contents.ts';
import { deviationSentence } from './deviation-words.ts';
import { explain } from './explanation.ts';
import { fitItems } from './fit.ts';
import { type Cell, type Column, gridHeader, gridRow } from './grid.ts';
import { type Renderer, type RenderOptions, selected } from './options.ts';
import { PLAIN } from './palette.ts';
import { printable } from './printable.ts';
import { summary, title } from './summary.ts';
import { totalsOf } from './totals.ts';
import { amount } from './units.ts';
import { cutTo } from './width.ts';
import { wrap } from './wrap.ts';

/** Below this a column for the contents would be useless; then lines are longer than the terminal. */
const NARROWEST_CONTENTS = 24;
const LONGEST_NAME_ON_TERMINAL = 24;
/** PATH_MAX: one name that cannot be does not make every row as long. */
const LONGEST_NAME = 4096;
/** Beside an alert, which is never cut. */
const SHORTEST_TEXT = 16;
/** From this many mappings on, it pays to look for those that are alike. */
const MANY = 1000;

export const renderTable: Renderer = function* (whole, options) {
  const report = selected(whole, options);
  const { palette, quiet } = options;
  yield heading(whole, options);
  if (report.mappings.length === 0) {
    if (whole.mappings.length > 0) yield '\nno mapping lies in this range\n';
    else if (!quiet) yield* notes(whole, options);
    return;
  }
  const sources = columnsOf(report, options);
  const columns = [
    ...measure(report, sources, options),
    { title: 'What lives here', align: 'left', width: 0 } as const,
  ];
  const used = columns.reduce((sum, { width }) => sum + width + 1, 0);
  const room = options.width === null ? null : Math.max(NARROWEST_CONTENTS, options.width - used);
  if (!quiet) yield `\n${gridHeader(columns, palette.bold)}\n`;
  const row = (mapping: Mapping): string => {
    const cells = new Array<Cell>(columns.length);
    for (let i = 0; i < sources.length; i++) {
      const cell = sources[i]!.cell(mapping);
      cells[i] =
        cell.ascii || options.width === null ? cell : { ...cell, text: cutTo(cell.text, columns[i]!.width) };
    }
    cells[sources.length] = contentsCell(report, mapping, room, options);
    return gridRow(columns, cells);
  };
  // The address, which comes first, is all that tells many from each other.
  const { width } = columns[0]!;
  const rests = new AlikeTexts(mapping => `${row(mapping).slice(width)}\n`);
  for (const mapping of report.mappings) {
    yield addressDigits(mapping).padStart(width) + rests.of(mapping);
    if (options.explain) yield* reasons(report, mapping, options);
  }
  if (!quiet) yield* footer(report, options);
};

/** Title and summary in one line where they fit; else the summary in as many as it takes. */
export function heading(report: Report, { palette, width }: RenderOptions): string {
  const [name, facts] = [title(report), summary(report)];
  if (width === null || name.length + 5 + facts.length <= width)
    return `${palette.bold(name)}     ${facts}\n`;
  return `${palette.bold(name)}\n${brokenAt(' · ', facts, width).join('\n')}\n`;
}

/** Lines of at most `width` characters where that is possible, broken only where there is a separator. */
function brokenAt(separator: string, text: string, width: number): string[] {
  const lines: string[] = [];
  for (const item of text.split(separator)) {
    const longer = lines.length === 0 ? item : `${lines.at(-1)}${separator}${item}`;
    if (lines.length > 0 && longer.length > width) lines.push(item);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

/** Widths by the longest cell; on a terminal a long name does not push the contents out. */
function measure(report: Report, sources: readonly ColumnSource[], options: RenderOptions): Column[] {
  const mappings = report.mappings.length < MANY ? report.mappings : withoutAlike(report.mappings);
  return sources.map(source => {
    const width = Math.max(source.title.length, source.longest(mappings));
    const limited = options.width !== null && source.title === 'Mapping' && !options.fullPath;
    return {
      title: source.title,
      align: source.align,
      width: Math.min(width, limited ? LONGEST_NAME_ON_TERMINAL : LONGEST_NAME),
    };
  });
}

function contentsCell(
  report: Report,
  mapping: Mapping,
  room: number | null,
  { palette }: RenderOptions,
): Cell {
  const { head, items, alerts } = contentsOf(report, mapping);
  const alert = alerts.length === 0 ? '' : alerts.map(text => `! ${text}`).join('; ');
  const before = items.length > 0 ? `${head}: ` : head;
  const after = alert === '' ? '' : ` ${alert}`;
  const left = room === null ? null : Math.max(SHORTEST_TEXT, room - after.length);
  const list = fitItems(items, left === null ? null : Math.max(0, left - before.length));
  const body = `${before}${list}`;
  const text = `${left === null ? body : cutTo(body, left)}${after}`;
  if (palette === PLAIN) return { text };
  const ordinary = mapping.module === null && alert === '';
  const style = (whole: string): string => {
    if (ordinary) return palette.dim(whole);
    const at = alert === '' ? whole.length : whole.lastIndexOf(alert);
    const body = whole.slice(0, at);
    return `${palette.dim(body.slice(0, before.length))}${body.slice(before.length)}${palette.yellow(whole.slice(at))}`;
  };
  return { text, style };
}

function* reasons(report: Report, mapping: Mapping, { palette, width }: RenderOptions): Generator<string> {
  const text = [explain(report, mapping), ...mapping.deviations.map(d => deviationSentence(d, report))].join(
    ' ',
  );
  for (const line of wrap(text, (width ?? 100) - 4)) yield `    ${palette.dim(line)}\n`;
}

function* footer(report: Report, options: RenderOptions): Generator<string> {
  const { palette, width } = options;
  const totals = totalsOf(report);
  const resident = totals.rss === null ? '' : `, ${amount(totals.rss)} resident`;
  const pss = totals.pss === null ? '' : `, ${amount(totals.pss)} proportional`;
  yield `\ntotal ${totals.mappings} ${totals.mappings === 1 ? 'mapping' : 'mappings'}, ${amount(totals.size)}${resident}${pss}\n`;
  for (const { path, deviations } of report.modules)
    for (const deviation of deviations)
      for (const line of paragraph(`! ${printable(path)}: ${deviationSentence(deviation, report)}`, width))
        yield `${palette.yellow(line)}\n`;
  yield* notes(report, options);
}

function* notes(report: Report, { width }: RenderOptions): Generator<string> {
  for (const { message } of report.notes)
    for (const line of paragraph(`note: ${printable(message)}`, width)) yield `${line}\n`;
}

/** On a terminal wrapped at blanks, later lines set in. */
const paragraph = (text: string, width: number | null): string[] =>
  width === null ? [text] : wrap(text, width - 6).map((line, i) => (i === 0 ? line : `      ${line}`));
