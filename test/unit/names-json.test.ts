/** JSON gives names back exactly, and shown on a terminal it does nothing. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lossless } from '../../src/render/printable.ts';
import { stringify } from '../../src/render/stringify.ts';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

it.each([
  ['DEL and C1 controls', '\x7f\u009b2J', '"\\u007f\\u009b2J"'],
  ['marks that turn the direction of text', 'a\u202egnp.exe', '"a\\u202egnp.exe"'],
  ['invisible characters', 'a\u200b\ufeffb', '"a\\u200b\\ufeffb"'],
  ['line separators', 'a\u2028b', '"a\\u2028b"'],
  ['tags beyond the first plane', '\u{e0041}', '"\\udb40\\udc41"'],
  ['bytes that are no UTF-8', '\udc9b', '"\\udc9b"'],
  ['what is only unusual', 'café 日本', '"café 日本"'],
])('escapes %s', (_, name, json) => {
  expect(stringify([name])).toBe(`[${json}]`);
});

it('keeps its own newlines', () => {
  expect(stringify({ a: 'b\nc' }, 2)).toBe('{\n  "a": "b\\nc"\n}');
});

it('gives every string of bytes back', () => {
  const bytes = fc.uint8Array({ maxLength: 64 }).map(array => Buffer.from(array));
  const text = fc.string({ unit: 'binary' }).map(unicode => Buffer.from(unicode));
  fc.assert(
    fc.property(fc.oneof(bytes, text), original => {
      const [back] = JSON.parse(stringify([lossless(original.toString('latin1'))])) as [string];
      expect(latin1Of(back)).toBe(original.toString('latin1'));
    }),
    { seed: 5, numRuns: 2000 },
  );
});

/** As README tells readers of the JSON to do it (Python: os.fsencode). */
function latin1Of(text: string): string {
  return text.replace(/[\udc80-\udcff]|[^\udc80-\udcff]+/gu, run =>
    /^[\udc80-\udcff]$/u.test(run) ? String.fromCharCode(run.charCodeAt(0) - 0xdc00) : latin1(run),
  );
}
