import { describe, expect, it } from 'vitest';
import { bytesOf, codes, figure, parseAll, parseOne, show, showAll } from './text-support.ts';

const HEADER =
  '         Address Perm   Offset Device  Inode Size KernelPageSize MMUPageSize  Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous AnonHugePages Swap SwapPss Locked THPeligible ProtectionKey              VmFlags Mapping';
const NUMBERS =
  '              4           4   16   4            0           16             0             0          8        16             0    0       0      0           0             0';
const LONG = `1234:   bash
${HEADER}
    562808ab6000 r--p 00128000  fe:00 260104   16${NUMBERS}       rd mr mw me ac bash
    562808ac3000 rw-p 00000000  00:00      0   44${NUMBERS}    rd wr mr mw me ac 
    56280d613000 rw-p 00000000  00:00      0  260${NUMBERS}    rd wr mr mw me ac [heap]
    7f3719403000 r-xp 105830000 103:03 338944   4${NUMBERS}       rd ex mr mw me sh
ffffffffff600000 --xp 00000000  00:00      0    4${NUMBERS}                   ex [vsyscall]
                                             ==== ============== =========== ==== === ============ ============ ============= ============= ========== ========= ============= ==== ======= ====== =========== ============= 
                                              328             20          20 1824 439         1372          300             0           152       1616       452             0    0       0      0           0             0 KB 
`;
const LONG_ROWS = [
  '562808ab6000-562808aba000 r--p 128000 fe:00 260104 bash',
  '562808ac3000-562808ace000 rw-p 0 00:00 0',
  '56280d613000-56280d654000 rw-p 0 00:00 0 [heap]',
  '7f3719403000-7f3719404000 r-xp 105830000 103:03 338944 sh',
  'ffffffffff600000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]',
];

const REDUCED = (header: string, pad = '    '): string => `1234:   bash
${header}
${pad}562808ab6000 r--p 00128000  fe:00 260104   16  16  16 bash
${pad}562808ac3000 rw-p 00000000  00:00      0   44  44  40 
`;
const REDUCED_ROWS = [
  '562808ab6000-562808aba000 r--p 128000 fe:00 260104 bash',
  '562808ac3000-562808ace000 rw-p 0 00:00 0',
];

