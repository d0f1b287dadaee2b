import { describe, expect, it } from 'vitest';
import { codes, parseAll, parseOne, showAll } from './text-support.ts';

describe('busybox', () => {
  it('prints kernel permissions and full paths', () => {
    const process = parseOne(`1234: sleep 1000
00005615cc90c000       8K r--p  /usr/bin/sleep
00005615cc90e000      20K r-xp  /usr/bin/sleep
00005615cd813000     132K rw-p  [heap]
00007f1c3a800000       4K rw-s    [ anon ]
mapped: 164K
`);
    expect(process).toMatchObject({ variant: 'busybox', pid: 1234, command: 'sleep 1000', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '5615cc90c000-5615cc90e000 r--p ~ ~ ~ /usr/bin/sleep',
      '5615cc90e000-5615cc913000 r-xp ~ ~ ~ /usr/bin/sleep',
      '5615cd813000-5615cd834000 rw-p ~ ~ ~ [heap]',
      '7f1c3a800000-7f1c3a801000 rw-s ~ ~ ~',
    ]);
    expect(codes(process)).toEqual(['no-offsets']);
  });

  it.each([
    ['with its header', 'Address\t\t  Kbytes     PSS   Dirty    Swap  Mode  Mapping\n'],
    ['quiet', ''],
  ])('-x counts PSS and private dirty pages, %s', (_, header) => {
    const process = parseOne(`1234: sleep 1000
${header}00005615cc90c000       8       4       0       0 r--p  /usr/bin/sleep
00005615cd813000     132       8       8       4 rw-p  [heap]
----------------  ------  ------  ------  ------
total\t\t     140      12       8       4
`);
    expect(process).toMatchObject({
      variant: 'busybox -x',
      figureNames: ['Pss', 'Private_Dirty', 'Swap'],
      badLineCount: 0,
    });
    expect(process.vmas[1]!.figures).toEqual([8192, 8192, 4096]);
  });
});

describe('toybox', () => {
  it('prints [anon] without blanks, and kernel names', () => {
    const process = parseOne(`1234: sleep
00005615cc90c000      8K r---- sleep
00005615cd813000    132K rw---   [heap]
00007f1c3a800000      4K rw---   [anon]
total               144K
`);
    expect(process).toMatchObject({ variant: 'toybox', command: 'sleep', badLineCount: 0 });
    expect(process.vmas.map(vma => vma.name)).toEqual(['sleep', '[heap]', '']);
    expect(process.limits[0]!.message).not.toContain('[heap]');
  });

  it('-x is told from others with four numbers by its header', () => {
    const text = `1234: sleep
Address           Kbytes     PSS   Dirty    Swap Mode  Mapping
00005615cc90c000       8       8       0       0 r---- sleep
----------------  ------  ------  ------  ------
total                  8       8       0       0
`;
    expect(parseOne(text)).toMatchObject({
      variant: 'toybox -x',
      figureNames: ['Pss', 'Private_Dirty', 'Swap'],
      badLineCount: 0,
    });
    const quiet = parseOne(text.replace(/Address.*\n/, ''));
    expect(quiet).toMatchObject({ variant: 'pmap -x', figureNames: [] });
    expect(showAll(quiet)).toEqual(['5615cc90c000-5615cc90e000 r--p ~ ~ ~ sleep']);
  });

  it('prints a total for a kernel thread', () => {
    expect(parseOne('2: \ntotal                 0K\n')).toMatchObject({ pid: 2, command: null, vmas: [] });
  });
});

