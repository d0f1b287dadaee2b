/** The rules by which loaders map an image, one by one, each named as the ground truth names it. */
import { describe, expect, it } from 'vitest';
import { layout, type Prediction } from '../support/segment-words.ts';

type Case = readonly [
  rule: string,
  segments: readonly string[],
  expected: readonly string[],
  more?: Prediction,
];

function check(cases: readonly Case[], common: Prediction = {}): void {
  for (const [rule, segments, expected, more] of cases)
    it(rule, () => {
      const rules = { ...common.rules, ...more?.rules };
      expect(layout(segments, { ...common, ...more, rules })).toEqual(expected);
    });
}

const RW = 'LOAD rw- 3e00+200/300 @2e00';
const ORDINARY = ['LOAD r-- 0+500', 'LOAD r-x 1000+700', 'LOAD r-- 2000+100', RW];

describe('what the kernel loads: the executable and its interpreter', () => {
  check([
    [
      'B1 whole pages, as p_flags says',
      ORDINARY,
      ['0-1000 r-- @0', '1000-2000 r-x @1000', '2000-3000 r-- @2000', '3000-4000 rw- @2000', '4000-5000 rw-'],
    ],
    [
      'B1 every permission by itself',
      ['LOAD --- 0+1', 'LOAD --x 1000+1', 'LOAD -w- 2000+1'],
      ['0-1000 --- @0', '1000-2000 --x @1000', '2000-3000 -w- @2000'],
    ],
    [
      'B1 a later segment takes a shared page',
      ['LOAD r-x 0+1800', 'LOAD rw- 1800+100'],
      ['0-1000 r-x @0', '1000-2000 rw- @1000'],
    ],
    [
      'B1 a segment may cut another in two',
      ['LOAD r-- 0+3000', 'LOAD r-x 1000+800 @8000'],
      ['0-1000 r-- @0', '1000-2000 r-x @8000', '2000-3000 r-- @2000'],
    ],
    [
      'B1 the bias moves everything',
      ['LOAD r-- 400000+10 @0'],
      ['7f0000400000-7f0000401000 r-- @0'],
      { bias: 0x7f0000000000n },
    ],
    [
      'B2 a .bss tail is rw-, whatever the segment says',
      ['LOAD r-- 0+10/3000'],
      ['0-1000 r-- @0', '1000-3000 rw-'],
    ],
    ['B2 and executable where the segment is', ['LOAD r-x 0+10/3000'], ['0-1000 r-x @0', '1000-3000 rwx']],
    ['B2 none where the last page of the file holds it', ['LOAD rw- 0+10/1000'], ['0-1000 rw- @0']],
    [
      'B3 nothing in the file: anonymous from the page of vaddr on',
      ['LOAD rw- 1800+0/1000'],
      ['1000-3000 rw-'],
    ],
    ['B3 nothing at all: nothing', ['LOAD rw- 1800+0/0'], []],
    [
      'B5 holes are not mapped',
      ['LOAD r-- 0+10', 'LOAD r-x 200000+10 @1000'],
      ['0-1000 r-- @0', '200000-201000 r-x @1000'],
    ],
    [
      'B6 segments may be out of order',
      ['LOAD r-x 2000+10', 'LOAD r-- 0+10'],
      ['0-1000 r-- @0', '2000-3000 r-x @2000'],
    ],
    [
      'E1 equal permissions and contiguous offsets make one mapping',
      ['LOAD r-- 0+1000', 'LOAD r-- 1000+1000'],
      ['0-2000 r-- @0'],
    ],
    [
      'E1 other offsets do not',
      ['LOAD r-- 0+1000', 'LOAD r-- 1000+1000 @5000'],
      ['0-1000 r-- @0', '1000-2000 r-- @5000'],
    ],
    ['E1 a file page and .bss do not', ['LOAD rw- 0+1000/2000'], ['0-1000 rw- @0', '1000-2000 rw-']],
    ['no LOAD, no mapping', ['GNU_STACK rw- 0+0'], []],
  ]);
});

