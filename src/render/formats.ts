/** Every output format of a report, by the name that --format takes. */
import { renderCsv } from './csv.ts';
import { renderJson, renderNdjson } from './json.ts';
import type { Renderer } from './options.ts';
import { renderSections } from './sections.ts';
import { renderTable } from './table.ts';

export interface Format {
  readonly render: Renderer;
  /** Several reports are the members of a JSON array. */
  readonly array: boolean;
  /** Text between two reports. */
  readonly between: string;
  /** How much of each ELF file the format shows. */
  readonly depth: 'layout' | 'full';
}

export type FormatName = 'table' | 'sections' | 'json' | 'ndjson' | 'csv';

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  table: { render: renderTable, array: false, between: '\n', depth: 'layout' },
  sections: { render: renderSections, array: false, between: '\n', depth: 'layout' },
  json: { render: renderJson, array: true, between: '', depth: 'full' },
  ndjson: { render: renderNdjson, array: false, between: '', depth: 'full' },
  csv: { render: renderCsv, array: false, between: '', depth: 'layout' },
};
