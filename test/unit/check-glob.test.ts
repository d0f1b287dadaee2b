/** Globs, against regular expressions that say the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/check/glob.ts';

/** The same by a regular expression, which may take for ever. */
function slowTwin(pattern: string): RegExp {
  const body = pattern.replace(/\*\*+|\*|\?|[\\^$.|+()[\]{}]/g, token =>
    token.startsWith('**') ? '[^]*' : token === '*' ? '[^/]*' : token === '?' ? '[^/]' : `\\${token}`,
  );
  return new RegExp(`^${body}$`);
}

describe('globs', () => {
  it.each([
    ['/usr/lib/*', '/usr/lib/libc.so.6', true],
    ['/usr/lib/*', '/usr/lib/x/libc.so.6', false],
    ['/usr/**', '/usr/lib/x/libc.so.6', true],
    ['/usr/**/libc.so.?', '/usr/lib/x/libc.so.6', true],
    ['libc.so.*', '/usr/lib/libc.so.6', true],
    ['lib', '/usr/lib/libc.so.6', false],
    ['[vdso]', '[vdso]', true],
    ['*', '', true],
    ['/opt/é', '/opt/\xc3\xa9', true],
    ['/opt/\udcff', '/opt/\xff', true],
    ['.*', 'a', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected);
  });

  it('match what a regular expression matches', () => {
    const letter = fc.constantFrom('a', 'b', '/', '.', '[');
    const token = fc.oneof(letter, fc.constantFrom('*', '**', '?'));
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 8 }),
        fc.array(letter, { maxLength: 10 }),
        (tokens, letters) => {
          const [pattern, path] = [`/${tokens.join('')}`, `/${letters.join('')}`];
          expect(compileGlob(pattern)(path)).toBe(slowTwin(pattern).test(path));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('take no longer than pattern times path', () => {
    const started = performance.now();
    expect(compileGlob(`/${'*a'.repeat(50)}b`)(`/${'a'.repeat(4096)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
