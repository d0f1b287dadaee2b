/** Every output format of a report, by the name that --format takes. A format is loaded when it is used. */
import type { Renderer } from './options.ts';

export interface Format {
  readonly load: () => Promise<Renderer>;
  /** Several reports are the members of a JSON array. */
  readonly array: boolean;
  /** Text between two reports. */
  readonly between: string;
  /** How much of each ELF file the format shows. */
  readonly depth: 'layout' | 'dynamic';
}

export const FORMAT_NAMES = ['table', 'sections', 'json', 'ndjson', 'csv'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  table: {
    load: async () => (await import('./table.ts')).renderTable,
    array: false,
    between: '\n',
    depth: 'layout',
  },
  sections: {
    load: async () => (await import('./sections.ts')).renderSections,
    array: false,
    between: '\n',
    depth: 'layout',
  },
  json: {
    load: async () => (await import('./json.ts')).renderJson,
    array: true,
    between: '',
    depth: 'dynamic',
  },
  ndjson: {
    load: async () => (await import('./json.ts')).renderNdjson,
    array: false,
    between: '',
    depth: 'dynamic',
  },
  csv: { load: async () => (await import('./csv.ts')).renderCsv, array: false, between: '', depth: 'layout' },
};
