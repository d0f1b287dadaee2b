/** Header values that lie: each is named in the report's notes, and whatever else the file says is still read. */
import { describe, expect, it } from 'vitest';
import { readElf } from '../../src/elf/read.ts';
import { TargetError } from '../../src/source/errors.ts';
import { snapshotOf } from '../fuzz/support/captures.ts';
import { CountingBytes } from '../fuzz/support/counting-bytes.ts';
import { type ElfToLie, lieElf } from '../fuzz/support/lying-elf.ts';
import { expectAllSound } from '../fuzz/support/sound.ts';
import { explainSnapshot } from '../fuzz/support/targets.ts';

const MAX = 2n ** 64n - 1n;

/** Of the lie alone: an honest file has no flaws. */
const LIES: readonly (readonly [string, (elf: ElfToLie) => void, RegExp])[] = [
  [
    'program headers past the end',
    elf => elf.header({ phoff: 0x10_0000 }),
    /program header table is cut: 0 of 8/,
  ],
  ['section headers past the end', elf => elf.header({ shoff: MAX }), /section header table is cut: 0 of 10/],
  [
    'no program headers at offset 0',
    elf => elf.header({ phoff: 0 }),
    /8 program headers are declared, but no table/,
  ],
  [
    'a section table inside the header',
    elf => elf.header({ shoff: 16 }),
    /section header table lies inside the ELF header/,
  ],
  [
    'a program header table inside the header',
    elf => elf.header({ phoff: 8 }),
    /program header table lies inside the ELF header/,
  ],
  ['section headers of another size', elf => elf.header({ shentsize: 8 }), /e_shentsize is 8, not 64/],
  [
    'e_phnum far too large',
    elf => elf.header({ phnum: 0xfffe }),
    /program header table is cut: \d+ of 65534/,
  ],
  ['a million sections', million, /1000000 section headers are declared; the first 200000 are read/],
  [
    '2^64 - 1 sections',
    elf => {
      elf.header({ shnum: 0 });
      elf.section(0, { size: MAX });
    },
    /18446744073709552000 section headers are declared/,
  ],
  [
    'no section with the names',
    elf => elf.header({ shstrndx: 99 }),
    /section name table \(section 99\) does not exist/,
  ],
  [
    'a segment past the end of the file',
    elf => elf.segment(1, { offset: MAX - 0xfffn }),
    /header 1 \(LOAD\) reaches past the end of the file/,
  ],
  [
    'a dynamic table past the end',
    elf => elf.segment(3, { offset: 0x10_0000 }),
    /header 3 reaches past the end of the file/,
  ],
  [
    'a size near 2^64',
    elf => elf.segment(2, { memsz: MAX }),
    /header 2 \(LOAD\) ends past the address space/,
  ],
  ['GNU_RELRO near 2^64', elf => elf.segment(4, { memsz: MAX }), /header 4 ends past the address space/],
  [
    'more in the file than in memory',
    elf => elf.segment(1, { memsz: 1 }),
    /more bytes in the file than in memory/,
  ],
  [
    'segments that overlap',
    elf => elf.segment(1, { vaddr: 0x800 }),
    /header 1 \(LOAD\) overlaps the LOAD before it/,
  ],
  [
    'segments in no order',
    elf => elf.segment(1, { vaddr: 0x10_0000 }),
    /header 2 \(LOAD\) is not in address order/,
  ],
  [
    'an alignment that is none',
    elf => elf.segment(1, { align: 3 }),
    /header 1 \(LOAD\) is aligned to 3, which is no power of two/,
  ],
  ['an alignment of 2^64 - 1', elf => elf.segment(1, { align: MAX }), /is aligned to 18446744073709551615/],
  [
    'a section past the end of the file',
    elf => elf.section(5, { offset: MAX }),
    /section 5 reaches past the end of the file/,
  ],
  [
    'a section of 2^64 - 1 bytes',
    elf => elf.section(8, { size: MAX }),
    /section 8 ends past the address space/,
  ],
  ['a section linked to itself', elf => elf.section(5, { link: 5 }), /links of section 5 lead back to it/],
  [
    'sections linked in a circle',
    elf => {
      elf.section(3, { link: 5 });
      elf.section(5, { link: 3 });
    },
    /links of section 3 lead back to it/,
  ],
  [
    'a link to nowhere',
    elf => elf.section(5, { link: 77 }),
    /section 5 is linked to section 77, which does not exist/,
  ],
];

function million(elf: ElfToLie): void {
  elf.header({ shnum: 0 });
  elf.section(0, { size: 1_000_000 });
}

describe('a lie', () => {
  it('there is none in an honest file', () => {
    expect(readElf(new CountingBytes(lieElf()), 'full').flaws).toEqual([]);
    expect(readElf(new CountingBytes(lieElf({ is64: false })), 'full').flaws).toEqual([]);
  });

  it.each(LIES)('%s', async (_, edit, flaw) => {
    const image = lieElf({ edit });
    const bytes = new CountingBytes(image);
    expect(readElf(bytes, 'full').flaws.join('\n')).toMatch(flaw);
    expect(bytes.bytesRead).toBeLessThan(1 << 20);

    const reports = explainSnapshot(JSON.stringify(snapshotOf([image])));
    await expectAllSound(reports);
    if (reports instanceof TargetError) throw reports;
    const messages = reports[0]!.notes.map(({ message }) => message);
    expect(messages.some(message => flaw.test(message))).toBe(true);
  });

  it('is named once for each kind, however many there are', () => {
    const image = lieElf({
      edit: elf => {
        elf.resize(0x3100 + 64 * 5000);
        elf.header({ shnum: 5000 });
        for (let i = 1; i < 5000; i++) elf.section(i, { type: 1, offset: MAX, size: 4, link: 9999 });
      },
    });
    const { flaws } = readElf(new CountingBytes(image), 'full');
    expect(flaws.length).toBeLessThan(50);
    expect(flaws).toContain('there are more flaws of this kind');
  });
});
