/** Names of files and arguments that try to act on whatever shows them. One char a byte, as paths are in this project. */

const bytes = (text: string): string => Buffer.from(text).toString('latin1');

export const HOSTILE_NAMES: readonly (readonly [string, string])[] = [
  ['a newline', 'new\nline'],
  ['a carriage return and a backspace', 'good\rbad\b'],
  ['a tab', 'tab\there'],
  ['escape sequences', '\x1b[2J\x1b]0;owned\x07'],
  ['a C1 control', bytes('\u009b31mred')],
  ['text from right to left', bytes('gpj.\u202eexe')],
  ['invisible characters', bytes('a\u200b\ufeffb')],
  ['a line separator', bytes('a\u2028b')],
  ['bytes that are no UTF-8', '\xff\xfe\xc0\xaf\xed\xa0\x80'],
  ['what the kernel appends', 'gone (deleted)'],
  ['a backslash', 'back\\slash\\'],
  ['an escape of the kernel', 'literal\\012newline'],
  ['a formula', '=cmd|calc!A0'],
  ['a plus', '+1'],
  ['a dash', '-rf'],
  ['an at sign', '@SUM(1)'],
  ['quotes', 'double"single\'back`'],
  ['markup', '<b onload=x>&amp;]]><!--'],
  ['a workflow command', '::error::owned ##[error]x %0A'],
  ['cells of a table', 'a|b | c,d;e'],
  ['a link', '[click](javascript:alert(1))'],
  ['Markdown', '**bold** _it_ #1 @octocat https:x'],
  ['a bracket name', '[heap]'],
  ['blanks at the ends', '  spaced  '],
  ['255 bytes', 'x'.repeat(255)],
];
