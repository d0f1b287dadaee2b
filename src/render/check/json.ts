/** The reports' own JSON documents, with their findings; several make an array. */
import { renderJson } from '../json.ts';
import type { RenderOptions } from '../options.ts';
import type { CheckRenderer } from './options.ts';

export const renderCheckJson: CheckRenderer = function* (reports, { palette, width, several }) {
  const options: RenderOptions = {
    palette,
    width,
    view: 'default',
    quiet: false,
    fullPath: true,
    explain: false,
    selects: null,
  };
  const array = several || reports.length !== 1;
  if (array) yield '[\n';
  let separator = '';
  for (const report of reports) {
    yield separator;
    yield* renderJson(report, options);
    separator = ',\n';
  }
  if (array) yield ']\n';
};
