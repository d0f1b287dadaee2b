/**
 * All names of the evidence are latin1 text: one char a byte, so that nothing is lost of names that are no UTF-8. What
 * comes from elsewhere (the command line, JSON) is brought into that form here.
 */

/** Unicode text as its UTF-8 bytes, one char a byte; a lone surrogate U+DC00 + byte gives that byte back. */
export function oneCharAByte(text: string): string {
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) out += char;
    else if (code >= 0xdc80 && code <= 0xdcff) out += String.fromCharCode(code - 0xdc00);
    else out += Buffer.from(char).toString('latin1');
  }
  return out;
}
