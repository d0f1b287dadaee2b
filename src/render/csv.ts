/**
 * CSV (RFC 4180) with a header line. A cell that a spreadsheet would take for a formula (= + - @, tab, CR at its start)
 * gets an apostrophe in front; permissions such as "-w-p" are quoted so too.
 */

import { hex, sizeOf } from '../model/units.ts';
import { contentsOf } from './contents.ts';
import { camelCase } from './document.ts';
import { joinItems } from './fit.ts';
import { type Renderer, selected } from './options.ts';
import { visible } from './printable.ts';

export const renderCsv: Renderer = function* (report, options) {
  const { capture } = report;
  // The size is in a column of ours already.
  const figures = capture.figureNames.flatMap((name, i) => (name === 'Size' ? [] : [i]));
  const head = [
    'pid',
    'start',
    'end',
    'size',
    'permissions',
    'offset',
    'device',
    'inode',
    'path',
    'kind',
    'module',
  ];
  if (!options.quiet) {
    const names = figures.map(i => camelCase(capture.figureNames[i]!));
    yield row([...head, 'relro', 'contents', 'deviations', 'vmFlags', ...names]);
  }
  for (const mapping of selected(report, options).mappings) {
    const { vma } = mapping;
    const { head: what, items } = contentsOf(report, mapping);
    yield row([
      text(capture.process.pid),
      hex(vma.start),
      hex(vma.end),
      text(sizeOf(vma)),
      vma.permissions,
      vma.offset === null ? '' : hex(vma.offset),
      vma.device ?? '',
      vma.inode ?? '',
      visible(vma.name),
      mapping.kind,
      mapping.module === null ? '' : visible(report.modules[mapping.module]!.path),
      mapping.relro ?? '',
      items.length > 0 ? `${what}: ${joinItems(items)}` : what,
      mapping.deviations.map(({ code }) => code).join(' '),
      vma.vmFlags?.join(' ') ?? '',
      ...figures.map(i => text(vma.figures?.[i] ?? null)),
    ]);
  }
};

const text = (value: number | null): string => (value === null ? '' : String(value));
const row = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
