import { describe, expect, it } from 'vitest';
import { bytesOf, codes, figure, parseAll, parseOne, show, showAll } from './text-support.ts';

const DEFAULT = `1234:   sleep 1000
00005615cc90c000      8K r---- sleep
00005615cc90e000     20K r-x-- sleep
00005615cd813000    132K rw---   [ anon ]
00007f1c3a600000      4K rw-s-   [ shmid=0x1f ]
00007f1c3a601000      4K rw-s- memfd:wayland-shm (deleted)
00007f1c3a800000   1368K r-x-- libc.so.6
00007ffdedfb2000    132K rw---   [ stack ]
ffffffffff600000      4K --x--   [ anon ]
 total             1672K
`;

describe('procps default', () => {
  it('reads every row', () => {
    const process = parseOne(DEFAULT);
    expect(process).toMatchObject({
      kind: 'pmap',
      variant: 'procps default',
      pid: 1234,
      command: 'sleep 1000',
      figureNames: [],
      pageSizeHint: null,
      badLineCount: 0,
    });
    expect(showAll(process)).toEqual([
      '5615cc90c000-5615cc90e000 r--p ~ ~ ~ sleep',
      '5615cc90e000-5615cc913000 r-xp ~ ~ ~ sleep',
      '5615cd813000-5615cd834000 rw-p ~ ~ ~',
      '7f1c3a600000-7f1c3a601000 rw-s ~ ~ ~ [ shmid=0x1f ]',
      '7f1c3a601000-7f1c3a602000 rw-s ~ ~ ~ /memfd:wayland-shm (deleted)',
      '7f1c3a800000-7f1c3a956000 r-xp ~ ~ ~ libc.so.6',
      '7ffdedfb2000-7ffdedfd3000 rw-p ~ ~ ~ [stack]',
      'ffffffffff600000-ffffffffff601000 --xp ~ ~ ~',
    ]);
  });

  it('counts base names as files, and special names not', () => {
    const process = parseOne(DEFAULT);
    expect(process.files.map(file => file.name)).toEqual([
      'sleep',
      '/memfd:wayland-shm (deleted)',
      'libc.so.6',
    ]);
    expect(process.vmas.map(vma => vma.file)).toEqual([0, 0, null, null, 1, 2, null, null]);
  });

  it('sums up in one note what is missing', () => {
    const { limits } = parseOne(DEFAULT);
    expect(limits.map(note => note.code)).toEqual(['no-offsets']);
    expect(limits[0]!.message).toMatch(/no file offsets.*no inode numbers.*base names only.*\[heap\]/);
  });

  it('needs neither header nor footer (-q)', () => {
    const lines = DEFAULT.split('\n');
    expect(showAll(parseOne(lines.slice(0, -2).join('\n')))).toEqual(showAll(parseOne(DEFAULT)));
    expect(parseOne(lines.slice(1).join('\n'))).toMatchObject({ pid: null, command: null });
  });

  it('knows 3.3.0-3.3.6 by two blanks before a full path', () => {
    const process = parseOne('7:   sleep\n00005615cc90c000      8K r----  /usr/bin/sleep\n');
    expect(process.variant).toBe('procps 3.3.0-3.3.6 default');
    expect(showAll(process)).toEqual(['5615cc90c000-5615cc90e000 r--p ~ ~ ~ /usr/bin/sleep']);
    expect(process.limits[0]!.message).not.toContain('base names');
  });

  it('keeps full paths of -p, kernel names of -k, and blanks within names', () => {
    const process = parseOne(`7:   x
0000560000000000      8K r---- /usr/bin/hello   world
0000560000010000      8K rw--- [heap]
0000560000020000      8K r---- /tmp/gone (deleted)
0000560000030000      8K r---- b]
`);
    expect(process.variant).toBe('procps default');
    expect(process.vmas.map(vma => vma.name)).toEqual([
      '/usr/bin/hello   world',
      '[heap]',
      '/tmp/gone (deleted)',
      'b]',
    ]);
    expect(process.vmas.map(vma => vma.file)).toEqual([0, null, 1, null]);
  });

  it('reads 32-bit widths', () => {
    const process = parseOne(
      '7:   x\n08048000      8K r-x-- x\nbffdf000    132K rw---   [ stack ]\n total      140K\n',
    );
    expect(showAll(process)).toEqual([
      '8048000-804a000 r-xp ~ ~ ~ x',
      'bffdf000-c0000000 rw-p ~ ~ ~ [stack]',
    ]);
  });

  it('warns that ? stands for unprintable bytes', () => {
    expect(codes(parseOne('7:   x\n0000560000000000      8K r---- ????.so\n'))).toEqual([
      'no-offsets',
      'unprintable-names',
    ]);
  });

  it('keeps names that are no ASCII as bytes', () => {
    const process = parseOne('7:   x\n0000560000000000      8K r---- Größe.so\n');
    expect(process.vmas[0]!.name).toBe(bytesOf('Größe.so'));
  });

  it('says when the total is another than the sum of the rows', () => {
    const process = parseOne(DEFAULT.replace('1672K', '9999K'));
    expect(process.limits.at(-1)).toMatchObject({ code: 'total-differs' });
    expect(process.limits.at(-1)!.message).toContain('9999K is not the sum of its rows, 1672K');
  });
});