describe('procps -XX', () => {
  it('reads every column', () => {
    const process = parseOne(LONG);
    expect(process).toMatchObject({
      kind: 'pmap',
      variant: 'procps -XX',
      pageSizeHint: 4096,
      badLineCount: 0,
    });
    expect(showAll(process)).toEqual(LONG_ROWS);
    expect(process.figureNames).toHaveLength(17);
    expect(figure(process, 0, 'Shared_Dirty')).toBe(16384);
    expect(figure(process, 2, 'Size')).toBe(260 * 1024);
    expect(codes(process)).toEqual(['base-names']);
  });

  it('reads VmFlags, though a file is named like one', () => {
    expect(parseOne(LONG).vmas.map(vma => vma.vmFlags?.join(' '))).toEqual([
      'rd mr mw me ac',
      'rd wr mr mw me ac',
      'rd wr mr mw me ac',
      'rd ex mr mw me',
      'ex',
    ]);
  });

  it('reads copies with collapsed white space', () => {
    const collapsed = LONG.replace(/ +/g, ' ').replace(/^ | $/gm, '');
    const process = parseOne(collapsed);
    expect(showAll(process)).toEqual(LONG_ROWS);
    expect(process.vmas.map(vma => vma.vmFlags)).toEqual(parseOne(LONG).vmas.map(vma => vma.vmFlags));
    expect(process.badLineCount).toBe(0);
    expect(codes(process)).toEqual(['base-names', 'collapsed']);
  });

  it('takes the last flag for the name where the inode says that there is one', () => {
    const header = 'Address Perm Offset Device Inode Size VmFlags Mapping';
    const row = (inode: string, tail: string): string =>
      `560000000000 r--p 00000000 fe:00 ${inode} 4 ${tail}`;
    const flagsAndName = (line: string) => {
      const vma = parseOne(`1:   x\n${header}\n${line}\n`).vmas[0]!;
      return [vma.vmFlags?.join(' '), vma.name];
    };
    expect(flagsAndName(row('77', 'rd mr mw me dd'))).toEqual(['rd mr mw me', 'dd']);
    expect(flagsAndName(row('0', 'rd mr mw me dd'))).toEqual(['rd mr mw me dd', '']);
    expect(flagsAndName(row('77', 'rd mr mw me dd ld'))).toEqual(['rd mr mw me dd', 'ld']);
    // the kernel prints sh before mr
    expect(flagsAndName(row('77', 'rd mr mw me sh (deleted)'))).toEqual(['rd mr mw me', 'sh (deleted)']);
    expect(flagsAndName(row('77', 'rd mr mw me ?? ?? sd a b'))).toEqual(['rd mr mw me ?? ?? sd', 'a b']);
  });

  it('tells flags from a name by position where white space was kept', () => {
    const vma = parseOne(LONG.replace('ac bash', 'ac dd sd log')).vmas[0]!;
    expect([vma.vmFlags?.join(' '), vma.name]).toEqual(['rd mr mw me ac', 'dd sd log']);
  });

  it('reads the fused header of 3.3.7-3.3.14 and its two blanks', () => {
    const fused = LONG.replace('VmFlags Mapping', 'VmFlagsMapping').replace(
      / (bash|\[heap\]|sh|\[vsyscall\])$/gm,
      '  $1',
    );
    const process = parseOne(fused.replace('1234:    bash', '1234:   bash'));
    expect(process.variant).toBe('procps 3.3.7-3.3.14 -XX');
    expect(showAll(process)).toEqual(LONG_ROWS);
  });

  it('keeps the trailing blank of uutils out of the flags', () => {
    const uutils = LONG.replace('              VmFlags', '               VmFlags').replace(
      /( (?:ac|me|ex)) (bash|\[heap\]|sh|\[vsyscall\]|)$/gm,
      '$1  $2',
    );
    expect(showAll(parseOne(uutils))).toEqual(LONG_ROWS);
  });

  it('says that names of 127 bytes may be cut', () => {
    const path = `/${'d'.repeat(126)}`;
    const process = parseOne(LONG.replace('ac bash', `ac ${path}`));
    expect(process.vmas[0]!.name).toBe(path);
    expect(codes(process)).toContain('names-truncated');
  });

  it('leaves the totals of several PIDs alone', () => {
    const [, second] = parseAll(LONG + LONG.replace('  328  ', '  656  '));
    expect(second!.limits.at(-1)!.message).toContain('total of 656K is not the sum of its rows, 328K');
    expect(second!.badLineCount).toBe(0);
  });

  it('rejects a row that lacks a column, and keeps the others', () => {
    const process = parseOne(LONG.replace('  260   ', '      '));
    expect(process.vmas).toHaveLength(4);
    expect(process.badLines).toMatchObject([{ number: 5 }]);
  });
});

