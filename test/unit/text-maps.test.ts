import { describe, expect, it } from 'vitest';
import { UnrecognisedText } from '../../src/parse/text.ts';
import { codes, parseAll, parseOne, show, showAll } from './text-support.ts';

const MAPS = `5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
5576a6517000-5576a651c000 r-xp 00002000 fe:00 260131                     /usr/bin/sleep
7f1c3a600000-7f1c3a601000 rw-s 105830000 00:10 1075                      anon_inode:i915.gem
7f1c3a700000-7f1c3a701000 rw-s 00000000 103:03 18446744073709551615      /memfd:wayland-shm (deleted)
7f1c3a800000-7f1c3a801000 r-xp 00000000 fe:00 7                          /usr/bin/hello   world
7ffdedfb2000-7ffdedfd3000 rw-p 00000000 00:00 0                          [stack]
7ffdedfd3000-7ffdedfd4000 rw-p 00000000 00:00 0 
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;
const SMAPS = `5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
Size:                  8 kB
KernelPageSize:        4 kB
Rss:                   8 kB
THPeligible:           0
VmFlags: rd mr mw me 
7ffdedfb2000-7ffdedfd3000 rw-p 00000000 00:00 0                          [stack]
Size:                132 kB
KernelPageSize:        4 kB
Rss:                  12 kB
THPeligible:           1
VmFlags: rd wr mr mw me gd ac 
`;
const ROLLUP = `5615cc90c000-7fff9dfaa000 ---p 00000000 00:00 0                          [rollup]
Rss:                1700 kB
Pss_Anon:            100 kB
`;

describe('maps and smaps', () => {
  it('reads maps', () => {
    const process = parseOne(MAPS);
    expect(process).toMatchObject({
      kind: 'maps',
      variant: null,
      pid: null,
      figureNames: [],
      badLineCount: 0,
    });
    expect(showAll(process)).toEqual([
      '5576a6515000-5576a6517000 r--p 0 fe:00 260131 /usr/bin/sleep',
      '5576a6517000-5576a651c000 r-xp 2000 fe:00 260131 /usr/bin/sleep',
      '7f1c3a600000-7f1c3a601000 rw-s 105830000 00:10 1075 anon_inode:i915.gem',
      '7f1c3a700000-7f1c3a701000 rw-s 0 103:03 18446744073709551615 /memfd:wayland-shm (deleted)',
      '7f1c3a800000-7f1c3a801000 r-xp 0 fe:00 7 /usr/bin/hello   world',
      '7ffdedfb2000-7ffdedfd3000 rw-p 0 00:00 0 [stack]',
      '7ffdedfd3000-7ffdedfd4000 rw-p 0 00:00 0',
      'ffffffffff600000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]',
    ]);
    expect(process.vmas.map(vma => vma.file)).toEqual([0, 0, null, 1, 2, null, null, null]);
    expect(process.limits).toMatchObject([{ code: 'no-figures' }]);
  });

  it('reads smaps, which tells everything', () => {
    const process = parseOne(SMAPS);
    expect(process).toMatchObject({ kind: 'smaps', pageSizeHint: 4096, limits: [], badLineCount: 0 });
    expect(process.vmas[1]!.figures).toEqual([135168, 4096, 12288, 1]);
    expect(process.vmas[1]!.vmFlags).toEqual(['rd', 'wr', 'mr', 'mw', 'me', 'gd', 'ac']);
  });

  it('reads copies with collapsed white space', () => {
    expect(showAll(parseOne(MAPS.replace(/ +/g, ' ')))).toEqual(
      showAll(parseOne(MAPS)).map(line => line.replace('hello   world', 'hello world')),
    );
    expect(parseOne(SMAPS.replace(/ +/g, ' ')).vmas).toEqual(parseOne(SMAPS).vmas);
  });

  it('reads lines that end with CR LF', () => {
    for (const text of [MAPS, SMAPS]) {
      const dos = text.replaceAll('\n', '\r\n');
      for (const chunk of [1, 7, 73, 1e6]) expect(parseAll(dos, chunk)).toEqual(parseAll(text));
    }
  });

  it('reads what a Markdown code block sets in', () => {
    for (const indent of ['    ', '\t'])
      for (const text of [MAPS, SMAPS]) {
        const block = text.replace(/^(?=.)/gm, indent);
        for (const chunk of [1, 7, 1e6]) expect(parseAll(block, chunk)).toEqual(parseAll(text));
      }
  });

  it('reads what a mail quotes, also below text', () => {
    for (const text of [MAPS, SMAPS, '1234:   sleep 1000\n0000560000000000      4K r---- a\n'])
      for (const before of ['', 'Hello,\nhere it is:\n'])
        for (const chunk of [1, 7, 1e6]) {
          const [quoted] = parseAll(before + text.replace(/^(?=.)/gm, '> '), chunk);
          expect({ ...quoted, badLines: [], badLineCount: 0 }).toEqual(parseAll(text)[0]);
          expect(quoted!.badLineCount).toBe(before === '' ? 0 : 2);
        }
  });

  it('reads lines that end with CR LF below one that does not', () => {
    for (const text of [MAPS, SMAPS])
      for (const chunk of [1, 7, 1e6]) {
        const [below] = parseAll(`maps of sleep:\n${text.replaceAll('\n', '\r\n')}`, chunk);
        expect(showAll(below!)).toEqual(showAll(parseOne(text)));
      }
  });

  it('puts rows in order that were sorted, of one process', () => {
    const rows = MAPS.trimEnd().split('\n');
    const sorted = parseAll(`${rows.toReversed().join('\n')}\n`);
    expect(sorted).toHaveLength(1);
    expect(showAll(sorted[0]!)).toEqual(showAll(parseOne(MAPS)));
    expect(codes(sorted[0]!)).toContain('out-of-order');
    // Two processes have two stacks.
    expect(parseAll(`${[...rows, ...rows].toReversed().join('\n')}\n`).length).toBeGreaterThan(2);
  });

  it('gives no mapping the figures of others where the lines of smaps were sorted', () => {
    const [process] = parseAll(`${SMAPS.trimEnd().split('\n').toSorted().join('\n')}\n`);
    // Size, KernelPageSize, Rss and THPeligible of the first of two.
    expect(process!.badLineCount).toBe(4);
  });

  it('takes the process from a line in front', () => {
    expect(parseOne(`1234: sleep 1000\n${SMAPS}`)).toMatchObject({
      kind: 'smaps',
      pid: 1234,
      command: 'sleep 1000',
    });
    const [first, second] = parseAll(`==> /proc/12/maps <==\n${MAPS}\n==> /proc/13/smaps <==\n${SMAPS}`);
    expect(first).toMatchObject({ kind: 'maps', pid: 12, command: null, badLineCount: 0 });
    expect(second).toMatchObject({ kind: 'smaps', pid: 13, badLineCount: 0 });
  });

  it('divides processes where an address goes back', () => {
    const processes = parseAll(MAPS + SMAPS + MAPS);
    expect(processes.map(process => process.kind)).toEqual(['maps', 'smaps', 'maps']);
    expect(processes.map(process => process.vmas.map(show))).toEqual(
      [MAPS, SMAPS, MAPS].map(text => showAll(parseOne(text))),
    );
  });

  it('names bad lines by their number in the whole text', () => {
    const [first, second] = parseAll(`oops\n\n${MAPS}7f-zz r--p\n${SMAPS}5576 broken\n`);
    expect(first!.badLines).toEqual([
      { number: 1, text: 'oops' },
      { number: 11, text: '7f-zz r--p' },
    ]);
    expect(second!.badLines).toEqual([{ number: 24, text: '5576 broken' }]);
  });

  it.each([
    ['no permissions', '5576a6515000-5576a6517000 00000000 fe:00 1 /x'],
    ['no offset', '5576a6515000-5576a6517000 r--p fe:00 1 /x'],
    ['no device', '5576a6515000-5576a6517000 r--p 00000000 1 /x'],
    ['no end', '5576a6515000 r--p 00000000 fe:00 1 /x'],
    ['bad digits', '5576a651500g-5576a6517000 r--p 00000000 fe:00 1 /x'],
    ['an empty range', '5576a6515000-5576a6515000 r--p 00000000 fe:00 1 /x'],
    ['a reversed range', '5576a6517000-5576a6515000 r--p 00000000 fe:00 1 /x'],
    ['seventeen digits', '15576a65150000000-5576a651500000001 r--p 00000000 fe:00 1 /x'],
  ])('rejects a line with %s', (_, line) => {
    const process = parseOne(`${line}\n${MAPS}`);
    expect(process.badLines).toEqual([{ number: 1, text: line }]);
    expect(showAll(process)).toEqual(showAll(parseOne(MAPS)));
  });
});

describe('what cannot serve', () => {
  const refused = (text: string): string => {
    try {
      parseAll(text);
    } catch (error) {
      if (error instanceof UnrecognisedText) return error.message;
      throw error;
    }
    return 'accepted';
  };

  it('smaps_rollup', () => {
    expect(refused(ROLLUP)).toContain('smaps_rollup');
    expect(parseAll(SMAPS + ROLLUP)).toHaveLength(1);
  });

  it.each([
    [
      'a table',
      `COMMAND   PID USER   FD   TYPE DEVICE SIZE/OFF   NODE NAME
sleep   13652 root  cwd    DIR  254,0     4096      2 /
sleep   13652 root  txt    REG  254,0    43896 260131 /usr/bin/sleep
sleep   13652 root  DEL    REG  254,0          260132 /usr/lib/gone.so
`,
    ],
    ['without its header', 'my app   13652 root  mem    REG  254,0    43896 260131 /usr/bin/sleep\n'],
    ['-F', 'p13652\nfcwd\nn/root\nftxt\nn/usr/bin/sleep\n'],
  ])('lsof: %s', (_, text) => {
    expect(refused(text)).toMatch(/lsof, which has no addresses/);
  });

  it.each(['', '\n\n'])('%j', text => expect(refused(text)).toBe('it is empty'));

  it.each([
    'hello world\n',
    '12: word\n34: word\n',
    '\u007fELF\u0002\u0001\u0001',
    '{"a": 1}',
    'total 12K\n',
  ])('%j', text => {
    expect(refused(text)).toMatch(/^no line is one of .*pmap \(procps, busybox/);
  });
});