describe('procps -x', () => {
  const EXTENDED = `1234:   sleep 1000
Address           Kbytes     RSS   Dirty Mode  Mapping
00005615cc90c000       8       8       0 r---- sleep
00005615cc911000       4       4       4 rw--- sleep
00007ffdedfb2000     132      12      12 rw---   [ stack ]
---------------- ------- ------- ------- 
total kB             144      24      16
`;

  it('reads RSS and Dirty in bytes', () => {
    const process = parseOne(EXTENDED);
    expect(process).toMatchObject({ variant: 'procps -x', figureNames: ['Rss', 'Dirty'], badLineCount: 0 });
    expect(process.vmas.map(vma => vma.figures)).toEqual([
      [8192, 0],
      [4096, 4096],
      [12288, 12288],
    ]);
    expect(codes(process)).toEqual(['no-offsets']);
  });

  it('drops the second rows of 3.3.2-3.3.12 and says so', () => {
    const doubled = EXTENDED.replace(
      /^(0000\S+) +\d+ +\d+ +\d+ (.*)$/gm,
      (row, address, tail) => `${row}\n${address}       0       0       0 ${tail}`,
    );
    const process = parseOne(doubled);
    expect(process.badLineCount).toBe(0);
    expect(process.variant).toBe('procps 3.3.2-3.3.12 -x');
    expect(process.vmas.map(vma => vma.figures)).toEqual(parseOne(EXTENDED).vmas.map(vma => vma.figures));
    expect(process.limits[1]).toMatchObject({ code: 'double-rows' });
    expect(process.limits[1]!.message).toMatch(/^3 empty second rows/);
  });

  it('knows 3.3.2-3.3.6 by three blanks in the header, and its footers', () => {
    const process = parseOne(`1234:   sleep 1000
Address           Kbytes     RSS   Dirty Mode   Mapping
00005615cc90c000       8       8       0 r----  /usr/bin/sleep
----------------  ------  ------  ------
total kB               8       8       0
`);
    expect(process).toMatchObject({ variant: 'procps 3.3.2-3.3.6 -x', badLineCount: 0 });
    expect(showAll(process)).toEqual(['5615cc90c000-5615cc90e000 r--p ~ ~ ~ /usr/bin/sleep']);
    expect(codes(process)).toEqual(['no-offsets']);
  });

  it('takes the dashes of 3.3.0 and 3.3.1 for no figures', () => {
    const process = parseOne(`1234:   sleep 1000
Address           Kbytes     RSS    Anon  Locked Mode   Mapping
00005615cc90c000       8       -       -       - r----  sleep
----------------  ------  ------  ------  ------
total kB               8       -       -       -
`);
    expect(process).toMatchObject({ variant: 'procps 3.3.0-3.3.1 -x', figureNames: [], badLineCount: 0 });
    expect(process.vmas.map(vma => vma.figures)).toEqual([null]);
  });

  it('reads a copy with collapsed white space', () => {
    const collapsed = EXTENDED.replace(/ +/g, ' ').replace(/ $/gm, '');
    expect(showAll(parseOne(collapsed))).toEqual(showAll(parseOne(EXTENDED)));
    expect(figure(parseOne(collapsed), 1, 'Dirty')).toBe(4096);
  });
});

