/**
 * JSON of which nothing acts on a terminal either. JSON.stringify escapes the C0 controls alone; here DEL, the C1 controls,
 * marks that turn the direction of text, invisible ones and line separators are escaped as well: "\u202e". A parser gives
 * back the very same strings.
 */

import { replaceEach } from '../model/text.ts';

/** In the text that JSON.stringify made, newlines are its own. */
const PLAIN = /^[\n\x20-\x7e]*$/;
/** Made when it is needed, like that of `printable`. */
const active = (): RegExp => /[^\P{C}\n]|\p{Zl}|\p{Zp}|[\ufe00-\ufe0f]/gu;

/** As JSON.stringify, for values that it can write. */
export function stringify(value: object | string, indent = 0): string {
  const text = JSON.stringify(value, null, indent);
  return PLAIN.test(text) ? text : replaceEach(text, active(), escaped);
}

/** One escape for each UTF-16 code unit. */
function escaped(char: string): string {
  let out = '';
  for (let i = 0; i < char.length; i++) out += `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