describe('procps -X', () => {
  it('reads columns in any order, and unknown ones', () => {
    const process = parseOne(
      REDUCED('         Address Perm   Offset Device  Inode Size New_Figure Rss Mapping'),
    );
    expect(process.figureNames).toEqual(['Size', 'New_Figure', 'Rss']);
    expect(process.variant).toBe('procps -C');
    expect(showAll(process)).toEqual(REDUCED_ROWS);
  });

  it('tells -X from -XX and -C by the columns', () => {
    const of = (names: string): string | null =>
      parseOne(
        `1:   x\nAddress Perm Offset Device Inode ${names} Mapping\n560000000000 r--p 00000000 00:00 0 ${names.replace(/\w+/g, '4')} \n`,
      ).variant;
    expect(of('Size Rss Pss Referenced Anonymous Swap Locked')).toBe('procps -X');
    expect(of('Size Rss Anonymous')).toBe('procps -C');
  });

  it('reads any subset that -C can choose', () => {
    const lines = [
      [
        'Address Perm Offset Device Inode Size Rss Anonymous Mapping',
        'r--p 00128000 fe:00 260104 16 16 16 bash',
      ],
      ['Address Perm Size Mapping', 'r--p 16 bash'],
      ['Address Size', '16'],
      ['Address Offset Inode Size Mapping', '00128000 260104 16 bash'],
      ['Address Perm Size VmFlags', 'r--p 16 rd mr mw me'],
    ].map(([header, row]) => show(parseOne(`1:   x\n${header}\n562808ab6000 ${row}\n`).vmas[0]!));
    expect(lines).toEqual([
      '562808ab6000-562808aba000 r--p 128000 fe:00 260104 bash',
      '562808ab6000-562808aba000 r--p ~ ~ ~ bash',
      '562808ab6000-562808aba000 ???? ~ ~ ~',
      '562808ab6000-562808aba000 ???? 128000 ~ 260104 bash',
      '562808ab6000-562808aba000 r--p ~ ~ ~',
    ]);
  });

  it('leaves THPeligible and ProtectionKey as they are', () => {
    const process = parseOne(
      '1:   x\nAddress Perm Size Rss THPeligible ProtectionKey\n560000000000 r--p 4 4 1 2\n',
    );
    expect(process.vmas[0]!.figures).toEqual([4096, 4096, 1, 2]);
  });

  it.each([
    ['de', '         Adresse Zugr  Versatz Gerät  Inode Size Rss Pss Zuordnung'],
    ['fr', '         Adresse Perm Décalage Périphérique  Inode Size Rss Pss Carte'],
    ['ko', '        주  소 권  한 오프셋 장  치 I-노드 Size Rss Pss 매  핑'],
    ['vi', '       Địa chỉ Perm   Offset Thiết bị  Inode Size Rss Pss Ánh xạ'],
    ['zh_CN', '            地址 权限   偏移量 设备  Inode Size Rss Pss 映射'],
  ])('reads %s headers', (_, header) => {
    const process = parseOne(REDUCED(header));
    expect(process.figureNames).toEqual(['Size', 'Rss', 'Pss']);
    expect(showAll(process)).toEqual(REDUCED_ROWS);
    expect(process.badLineCount).toBe(0);
  });

  it('reads translated headers of fewer columns', () => {
    const process = parseOne('1:   x\nAdresse Zugr Size Rss Zuordnung\n562808ab6000 r--p 16 8 bash\n');
    expect(showAll(process)).toEqual(['562808ab6000-562808aba000 r--p ~ ~ ~ bash']);
  });
});

describe('pmap -X of 3.3.4-3.3.6, which has no Size', () => {
  const SIZELESS = `1234:   sleep
         Address   Flags   Offset  Device   Inode     Rss     Pss Description
    5615cc90c000    r--p 00000000   fe:00  260131       8       8 /usr/bin/sleep
    5615cc90e000    r-xp 00002000   fe:00  260131      20      20 /usr/bin/sleep
`;

  it('places no mapping, and says why', () => {
    const process = parseOne(SIZELESS);
    expect(process).toMatchObject({ variant: 'procps 3.3.4-3.3.6 -X', vmas: [], badLineCount: 0 });
    expect(process.limits[0]).toMatchObject({ code: 'no-ends' });
    expect(process.limits[0]!.message).toContain('no sizes, without which no mapping can be placed');
  });

  it('takes the sizes from another listing of the same process', () => {
    const other = '1234:   sleep\n00005615cc90c000      8K r----  /usr/bin/sleep\n total 8K\n';
    const process = parseAll(SIZELESS + other)[0]!;
    expect(showAll(process)).toEqual(['5615cc90c000-5615cc90e000 r--p 0 fe:00 260131 /usr/bin/sleep']);
    expect(process.limits[0]!.message).toContain('gives them for 1 of 2 mappings');
    expect(parseAll(SIZELESS + other.replace('1234', '99'))[0]!.vmas).toEqual([]);
  });
});

