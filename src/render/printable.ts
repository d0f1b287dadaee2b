/**
 * Names come from processes and files, which choose them: bytes that are no UTF-8, escape sequences, newlines, marks
 * that reverse the direction of text. Two ways out: `printable` for people, in which nothing can act, and
 * `lossless` for JSON, from which the bytes can be had back.
 */

import { replaceEach } from '../model/text.ts';

const PLAIN = /^[\x20-\x7e]*$/;
const ASCII = /^[\x00-\x7f]*$/;

/**
 * Latin1 text (one char a byte) as readable Unicode: valid UTF-8 is decoded; whatever could act on a terminal, and
 * every byte that is no UTF-8, becomes \xNN or \u{NNNN}.
 */
export function printable(text: string): string {
  if (INERT.test(text)) return text;
  const plain = visible(text);
  return COMMAND.test(plain) ? plain.replace(COMMANDS, '$1\\x3a:').replaceAll('##[', '#\\x23[') : plain;
}

/** ASCII without colons and hash signs, as nearly all names are. */
const INERT = /^[\x20-\x22\x24-\x39\x3b-\x7e]*$/;
/** Workflow commands of GitHub, which act at the beginning of a line; where a table wraps, that is behind any blank. */
const COMMAND = /(?:^|\s)::|##\[/;
const COMMANDS = /(^|\s)::/g;

/** As `printable`, for what no log is made of: colons stay as they are. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return replaceEach(lossless(text), activeOf(text), char => {
    const code = char.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * Controls, format marks (bidirectional, zero-width), surrogates, unassigned; line separators; variation selectors. V8
 * collects the characters when it meets the expression, which takes as long as a process's first mappings: of ASCII, as
 * command lines of several lines are, the controls alone are asked for.
 */
const activeOf = (text: string): RegExp =>
  ASCII.test(text) ? /[\x00-\x1f\x7f]/g : /\p{C}|\p{Zl}|\p{Zp}|[\ufe00-\ufe0f]/gu;

/**
 * Latin1 text (one char a byte) as Unicode that loses nothing: a byte 0xNN that is not part of valid UTF-8 becomes the
 * lone surrogate U+DCNN, which JSON writes as "\udcNN" (Python's surrogateescape, PEP 383).
 */
export function lossless(text: string): string {
  if (ASCII.test(text)) return text;
  // In pieces: V8 keeps a text that grows by characters as a tree of them all.
  const pieces: string[] = [];
  let out = '';
  for (let i = 0; i < text.length; ) {
    if (out.length >= PIECE) {
      pieces.push(out);
      out = '';
    }
    const length = sequenceLength(text, i);
    if (length === 0) {
      out += String.fromCharCode(0xdc00 + text.charCodeAt(i));
      i++;
    } else {
      out += length === 1 ? text[i]! : String.fromCodePoint(decode(text, i, length));
      i += length;
    }
  }
  return pieces.length === 0 ? out : pieces.join('') + out;
}

const PIECE = 1024;

/** Length of the valid UTF-8 sequence at `i` (RFC 3629: no overlong forms, no surrogates); 0 where there is none. */
function sequenceLength(text: string, i: number): number {
  const first = text.charCodeAt(i);
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let j = 1; j < length; j++) if ((text.charCodeAt(i + j) & 0xc0) !== 0x80) return 0;
  if (length < 3) return length;
  const code = decode(text, i, length);
  const valid =
    length === 3 ? code >= 0x800 && (code < 0xd800 || code > 0xdfff) : code >= 0x10000 && code <= 0x10ffff;
  return valid ? length : 0;
}

function decode(text: string, i: number, length: number): number {
  const first = text.charCodeAt(i);
  let code = length === 1 ? first : first & (0xff >> (length + 1));
  for (let j = 1; j < length; j++) code = (code << 6) | (text.charCodeAt(i + j) & 0x3f);
  return code;
}
