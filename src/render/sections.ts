/** `--format sections`: a line for every part of every mapping, with its run-time range and size. */
import type { Mapping, Part, Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import { contentsOf } from './contents.ts';
import { type Cell, type Column, gridHeader, gridRow } from './grid.ts';
import { MappingNames } from './mapping-names.ts';
import { type Renderer, selected } from './options.ts';
import { permissionStyle } from './palette.ts';
import { printable } from './printable.ts';
import { heading } from './table.ts';
import { mostColumns } from './width.ts';

export const renderSections: Renderer = function* (whole, options) {
  const report = selected(whole, options);
  const { palette, quiet } = options;
  if (!quiet) yield heading(whole, options);
  if (report.mappings.length === 0) return;
  const names = new MappingNames(report, options.fullPath);
  const columns = measure(report, names);
  if (!quiet) yield `\n${gridHeader(columns, palette.bold)}\n`;
  for (const mapping of report.mappings) {
    const name = names.of(mapping);
    const style = permissionStyle(palette, mapping.vma.permissions);
    for (const part of partsOrWhole(report, mapping)) {
      const what = part ? partWords(part) : { text: contentsOf(report, mapping).head, quiet: true };
      const { start, end } = part ?? mapping.vma;
      const cells: Cell[] = [
        { text: start.toString(16) },
        { text: end.toString(16) },
        { text: String(sizeOf({ start, end })) },
        { text: mapping.vma.permissions, style },
        { text: name },
        { text: what.text, ...(what.quiet ? { style: palette.dim } : {}) },
      ];
      yield `${gridRow(columns, cells)}\n`;
    }
  }
};

/** null: the mapping as a whole, of which no parts are known. */
function partsOrWhole(report: Report, { module, parts }: Mapping): readonly (Part | null)[] {
  return module !== null && report.modules[module]!.image.status === 'read' ? parts : [null];
}

function measure(report: Report, names: MappingNames): Column[] {
  const last = report.mappings.at(-1)!.vma.end.toString(16).length;
  const size = report.mappings.reduce((width, { vma }) => Math.max(width, String(sizeOf(vma)).length), 4);
  const name = report.mappings.reduce(
    (width, mapping) => Math.max(width, mostColumns(names.of(mapping))),
    'Mapping'.length,
  );
  return [
    { title: 'Start', align: 'right', width: last },
    { title: 'End', align: 'right', width: last },
    { title: 'Size', align: 'right', width: size },
    { title: 'Perm', align: 'left', width: 4 },
    { title: 'Mapping', align: 'left', width: name },
    { title: 'Part', align: 'left', width: 0 },
  ];
}

/** A section by its name; everything else in words, set back. */
function partWords({ kind, name }: Part): { text: string; quiet: boolean } {
  const label = printable(name ?? '');
  switch (kind) {
    case 'section':
      return { text: label, quiet: false };
    case 'ghost':
      return { text: `file bytes of ${label} (not the live copy)`, quiet: true };
    case 'unallocated':
      return { text: `file bytes of ${label} (not part of the memory image)`, quiet: true };
    case 'elf-header':
      return { text: 'ELF header', quiet: false };
    case 'program-headers':
      return { text: 'program headers', quiet: false };
    case 'section-headers':
      return { text: 'section headers', quiet: true };
    case 'zero-fill':
      return { text: 'zero fill', quiet: true };
    case 'padding':
      return { text: 'padding', quiet: true };
    case 'unnamed':
      return { text: 'sections unknown (the file has no section headers)', quiet: true };
    case 'reservation':
      return { text: 'reserved hole between segments', quiet: true };
    case 'anonymous':
      return { text: 'other anonymous memory', quiet: true };
  }
}