describe('what ld.so of glibc loads', () => {
  check(
    [
      [
        'C1 no hole, no reservation',
        ORDINARY.slice(0, 3),
        ['0-1000 r-- @0', '1000-2000 r-x @1000', '2000-3000 r-- @2000'],
      ],
      [
        'C1 C2 a hole stays mapped without access, its offset goes on',
        ['LOAD r-- 0+500', 'LOAD r-x 4000+700 @1000'],
        ['0-1000 r-- @0', '1000-4000 --- @1000 hole', '4000-5000 r-x @1000'],
      ],
      [
        'C1 the first offset counts',
        ['LOAD r-- 1000+500 @7000', 'LOAD r-x 4000+700 @8000'],
        ['1000-2000 r-- @7000', '2000-4000 --- @8000 hole', '4000-5000 r-x @8000'],
      ],
      [
        'C3 a .bss tail has the permissions of its segment',
        ['LOAD r-- 0+10/3000'],
        ['0-1000 r-- @0', '1000-3000 r--'],
      ],
      ['C3 an executable one too', ['LOAD r-x 0+10/3000'], ['0-1000 r-x @0', '1000-3000 r-x']],
      [
        'C3 nothing in the file but an odd address: one page of the file',
        ['LOAD r-- 0+10', 'LOAD rw- 1800+0/1000'],
        ['0-1000 r-- @0', '1000-2000 rw- @1000', '2000-3000 rw-'],
      ],
      [
        'C4 a program at fixed addresses gets no reservation',
        ['LOAD r-- 400000+500 @0', 'LOAD r-x 404000+700 @1000'],
        ['400000-401000 r-- @0', '404000-405000 r-x @1000'],
        { elf: { type: 'EXEC' } },
      ],
      [
        'D6 RELRO that reaches into a hole makes it readable',
        ['LOAD r-- 0+10', 'LOAD rw- 1000+800', 'LOAD rw- 4000+100', 'GNU_RELRO r-- 1000+800/2000'],
        [
          '0-1000 r-- @0',
          '1000-2000 r-- @1000 relro',
          '2000-3000 r-- @2000 hole relro',
          '3000-4000 --- @3000 hole',
          '4000-5000 rw- @4000',
        ],
      ],
    ],
    { rules: { loader: 'glibc' } },
  );
});

describe('what musl loads', () => {
  check(
    [
      [
        'C5 holes keep the file and permissions of the lowest segment',
        ['LOAD r-- 0+500', 'LOAD r-x 4000+700 @1000'],
        ['0-4000 r-- @0', '4000-5000 r-x @1000'],
      ],
      [
        'C5 and so merge with constants behind them',
        ['LOAD r-- 0+500', 'LOAD r-- 4000+700'],
        ['0-5000 r-- @0'],
      ],
      ['C5 read-only .bss is bytes of the file', ['LOAD r-- 0+500/3000'], ['0-3000 r-- @0']],
      ['C5 writable .bss is anonymous', ['LOAD rw- 0+500/3000'], ['0-1000 rw- @0', '1000-3000 rw-']],
      [
        'C5 an offset of the lowest segment leaves an extra tail',
        ['LOAD r-- 0+500 @2000'],
        ['0-3000 r-- @2000'],
      ],
      [
        'C6 text relocations leave everything rwx',
        ['LOAD r-- 0+500', 'LOAD r-x 1000+700', 'LOAD rw- 2000+800/2000'],
        ['0-3000 rwx @0', '3000-4000 rwx'],
        { elf: { textRelocations: true } },
      ],
    ],
    { rules: { loader: 'musl' } },
  );
});

/** Each with a page between it and the next. */
const MANY_RELROS = Array.from(
  { length: 65_535 },
  (_, i) => `GNU_RELRO r-- ${(i * 0x2000).toString(16)}+1000`,
);

describe('what bionic loads', () => {
  check(
    [
      [
        'C8 the reservation is anonymous',
        ['LOAD r-- 0+500', 'LOAD r-x 4000+700 @1000'],
        ['0-1000 r-- @0', '1000-4000 --- hole', '4000-5000 r-x @1000'],
      ],
      [
        'C8 every RELRO counts, and its end is rounded up',
        ['LOAD rw- 0+5000', 'GNU_RELRO r-- 0+800', 'GNU_RELRO r-- 3000+1'],
        ['0-1000 r-- @0 relro', '1000-3000 rw- @1000', '3000-4000 r-- @3000 relro', '4000-5000 rw- @4000'],
      ],
      [
        'C8 RELROs may overlap, in any order',
        ['LOAD rw- 0+6000', 'GNU_RELRO r-- 3000+2000', 'GNU_RELRO r-- 1000+1000', 'GNU_RELRO r-- 1800+2000'],
        ['0-1000 rw- @0', '1000-5000 r-- @1000 relro', '5000-6000 rw- @5000'],
      ],
      [
        'C8 as many RELROs as a file can have, all under one',
        ['LOAD rw- 0+20000000', ...MANY_RELROS, 'GNU_RELRO r-- 0+20000000'],
        ['0-20000000 r-- @0 relro'],
      ],
    ],
    { rules: { loader: 'bionic', relroRoundsUp: true } },
  );
});

