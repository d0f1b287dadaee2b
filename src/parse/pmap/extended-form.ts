/** The form of a `pmap -X` listing, and what its rows together tell about the version that printed it. */
import type { Note } from '../../model/capture.ts';
import type { ExtendedHeader } from './extended-header.ts';
import type { Form, TextRow } from './row.ts';

/** procps keeps this many bytes of a mapping's text, before it takes the base name. */
const LONGEST_NAME = 127;

export function extendedForm(header: ExtendedHeader): Form {
  const { variant, figureNames, collapsed } = header;
  return {
    kind: 'pmap',
    variant,
    figureNames,
    complete: rows => ({
      variant: versionOf(variant, rows),
      figureNames,
      rows,
      notes: notesOn(rows, collapsed),
    }),
  };
}

/** Two blanks before the name come from 3.3.7-3.3.14, which fuses its header where VmFlags is shown. */
function versionOf(variant: string, rows: readonly TextRow[]): string {
  const wide = variant.startsWith('procps -') && rows.some(row => row.gap > 1 && row.name !== '');
  return wide ? variant.replace('procps', 'procps 3.3.7-3.3.14') : variant;
}

function notesOn(rows: readonly TextRow[], collapsed: boolean): Note[] {
  const notes: Note[] = [];
  if (collapsed)
    notes.push({
      code: 'collapsed',
      message: 'white space is collapsed: names with several blanks in a row are not as they were',
    });
  if (rows.some(row => row.name.startsWith('/') && row.name.length === LONGEST_NAME))
    notes.push({
      code: 'names-truncated',
      message: `names of ${LONGEST_NAME} bytes may be cut: pmap keeps no more`,
    });
  return notes;
}
