import type { RenderOptions } from '../../src/render/options.ts';
import { PLAIN } from '../../src/render/palette.ts';

/** As without any option, into a pipe. */
export const IN_A_PIPE: RenderOptions = {
  palette: PLAIN,
  width: null,
  view: 'default',
  quiet: false,
  fullPath: false,
  explain: false,
  selects: null,
};