describe('openSUSE and SLES', () => {
  it('reads five numbers, or dashes', () => {
    const process = parseOne(`4242:   sleep 1000
Address           Kbytes     RSS     PSS   Dirty    Swap  Mode  Mapping
0000561d9f7ff000      32      28      28       0       0 r-xp-  /usr/bin/sleep
00007ffde332c000      12       0       0       0       0 r--p-   [ anon ]
00007ffde332f000       8       -       -       -       - rw-s-   [ anon ]
----------------  ------  ------  ------  ------  ------
total kB              52      28      28       0       0
`);
    expect(process).toMatchObject({
      variant: 'openSUSE',
      figureNames: ['Rss', 'Pss', 'Dirty', 'Swap'],
      badLineCount: 0,
    });
    expect(process.vmas.map(vma => [vma.permissions, vma.name, vma.figures?.[0]])).toEqual([
      ['r-xp', '/usr/bin/sleep', 28672],
      ['r--p', '', 0],
      ['rw-s', '', null],
    ]);
  });

  it('reads SLES 11, with K after every number', () => {
    const process = parseOne(`4242:   sleep 1000
START               SIZE     RSS     PSS   DIRTY    SWAP PERM MAPPING
0000000000400000     24K     20K      5K      0K      0K r-xp /bin/sleep
00007ffc833cb000      4K      4K      0K      0K      0K r-xp [vdso]
Total:               28K     24K      5K      0K      0K

4K writable-private, 24K readonly-private, 0K shared, and 24K referenced
`);
    expect(process).toMatchObject({ variant: 'SLES 11', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '400000-406000 r-xp ~ ~ ~ /bin/sleep',
      '7ffc833cb000-7ffc833cc000 r-xp ~ ~ ~ [vdso]',
    ]);
    expect(process.vmas[0]!.figures).toEqual([20480, 5120, 0, 0]);
    expect(codes(process)).toEqual(['no-offsets']);
  });

  it('takes fewer columns from an English header', () => {
    const process = parseOne(`4242:   sleep
START               SIZE     RSS   DIRTY PERM MAPPING
0000000000400000     24K     20K      4K r-xp /bin/sleep
`);
    expect(process).toMatchObject({ variant: 'pmap', figureNames: ['Rss', 'Dirty'] });
    expect(process.vmas[0]!.figures).toEqual([20480, 4096]);
  });
});

describe('Solaris -x', () => {
  it('reads modes of five and six characters, and dashes', () => {
    const process = parseOne(`1234:   /usr/sbin/inetd
 Address  Kbytes     RSS    Anon  Locked Mode   Mapped File
00010000      56      56       -       - r-x--  inetd
0002C000       8       8       8       - rwx--  inetd
FEE00000       8       8       8       4 rwxsR    [ ism shmid=0xd9 ]
FFBFC000      16      16      16       - rw----    [ stack ]
-------- ------- ------- ------- -------
total Kb      88      88      32       4
`);
    expect(process).toMatchObject({
      variant: 'solaris -x',
      figureNames: ['Rss', 'Anonymous', 'Locked'],
      badLineCount: 0,
    });
    expect(showAll(process)).toEqual([
      '10000-1e000 r-xp ~ ~ ~ inetd',
      '2c000-2e000 rwxp ~ ~ ~ inetd',
      'fee00000-fee02000 rwxs ~ ~ ~ [ ism shmid=0xd9 ]',
      'ffbfc000-ffc00000 rw-p ~ ~ ~ [stack]',
    ]);
    expect(process.vmas[0]!.figures).toEqual([57344, null, null]);
  });
});

describe('uutils', () => {
  it('prints [ anon ] for anon_inode names as well', () => {
    const process = parseOne(`1234:   x
00007f1c3a600000      4K rw-s-   [ anon ]
 total                4K
`);
    expect(process.variant).toBe('procps default');
  });
});

describe('psutil', () => {
  const TEXT = `Address                     RSS  Mode    Mapping
0000000000400000          1200K  r-xp    /usr/bin/python2.7
0000000000838000             4K  r--p    /usr/bin/python2.7
00007f1c3a600000           1.2M  rw-p    [anon]
-------------------------------
Total                      2.4M
PID = 1234, name = python2.7
`;

  it('has no sizes, hence no mappings', () => {
    const process = parseOne(TEXT);
    expect(process).toMatchObject({ variant: 'psutil', vmas: [], badLineCount: 0 });
    expect(codes(process)[0]).toBe('no-ends');
  });
});

it("reads several programs' listings in one text", () => {
  const processes = parseAll(`1:   a
0000560000000000      4K r---- a
 total                4K
2: b
0000550000000000       4K r--p  /b
mapped: 4K
3:   c
Address           Kbytes     RSS   Dirty Mode  Mapping
0000540000000000       4       4       0 r---- c
---------------- ------- ------- ------- 
total kB               4       4       0
4:   d
     Address Perm   Offset Device Inode Size Rss Pss Mapping
540000000000 r--p 00000000  fe:00     7    4   4   4 d
540000001000-540000002000 r--p 00000000 fe:00 7                          /e
Size:                  4 kB
Rss:                   4 kB
5:   f
0000530000000000      4K r---- f
`);
  expect(processes.map(({ pid, kind, variant }) => [pid, kind, variant])).toEqual([
    [1, 'pmap', 'procps default'],
    [2, 'pmap', 'busybox'],
    [3, 'pmap', 'procps -x'],
    [4, 'pmap', 'procps -C'],
    [null, 'smaps', null],
    [5, 'pmap', 'procps default'],
  ]);
  expect(processes.map(process => process.vmas.length)).toEqual([1, 1, 1, 1, 1, 1]);
});