describe('an executable of bionic', () => {
  check(
    [
      [
        'is mapped by the kernel, and has its RELRO rounded up all the same',
        ['LOAD rw- 0+3000', 'GNU_RELRO r-- 0+800'],
        ['0-1000 r-- @0 relro', '1000-3000 rw- @1000'],
      ],
    ],
    { rules: { relroRoundsUp: true } },
  );
});

describe('RELRO', () => {
  const relro = (words: string): readonly string[] => ['LOAD rw- 3e00+1400 @2e00', `GNU_RELRO r-- ${words}`];
  check([
    [
      'D1 start and end are rounded down',
      relro('3e00+1200'),
      ['3000-5000 r-- @2000 relro', '5000-6000 rw- @4000'],
    ],
    ['D1 nothing remains of less than a page', relro('3e00+1ff'), ['3000-6000 rw- @2000']],
    [
      'D2 the last of several counts',
      ['LOAD rw- 0+4000', 'GNU_RELRO r-- 0+1000', 'GNU_RELRO r-- 2000+1000'],
      ['0-2000 rw- @0', '2000-3000 r-- @2000 relro', '3000-4000 rw- @3000'],
    ],
    [
      'D3 it does not merge with constants before it, contiguous as they may be',
      ['LOAD r-- 0+1000', 'LOAD rw- 1000+2000', 'GNU_RELRO r-- 1000+1000'],
      ['0-1000 r-- @0', '1000-2000 r-- @1000 relro', '2000-3000 rw- @2000'],
    ],
    [
      'D4 equal offset and permissions twice',
      [...ORDINARY.slice(0, 3), 'LOAD rw- 3e00+400 @2e00', 'GNU_RELRO r-- 3e00+200'],
      [
        '0-1000 r-- @0',
        '1000-2000 r-x @1000',
        '2000-3000 r-- @2000',
        '3000-4000 r-- @2000 relro',
        '4000-5000 rw- @3000',
      ],
    ],
    [
      'D5 a partial last page stays writable',
      relro('3e00+2ff'),
      ['3000-4000 r-- @2000 relro', '4000-6000 rw- @3000'],
    ],
    [
      'D7 over code it takes execution away',
      ['LOAD r-x 0+2000', 'GNU_RELRO r-- 0+1000'],
      ['0-1000 r-- @0 relro', '1000-2000 r-x @1000'],
    ],
    [
      'D7 over .bss it makes anonymous memory read-only',
      ['LOAD rw- 0+1000/3000', 'GNU_RELRO r-- 0+2000'],
      ['0-1000 r-- @0 relro', '1000-2000 r-- relro', '2000-3000 rw-'],
    ],
    [
      'D8 static musl does not apply it',
      relro('3e00+1200'),
      ['3000-6000 rw- @2000'],
      { rules: { relro: false } },
    ],
  ]);
});

describe('the process', () => {
  check([
    [
      'G2 READ_IMPLIES_EXEC: segments merge',
      ['LOAD r-- 0+1000', 'LOAD r-x 1000+1000', 'LOAD rw- 2000+2000/4000', 'GNU_RELRO r-- 2000+1000'],
      ['0-2000 r-x @0', '2000-3000 r-x @2000 relro', '3000-4000 rwx @3000', '4000-6000 rwx'],
      { rules: { readImpliesExec: true } },
    ],
    [
      'G2 what is not readable does not become executable',
      ['LOAD -w- 0+1'],
      ['0-1000 -w- @0'],
      { rules: { readImpliesExec: true } },
    ],
    [
      'O2 larger pages: all mappings may show one offset',
      ['LOAD r-- 0+500', 'LOAD r-x 10500+700 @500', 'LOAD rw- 20c00+10 @c00'],
      ['0-4000 r-- @0', '10000-14000 r-x @0', '20000-24000 rw- @0'],
      { rules: { pageSize: 16384 } },
    ],
  ]);
});
