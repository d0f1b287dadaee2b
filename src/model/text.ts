/** Parts of long texts: V8 makes a slice by reference, so that it costs little and keeps the whole text alive. */

/** A copy that keeps no other text alive. */
export const ownText = (slice: string): string => ` ${slice}`.slice(1);

/** Does `text` have `part` at `at`? Comparing a slice is one comparison of memory; startsWith goes one character at a time. */
export const isAt = (text: string, at: number, part: string): boolean =>
  text.slice(at, at + part.length) === part;

/** After the last slash; the whole path where there is none. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const PIECE = 1 << 12;

/**
 * As text.replace(pattern, replacer), piece by piece: V8 aborts where there are tens of millions of matches at once, and keeps
 * those of the last few hundred texts.
 */
export function replaceEach(text: string, pattern: RegExp, replacer: (match: string) => string): string {
  if (text.length <= PIECE) return text.replace(pattern, replacer);
  let out = '';
  for (let at = 0; at < text.length; ) {
    let end = at + PIECE;
    // Two halves of one character stay together.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
    out += text.slice(at, end).replace(pattern, replacer);
    at = end;
  }
  return out;
}

/**
 * Of a map. V8 tells strings of more than 16,383 characters apart by comparing them, one with all others of its length, and a
 * process in a folder that lies deep enough has mapped files of such names.
 */
export const LONGEST_KEY = 12_000;

/** Of what is longer: its length, its beginning and its end. */
export const keyOf = (text: string): string =>
  text.length <= LONGEST_KEY
    ? text
    : `${text.length} ${text.slice(0, LONGEST_KEY / 2)}/${text.slice(-LONGEST_KEY / 2)}`;
