/** One short text of every form, for tests that hold for all of them. */
export interface Sample {
  readonly form: string;
  readonly text: string;
  /** Index of a line before which another may be put without ending a record. */
  readonly row: number;
}

export const SAMPLES: readonly Sample[] = [
  {
    form: 'maps',
    row: 1,
    text: `5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
7ffdedfb2000-7ffdedfd3000 rw-p 00000000 00:00 0                          [stack]
`,
  },
  {
    form: 'smaps',
    row: 4,
    text: `5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep
Size:                  8 kB
Rss:                   8 kB
VmFlags: rd mr mw me 
7ffdedfb2000-7ffdedfd3000 rw-p 00000000 00:00 0                          [stack]
Size:                132 kB
Rss:                  12 kB
VmFlags: rd wr mr mw me gd ac 
`,
  },
  {
    form: 'procps default',
    row: 2,
    text: `1234:   sleep 1000
00005615cc90c000      8K r---- sleep
00005615cd813000    132K rw---   [ anon ]
 total              140K
`,
  },
  {
    form: 'procps -x',
    row: 3,
    text: `1234:   sleep 1000
Address           Kbytes     RSS   Dirty Mode  Mapping
00005615cc90c000       8       8       0 r---- sleep
00005615cd813000     132      12      12 rw---   [ anon ]
---------------- ------- ------- ------- 
total kB             140      20      12
`,
  },
  {
    form: 'procps -d',
    row: 3,
    text: `1234:   sleep 1000
Address           Kbytes Mode  Offset           Device    Mapping
00005615cc90c000       8 r---- 0000000000000000 0fe:00000 sleep
00005615cd813000     132 rw--- 0000000000000000 000:00000   [ anon ]
mapped: 140K    writeable/private: 132K    shared: 0K
`,
  },
  {
    form: 'procps -XX',
    row: 3,
    text: `1234:   sleep 1000
     Address Perm   Offset Device  Inode Size KernelPageSize Rss Pss Referenced Swap        VmFlags Mapping
5615cc90c000 r--p 00000000  fe:00 260131    8              4   8   8          8    0    rd mr mw me sleep
5615cd813000 rw-p 00000000  00:00      0  132              4  12  12         12    0 rd wr mr mw me [heap]
                                         ==== ============== === === ========== ==== 
                                          140              8  20  20         20    0 KB 
`,
  },
  {
    form: 'procps -q -X',
    row: 2,
    text: `1234:   sleep 1000
    5615cc90c000 r--p 00000000 fe:00 260131   8  8  8 0  8  0 0 0 0 0 0 0 0 0 0 0 0 sleep
    5615cd813000 rw-p 00000000 00:00      0 132 12 12 0 12 12 0 0 0 0 0 0 0 0 0 0 0 [heap]
`,
  },
  {
    form: 'busybox -x',
    row: 3,
    text: `1234: sleep 1000
Address\t\t  Kbytes     PSS   Dirty    Swap  Mode  Mapping
00005615cc90c000       8       4       0       0 r--p  /usr/bin/sleep
00005615cd813000     132       8       8       4 rw-p  [heap]
----------------  ------  ------  ------  ------
total\t\t     140      12       8       4
`,
  },
  {
    form: 'SLES 11',
    row: 3,
    text: `4242:   sleep 1000
START               SIZE     RSS     PSS   DIRTY    SWAP PERM MAPPING
0000000000400000     24K     20K      5K      0K      0K r-xp /bin/sleep
00007ffc833cb000      4K      4K      0K      0K      0K r-xp [vdso]
Total:               28K     24K      5K      0K      0K

4K writable-private, 24K readonly-private, 0K shared, and 24K referenced
`,
  },
  {
    form: 'NetBSD -s',
    row: 1,
    text: `0000000000200000     64K read/exec         /rescue/sleep
00007F7FF0000000  65536K                     [ stack ]
 total               64K
`,
  },
  {
    form: 'NetBSD -l',
    row: 1,
    text: `0000000000200000-0000000000210000 r-xp 0000000000000000 04:00 1234     /rescue/sleep
00007f7ff0000000-00007f7ff4000000 ---p 0000000000000000 00:00 0       [ stack ]
`,
  },
  {
    form: 'NetBSD -m',
    row: 1,
    text: `0x200000 0x210000 r-x rwx COW NC 1 0 0 4,17 1234 /rescue/sleep
0x410000 0x411000 rw- rwx NCOW NNC 1 0 0
`,
  },
  {
    form: 'NetBSD -a',
    row: 2,
    text: `Start            End                 Size  Offset   rwxpc  RWX  I/W/A Dev     Inode - File
0000000000200000-000000000020ffff      64k 00000000 r-xp- (rwx) 1/0/0 04:00    1234 - /rescue/sleep
0000000000410000-0000000000410fff       4k 00010000 rw-s+ (rwx) 1/0/0 00:00       0 -   [ anon ]
 total                                  68k
`,
  },
  {
    form: 'NetBSD -d',
    row: 6,
    text: `MAP 0xc1a2b0: [0x0->0x7f7ffffff000]
\t#ent=2, sz=69632, ref=1, version=29, flags=0x41
\tpmap=0xc1b000(resident=<unknown>)
 - 0xc2a000: 0x200000->0x210000: obj=0xc3a000/0x4000, amap=0x0/0
\tsubmap=F, cow=T, nc=T, prot(max)=5/7, inh=1, wc=0, adv=0
\t(dev=4,m17 ino=1234 [/rescue/sleep] [0xc3a000])
 - 0xc2a100: 0x410000->0x411000: obj=0x0/0x0, amap=0xc4a000/0
\tsubmap=F, cow=F, nc=F, prot(max)=3/7, inh=1, wc=0, adv=0
`,
  },
];
