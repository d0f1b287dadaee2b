/** Colours, decided once and passed down; without colour every style is the identity. */
export interface Palette {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
  readonly cyan: Style;
  readonly magenta: Style;
}

export type Style = (text: string) => string;

const plain: Style = text => text;
const sgr =
  (on: number, off: number): Style =>
  text =>
    text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`;

export const PLAIN: Palette = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
  magenta: plain,
};

export const ANSI: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
  magenta: sgr(35, 39),
};

/** By what can be done to the memory: writable and executable is alarming, inaccessible is faint. */
export function permissionStyle(palette: Palette, permissions: string): Style {
  if (permissions[2] === 'x') return permissions[1] === 'w' ? palette.red : palette.green;
  if (permissions[1] === 'w') return palette.yellow;
  return permissions[0] === 'r' ? palette.cyan : palette.dim;
}
