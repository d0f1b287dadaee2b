import { describe, expect, it } from 'vitest';
import { codes, parseAll, parseOne, showAll } from './text-support.ts';

describe('NetBSD pmap', () => {
  it('-s: words for permissions, none of which is sharing', () => {
    const process = parseOne(`0000000000200000     64K read/exec         /rescue/sleep
0000000000410000      4K read/write        /rescue/sleep
00007F7FF0000000  65536K                     [ stack ]
00007F7FFFFFD000      4K read/write/exec     [ heap ]
 total               72K
`);
    expect(process).toMatchObject({ kind: 'netbsd-pmap', variant: 'netbsd -s', pid: null, badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '200000-210000 r-x? ~ ~ ~ /rescue/sleep',
      '410000-411000 rw-? ~ ~ ~ /rescue/sleep',
      '7f7ff0000000-7f7ff4000000 ---? ~ ~ ~ [stack]',
      '7f7fffffd000-7f7fffffe000 rwx? ~ ~ ~ [heap]',
    ]);
    // its total leaves out what has no permissions, so it proves nothing
    expect(codes(process)).toEqual(['no-offsets']);
    expect(process.limits[0]!.message).toContain('not all permissions');
  });

  it('-l: sixteen digits tell it from maps', () => {
    const process =
      parseOne(`0000000000200000-0000000000210000 r-xp 0000000000000000 04:00 1234     /rescue/sleep
0000000000410000-0000000000411000 rw-p 0000000000010000 04:00 1234     /rescue/sleep
00007f7ff0000000-00007f7ff4000000 ---p 0000000000000000 00:00 0       [ stack ]
ffff800000000000-ffff800000001000 rw-s 0000000000000000 00:00 0
`);
    expect(process).toMatchObject({ kind: 'netbsd-pmap', variant: 'netbsd -l', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '200000-210000 r-xp 0 04:00 1234 /rescue/sleep',
      '410000-411000 rw-p 10000 04:00 1234 /rescue/sleep',
      '7f7ff0000000-7f7ff4000000 ---p 0 00:00 0 [stack]',
      'ffff800000000000-ffff800000001000 rw-s 0 00:00 0',
    ]);
  });

  it('-m: with and without -v, and with the doubled 0x', () => {
    const process = parseOne(`0x200000 0x210000 r-x rwx COW NC 1 0 0 4,17 1234 /rescue/sleep
0x0x410000 0x0x411000 rw- rwx NCOW NNC 1 0 0
`);
    expect(process).toMatchObject({ variant: 'netbsd -m', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '200000-210000 r-xp ~ 04:11 1234 /rescue/sleep',
      '410000-411000 rw-s ~ ~ ~',
    ]);
  });

  it('-a: the end is inclusive', () => {
    const process =
      parseOne(`Start            End                 Size  Offset   rwxpc  RWX  I/W/A Dev     Inode - File
0000000000200000-000000000020ffff      64k 00000000 r-xp- (rwx) 1/0/0 04:00    1234 - /rescue/sleep [0xffff8000c0ffee]
[512 pages / 2048K]
0000000000410000-0000000000410fff       4k 00010000 rw-s+ (rwx) 1/0/0 00:00       0 -   [ anon ]
 total                                  68k
`);
    expect(process).toMatchObject({ variant: 'netbsd -a', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '200000-210000 r-xp 0 04:00 1234 /rescue/sleep',
      '410000-411000 rw-s 10000 00:00 0',
    ]);
  });

  it('-d: entries of two or three lines', () => {
    const process = parseOne(`MAP 0xc1a2b0: [0x0->0x7f7ffffff000]
\t#ent=2, sz=69632, ref=1, version=29, flags=0x41
\tpmap=0xc1b000(resident=<unknown>)
 - 0xc2a000: 0x200000->0x210000: obj=0xc3a000/0x4000, amap=0x0/0
\tsubmap=F, cow=T, nc=T, prot(max)=5/7, inh=1, wc=0, adv=0
\t(dev=4,m17 ino=1234 [/rescue/sleep] [0xc3a000])
 - 0xc2a100: 0x410000->0x411000: obj=0x0/0x0, amap=0xc4a000/0
\tsubmap=F, cow=F, nc=F, prot(max)=3/7, inh=1, wc=0, adv=0
`);
    expect(process).toMatchObject({ variant: 'netbsd -d', badLineCount: 0 });
    expect(showAll(process)).toEqual([
      '200000-210000 r-xp 4000 04:11 1234 /rescue/sleep',
      '410000-411000 rw-s 0 ~ ~',
    ]);
  });

  it('divides several processes and the kernel', () => {
    const processes = parseAll(`process 17:
0000000000200000     64K read/exec         /rescue/sleep
 total               64K
process 18:
0000000000300000     64K read/exec         /rescue/sh
kernel:
FFFF800000000000     64K read/write          [ kmem_map ]
`);
    expect(processes.map(({ pid, command, vmas }) => [pid, command, vmas.length])).toEqual([
      [17, null, 1],
      [18, null, 1],
      [null, 'kernel', 1],
    ]);
    expect(processes[2]!.vmas[0]).toMatchObject({ name: '[ kmem_map ]', file: null });
  });

  it('keeps paths that are known in part', () => {
    const process = parseOne('0000000000200000     64K read/exec         /usr -?- libc.so.12\n');
    expect(process.vmas[0]!.name).toBe('/usr -?- libc.so.12');
  });
});
