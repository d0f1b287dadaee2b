/** Names that try to act on the terminal of whoever reads them. They come as bytes, one char each. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS, type FormatName } from '../../src/render/formats.ts';
import type { RenderOptions, View } from '../../src/render/options.ts';
import { ANSI } from '../../src/render/palette.ts';
import { printable } from '../../src/render/printable.ts';
import { reportOf } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { DYNAMIC, LAZY, mapped, STACK } from '../support/worlds.ts';

const bytes = (text: string): string => Buffer.from(text).toString('latin1');

describe('printable', () => {
  it.each([
    ['colours', bytes('\x1b[31mred'), '\\x1b[31mred'],
    ['a title for the window', bytes('\x1b]0;owned\x07'), '\\x1b]0;owned\\x07'],
    ['a newline', bytes('a\nb'), 'a\\x0ab'],
    ['carriage return and backspace', bytes('good\rbad\b'), 'good\\x0dbad\\x08'],
    ['a tab', bytes('a\tb'), 'a\\x09b'],
    ['NUL and DEL', bytes('\0\x7f'), '\\x00\\x7f'],
    ['a C1 control in UTF-8', bytes('\u009b2J'), '\\x9b2J'],
    ['a C1 control as a bare byte', '\x9b2J', '\\x9b2J'],
    ['text from right to left', bytes('gpj.\u202eexe'), 'gpj.\\u{202e}exe'],
    ['isolates', bytes('a\u2066b\u2069'), 'a\\u{2066}b\\u{2069}'],
    ['zero width', bytes('a\u200bb\u200d\ufeff'), 'a\\u{200b}b\\u{200d}\\u{feff}'],
    ['a soft hyphen', bytes('a\u00adb'), 'a\\xadb'],
    ['line and paragraph separators', bytes('a\u2028b\u2029c'), 'a\\u{2028}b\\u{2029}c'],
    ['variation selectors', bytes('a\ufe0f'), 'a\\u{fe0f}'],
    ['tags', bytes('a\u{e0041}'), 'a\\u{e0041}'],
    ['private use', bytes('\ue000'), '\\u{e000}'],
    ['bytes that are no UTF-8', '\xff\xfe', '\\xff\\xfe'],
    ['an overlong slash', '\xc0\xaf', '\\xc0\\xaf'],
    ['half of a letter', bytes('é').slice(0, 1), '\\xc3'],
    ['a surrogate in UTF-8', '\xed\xa0\x80', '\\xed\\xa0\\x80'],
    ['a workflow command of GitHub', '::error::x ::set-env', '\\x3a:error::x \\x3a:set-env'],
    ['its old form', 'a##[error]b', 'a#\\x23[error]b'],
    ['beyond Unicode', '\xf4\x90\x80\x80', '\\xf4\\x90\\x80\\x80'],
  ])('shows %s', (_, name, shown) => {
    expect(printable(name)).toBe(shown);
  });

  it.each(['/usr/lib/libc.so.6', ' ~', 'café', '日本語', 'Ελλάδα', '🎈', '[heap]', 'a\\x1bb'])(
    'leaves %s alone',
    name => {
      expect(printable(bytes(name))).toBe(name);
    },
  );

  it('takes text of any length', () => {
    // Two million matches, and an emoji at every place where the text might be divided.
    const [long, emoji] = ['a\x80'.repeat(2_000_000), bytes('a🎈').repeat(300_000)];
    expect(printable(long)).toBe('a\\x80'.repeat(2_000_000));
    expect(printable(`\x01${emoji}`)).toBe(`\\x01${'a🎈'.repeat(300_000)}`);
  });

  it('lets nothing through that acts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), array => {
        expect(printable(Buffer.from(array).toString('latin1'))).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 3000 },
    );
  });
});

/** Everything that a process or a file can choose. */
const EVIL = bytes('\x1b[2J\u202e\t\u009b\n\x9b\u2028=cmd|\u200b"');

const report = reportOf({
  modules: {
    app: {
      path: `/bin/${EVIL}`,
      base: 0x563412340000n,
      role: 'executable',
      elf: elf(DYNAMIC, ...LAZY.map(word => word.replace('.data.rel.ro', '.data\x1b[2J\x9b'))),
    },
    gone: {
      path: `/lib/${EVIL}`,
      base: 0x7f1000000000n,
      elf: { reason: 'error', message: `no ${EVIL}` },
    },
  },
  maps: `${mapped('app')}\n gone:0000-1000 r--p {}\n ${STACK}`,
  process: { command: EVIL, executable: EVIL },
});
const evilEvidence = { ...report, notes: [{ code: 'x', message: EVIL }] };

describe('no format lets names act', () => {
  const base: RenderOptions = { ...IN_A_PIPE, fullPath: true, explain: true };
  const views: readonly View[] = ['default', 'x', 'd', 'X', 'XX'];
  const variants: Readonly<Record<string, RenderOptions>> = {
    ...Object.fromEntries(views.map(view => [view, { ...base, view }])),
    narrow: { ...base, width: 60 },
    short: { ...base, fullPath: false, explain: false },
    coloured: { ...base, palette: ANSI },
  };
  for (const name of Object.keys(FORMATS) as FormatName[])
    for (const [variant, options] of Object.entries(variants))
      it(`${name}, ${variant}`, async () => {
        const render = await FORMATS[name].load();
        const text = [...render(evilEvidence, options)].join('');
        // Of its own it writes newlines, colours if asked, and CSV ends lines with CR LF.
        const rest = text
          .replaceAll('\r\n', '\n')
          .replace(/\x1b\[\d+m/g, options.palette === ANSI ? '' : '$&');
        expect(text.length).toBeGreaterThan(300);
        expect(rest.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(rest).not.toMatch(/^cmd|^=cmd/m);
      });
});
