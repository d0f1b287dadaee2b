/** How deep JSON may nest, and how many lists, objects and members it may have: up to 70 bytes each once it is parsed. */
const DEEPEST = 32;
const MOST = 2_000_000;

/** Why a JSON text is not to be parsed; null where it may be. Strings are passed over, whatever they hold. */
export function whyTooComplex(text: string): string | null {
  let depth = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (code === BRACKET || code === BRACE) {
      if (++depth > DEEPEST) return `it nests deeper than ${DEEPEST} levels`;
      if (++count > MOST) return `it has more than ${MOST} lists and objects`;
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth--;
    else if (code === COMMA && ++count > MOST) return `it has more than ${MOST} members`;
  }
  return null;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const BACKSLASH = 0x5c;

/** Position of the quote that ends a string; the text's length where there is none. */
function endOfString(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let escapes = 0;
    while (quote - 1 - escapes >= from && text.charCodeAt(quote - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote;
    at = quote + 1;
  }
}
