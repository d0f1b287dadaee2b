/** The small decisions of the command line. Whole command lines are in test/golden. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFailure, exitCodeOf, worst } from '../../src/cli/failure.ts';
import { overlaps, parseRange } from '../../src/cli/range.ts';
import { parseTargets } from '../../src/cli/targets.ts';
import { choosePalette, terminalWidth } from '../../src/cli/terminal.ts';
import { VERSION } from '../../src/model/version.ts';
import { ANSI, PLAIN } from '../../src/render/palette.ts';
import { TargetError } from '../../src/source/errors.ts';
import { ROOT } from '../support/shell.ts';

it('VERSION is that of the package', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

describe('-A', () => {
  const TOP = 0xffffffffffffffffn;

  it.each([
    [',', 0n, TOP],
    ['', 0n, TOP],
    ['c00fee', 0xc00feen, 0xc00feen],
    ['0xc00fee', 0xc00feen, 0xc00feen],
    ['0XC00FEE', 0xc00feen, 0xc00feen],
    ['c00fee,', 0xc00feen, TOP],
    [',c00fee', 0n, 0xc00feen],
    ['c00,fee', 0xc00n, 0xfeen],
    ['0', 0n, 0n],
    ['0,0', 0n, 0n],
    ['ffffffffffffffff', TOP, TOP],
    [',ffffffffffffffff', 0n, TOP],
  ])('takes %j', (text, low, high) => {
    expect(parseRange(text)).toEqual({ low, high });
  });

  it.each([
    ...[
      ', ',
      ' ,',
      ' , ',
      'bad ',
      ' bad',
      ',,',
      ',bad,',
      'bad_beef',
      'someinvalidtext',
      ',someinvalidtext',
      '-1',
    ],
    ...['f0000000000000000', '0x', '1,2,3', '0x0x1', '1-2', '１'],
  ])('refuses %j', text => {
    expect(() => parseRange(text)).toThrow(TargetError);
  });

  // procps and uutils: a hit iff rl < high && low <= rh, for a mapping [low, high) and an inclusive range [rl, rh].
  const vma = { start: 0x1000n, end: 0x3000n };
  it.each([
    ['1000', true],
    ['2fff', true],
    ['fff', false],
    ['3000', false],
    ['0,fff', false],
    ['0,1000', true],
    ['2fff,', true],
    ['3000,', false],
    ['2fff,1000', true],
    ['3000,fff', false],
    ['ffffffffffffffff,0', false],
    [',', true],
  ])('%s overlaps 1000-3000: %s', (range, hit) => {
    expect(overlaps(parseRange(range), vma)).toBe(hit);
  });

  it('is told in the words of a user', () => {
    expect(
      describeFailure(
        null,
        failureOf(() => parseRange('12g')),
      ),
    ).toBe(
      "vmaexplain: -A takes LOW[,HIGH] in hexadecimal, not '12g'\n  for example: -A 7f0000000000,7fffffffffff\n",
    );
  });
});

describe('targets', () => {
  it.each([
    ['1234', 'process'],
    ['/proc/1234', 'process'],
    ['/proc/1234/', 'process'],
    ['0', 'process'],
    ['./1234', 'file'],
    ['/proc/1234/maps', 'file'],
    ['/proc/self', 'file'],
    ['12a', 'file'],
    ['', 'file'],
    ['-', 'standard-input'],
    ['--', 'file'],
  ])('%j is a %s', (word, kind) => {
    expect(parseTargets([word], 7)[0]!.kind).toBe(kind);
  });

  it('are the parent process if none are named', () => {
    expect(parseTargets([], 7)).toEqual([{ kind: 'process', name: '7', pid: 7 }]);
  });

  it('keep their order', () => {
    expect(parseTargets(['b', '2', '-', '1', 'b'], 7).map(({ name }) => name)).toEqual([
      'b',
      '2',
      'standard input',
      '1',
      'b',
    ]);
  });
});

describe('colour', () => {
  it('is as the option says, whatever the environment', () => {
    expect(choosePalette('always', true, { NO_COLOR: '1' })).toBe(ANSI);
    expect(choosePalette('never', false, { FORCE_COLOR: '1' })).toBe(PLAIN);
  });

  it.each([
    [{ FORCE_COLOR: '1' }, ANSI],
    [{ FORCE_COLOR: '' }, PLAIN],
    [{ FORCE_COLOR: '0' }, PLAIN],
    [{ NO_COLOR: '1' }, PLAIN],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, PLAIN],
    [{ NO_COLOR: '', FORCE_COLOR: '1' }, ANSI],
  ])('with %j', (env, palette) => {
    expect(choosePalette('auto', true, env)).toBe(palette);
  });

  it('does not go into a file by itself', () => {
    expect(choosePalette('auto', true, { TERM: 'xterm-256color' })).toBe(PLAIN);
  });
});

describe('the width', () => {
  it.each([
    ['80', 80],
    ['1', 1],
  ])('is COLUMNS: %s', (columns, width) => {
    expect(terminalWidth(false, { COLUMNS: columns })).toBe(width);
  });

  it('is without bound in a file', () => {
    expect(terminalWidth(true, { COLUMNS: '80' })).toBe(null);
  });
});

describe('failures', () => {
  it.each([
    ['unusable', 2],
    ['missing', 3],
    ['permission', 3],
  ] as const)('of kind %s exit with %d', (kind, code) => {
    expect(exitCodeOf(new TargetError(kind, 'x'))).toBe(code);
  });

  it('that nobody expected exit with 2', () => {
    expect(exitCodeOf(new Error('x'))).toBe(2);
  });

  it('have one line, and one for the remedy, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (where, what) => {
        const told = describeFailure(latin1(where), new TargetError('unusable', latin1(what), latin1(what)));
        expect(told.split('\n').length).toBe(what === '' ? 2 : 3);
        expect(told.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
      }),
    );
  });

  it('count as the worst of them', () => {
    const codes = [0, 1, 2, 3] as const;
    for (const a of codes) for (const b of codes) expect(worst(a, b)).toBe(Math.max(a, b));
  });
});

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

function failureOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