describe('pmap -q -X, which has no column names', () => {
  const quiet = (rows: readonly string[]): string =>
    `1234:   bash\n${rows.map(row => `    ${row}`).join('\n')}\n`;
  const ROWS = [
    '56280898e000 r--p 00000000 fe:00 260104  188   0   0   0   0   0 0 0 0 0 0 0 0 0 0 0 bash',
    '562808ac3000 rw-p 00000000 00:00      0   44  44  23  23  20  44 0 0 0 0 0 0 0 0 0 0 ',
    '7ffdedfb2000 rw-p 00000000 00:00      0  132  20  10  10  12  20 0 0 0 0 0 0 0 0 0 0 [stack]',
  ];

  it('knows the sizes, and the figures that every kernel with so many columns prints there', () => {
    const process = parseOne(quiet(ROWS));
    expect(process.variant).toBe('procps -q -X');
    expect(showAll(process)).toEqual([
      '56280898e000-5628089bd000 r--p 0 fe:00 260104 bash',
      '562808ac3000-562808ace000 rw-p 0 00:00 0',
      '7ffdedfb2000-7ffdedfd3000 rw-p 0 00:00 0 [stack]',
    ]);
    expect(process.figureNames.slice(0, 6)).toEqual([
      'Size',
      'Rss',
      'Pss',
      'Pss_Dirty',
      'Referenced',
      'Anonymous',
    ]);
    expect(process.figureNames).not.toContain('KSM');
    expect(process.limits.at(-1)!.message).toMatch(/figures cannot be named/);
  });

  it('rules out kernels whose figures could not be these', () => {
    // a last column above 1 is no THPeligible, so it is ProtectionKey, of a kernel without KSM
    const keys = parseOne(quiet(ROWS.map(row => row.replace(/ 0 (\S*)$/, ' 9 $1'))));
    expect(keys.figureNames).toContain('ProtectionKey');
    expect(keys.figureNames).not.toContain('KSM');
  });

  it('keeps a name of digits alone', () => {
    const process = parseOne(
      quiet([...ROWS, '7fffffff0000 r--p 00000000 fe:00 77  4 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 123']),
    );
    expect(process.vmas.at(-1)!.name).toBe('123');
  });

  it('places nothing where the first number cannot be the size', () => {
    const process = parseOne(quiet(ROWS.map(row => row.replace(/ (188|44|132) /, ' 999999999999 '))));
    expect(process.vmas).toEqual([]);
    expect(codes(process)[0]).toBe('no-ends');
  });

  it('with an unknown number of columns believes sizes that make neighbours meet', () => {
    const rows = ['560000000000 r--p 00000000 fe:00 1 8 9 9 a', '560000002000 r-xp 00002000 fe:00 1 4 9 9 a'];
    expect(parseOne(quiet(rows)).vmas).toHaveLength(2);
    expect(parseOne(quiet(rows)).figureNames).toEqual(['Size']);
    expect(parseOne(quiet(rows.map(row => row.replace(' 8 ', ' 4 ')))).vmas).toHaveLength(0);
  });
});

describe('names in other languages', () => {
  it.each([
    ['[ anôn ]', ''],
    ['[ анон ]', ''],
    ['[ vô danh ]', ''],
    ['[ 匿名 ]', ''],
    ['[ pila ]', '[stack]'],
    ['[ pile  ]', '[stack]'],
    ['[ stos ]', '[stack]'],
    ['[ pilha ]', '[stack]'],
    ['[ stivă ]', '[stack]'],
    ['[ стек  ]', '[stack]'],
    ['[ ngăn xếp ]', '[stack]'],
    ['[ 栈 ]', '[stack]'],
    ['[ unbekannt ]', '[ unbekannt ]'],
  ])('%s is "%s"', (printed, name) => {
    const process = parseOne(
      `1:   x\nAdresse kByte RSS Dirty Modus Zuordnung\n0000560000000000       4       4       0 rw---   ${printed}\nkB gesamt 4 4 0\n`,
    );
    expect(process.vmas[0]).toMatchObject({ name: bytesOf(name), file: null });
    expect(process.badLineCount).toBe(0);
  });
});

describe('translated footers', () => {
  it.each([
    ' gesamt             2924K',
    'kB gesamt           2924    1824     452',
    'ko total            2924    1824      452',
    ' სულ             2924კ',
    'სულ კბ 2924 10 20',
    ' 총계              2924K',
    '총계  kB          2924    1840     468',
    ' totalt           2924 k',
    'mappat: 2924 k    skrivbart/privat: 564 k    delat: 28 k',
    ' ánhxạ: 2924K     có thể ghi/riêng: 564K    chiasẻ: 28K',
    '매  핑: 2924K     기록가능/자체: 564K         공유: 28K',
    ' загалом 2924 К',
    "пов'язано: 2924К  записуване/приватне: 564К спільне: 28К",
    'mapped: 2924K',
  ])('%s is passed over', footer => {
    expect(parseOne(`1:   x\n0000560000000000   2924K rw--- x\n${footer}\n`)).toMatchObject({
      badLineCount: 0,
    });
  });
});