describe('procps -d', () => {
  const DEVICE = `1234:   sleep 1000
Address           Kbytes Mode  Offset           Device    Mapping
00005615cc90c000       8 r---- 0000000000000000 0fe:00000 sleep
00005615cc90e000      20 r-x-- 0000000000002000 0fe:00000 sleep
00005615cd813000     132 rw--- 0000000000000000 000:00000   [ anon ]
00007f1c3a600000       4 rw-s- 0000000105830000 103:00003 i915.gem
mapped: 164K    writeable/private: 132K    shared: 4K
`;

  it('reads offset and device, the latter in the form of maps', () => {
    const process = parseOne(DEVICE);
    expect(process).toMatchObject({ variant: 'procps -d', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '5615cc90c000-5615cc90e000 r--p 0 fe:00 ~ sleep',
      '5615cc90e000-5615cc913000 r-xp 2000 fe:00 ~ sleep',
      '5615cd813000-5615cd834000 rw-p 0 00:00 ~',
      '7f1c3a600000-7f1c3a601000 rw-s 105830000 103:03 ~ i915.gem',
    ]);
    expect(codes(process)).toEqual(['no-inodes']);
  });

  it('tells files of one base name apart by device', () => {
    const process = parseOne(`7:   x
0000560000000000       4 r---- 0000000000000000 0fe:00000 a.so
0000560000001000       4 r---- 0000000000000000 0fe:00001 a.so
`);
    expect(process.files).toEqual([
      { name: 'a.so', device: 'fe:00', inode: null },
      { name: 'a.so', device: 'fe:01', inode: null },
    ]);
  });

  it('reads addresses and offsets as wide as a translated header (ka)', () => {
    const process = parseOne(`7:   x
მისამართი კბაიტი რეჟიმი გადაწევა მოწყობილობა მიბმა
00000000000000056280898e000                188              r---- 00000000000000000002f000                         0fe:00000 bash
mapped: 188K    writeable/private: 0K    shared: 0K
`);
    expect(process.badLineCount).toBe(0);
    expect(showAll(process)).toEqual(['56280898e000-5628089bd000 r--p 2f000 fe:00 ~ bash']);
  });

  it('needs no header (-dq)', () => {
    const rows = DEVICE.split('\n').filter(line => !/^(Address|mapped)/.test(line));
    expect(showAll(parseOne(rows.join('\n')))).toEqual(showAll(parseOne(DEVICE)));
  });
});

describe('several processes', () => {
  it('divides at first lines, and keeps those without mappings', () => {
    const processes = parseAll(`2:   [kthreadd]
Address           Kbytes     RSS   Dirty Mode  Mapping
---------------- ------- ------- ------- 
total kB               0       0       0
99:   [sh] <defunct>
1234:   sleep 1000
Address           Kbytes     RSS   Dirty Mode  Mapping
00005615cc90c000       8       8       0 r---- sleep
---------------- ------- ------- ------- 
total kB               8       8       0
1:   /sbin/init
`);
    expect(processes.map(({ pid, command, variant, vmas }) => [pid, command, variant, vmas.length])).toEqual([
      [2, '[kthreadd]', null, 0],
      [99, '[sh] <defunct>', null, 0],
      [1234, 'sleep 1000', 'procps -x', 1],
      [1, '/sbin/init', null, 0],
    ]);
    expect(processes.every(process => process.badLineCount === 0)).toBe(true);
  });

  it('gives the same PID twice when it was listed twice', () => {
    const processes = parseAll(DEFAULT + DEFAULT);
    expect(processes.map(process => process.vmas.map(show))).toEqual([
      showAll(parseOne(DEFAULT)),
      showAll(parseOne(DEFAULT)),
    ]);
  });

  it('divides at a mapping below the last one where no first line is', () => {
    const rows = DEFAULT.split('\n').slice(1).join('\n');
    expect(parseAll(rows + rows)).toHaveLength(2);
  });

  it('takes no number for a PID that Linux would not', () => {
    expect(parseAll(`${DEFAULT}2147483648:   x\n`)[0]!.badLineCount).toBe(1);
    expect(parseAll(`${DEFAULT}2147483647:   x\n`)[1]!.pid).toBe(2147483647);
  });

  it('takes "12: word" for no process unless a listing follows', () => {
    const processes = parseAll(`${DEFAULT}12: word\n`);
    expect(processes).toHaveLength(1);
    expect(processes[0]!.badLines).toEqual([{ number: 11, text: '12: word' }]);
  });
});
