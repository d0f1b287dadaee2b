/** What every byte of a mapping is: each rule by example, then all of them against a twin that looks byte by byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageMap } from '../../src/correlate/image-map.ts';
import { predictLayout } from '../../src/correlate/layout.ts';
import { type ElfFile, occupiesMemory } from '../../src/model/elf.ts';
import type { Content, Loader, Piece } from '../../src/model/module.ts';
import type { Part } from '../../src/model/report.ts';
import { address, fileOffset, loadBias, pageUp } from '../../src/model/units.ts';
import { elfOf, RULES } from '../support/segment-words.ts';

const PAGE = 4096;
const NO_BIAS = loadBias(0n);

/** The parts of a file's predicted mappings. */
function partsOf(elf: ElfFile, loader: Loader = 'kernel', bias = NO_BIAS): Part[] {
  const image = new ImageMap(elf, bias, 0, loader, PAGE);
  return predictLayout(elf, bias, { ...RULES, loader }).flatMap(piece =>
    piece.contents.flatMap(content => partsOfContent(image, piece, content)),
  );
}

function partsOfContent(image: ImageMap, piece: Piece, content: Content): Part[] {
  const parts: Part[] = [];
  image.addParts(parts, content, content.start, content.end, offsetOf(piece, content));
  return parts;
}

const offsetOf = (piece: Piece, { start }: Content): bigint | null =>
  piece.offset === null ? null : piece.offset + (start - piece.start);

const show = (parts: readonly Part[]): string[] =>
  parts.map(
    ({ start, end, kind, name }) =>
      `${start.toString(16)}-${end.toString(16)} ${kind}${name === null ? '' : ` ${name}`}`,
  );

const HEADER = { size: 64, phoff: fileOffset(64n), phsize: 56, shoff: fileOffset(0x2e00n), shsize: 0x80 };

describe('parts', () => {
  it('name headers, sections and what lies between them', () => {
    const elf = elfOf(['LOAD r-- 0+300'], ['.interp A 100+20', '.rodata A 180+180'], {
      header: HEADER,
      fileSize: 0x300,
    });
    expect(show(partsOf(elf))).toEqual([
      '0-40 elf-header',
      '40-78 program-headers',
      '78-100 padding',
      '100-120 section .interp',
      '120-180 padding',
      '180-300 section .rodata',
      '300-1000 zero-fill',
    ]);
  });

  it('F2 show a page that two segments share twice, one time as ghost', () => {
    const elf = elfOf(
      ['LOAD r-- 0+800', 'LOAD r-x 1800+400 @800'],
      ['.rodata A 0+800', '.text AX 1800+400 @800'],
      {
        header: { ...HEADER, size: 0, phsize: 0, shsize: 0 },
        fileSize: 0xc00,
      },
    );
    expect(show(partsOf(elf))).toEqual([
      '0-800 section .rodata',
      '800-c00 ghost .text',
      'c00-1000 zero-fill',
      '1000-1800 ghost .rodata',
      '1800-1c00 section .text',
      '1c00-2000 zero-fill',
    ]);
  });

  it('F5 show sections and headers that no segment holds, but a page does', () => {
    const elf = elfOf(['LOAD r-- 0+800'], ['.rodata A 0+800', '.comment MS 0+100 @900'], {
      header: { ...HEADER, size: 0, phsize: 0, shoff: fileOffset(0xa00n), shsize: 0x80 },
      fileSize: 0xa80,
    });
    expect(show(partsOf(elf))).toEqual([
      '0-800 section .rodata',
      '800-900 padding',
      '900-a00 unallocated .comment',
      'a00-a80 section-headers',
      'a80-1000 zero-fill',
    ]);
  });

  it('F3 F6 cut .bss at the page, and leave .tbss out', () => {
    const sections = ['.tbss WAT 3000+40 @none', '.data WA 3000+100', '.bss WA 3100+2000 @none'];
    const elf = elfOf(['LOAD rw- 3000+100/2100'], sections, { header: { ...HEADER, size: 0, phsize: 0 } });
    expect(show(partsOf(elf))).toEqual([
      '3000-3100 section .data',
      '3100-4000 section .bss',
      '4000-5100 section .bss',
      '5100-6000 zero-fill',
    ]);
  });

  const tail = (flags: string, memsz: string, loader: Loader): string[] => {
    const elf = elfOf([`LOAD ${flags} 0+100/${memsz}`], ['.a A 0+100', '.comment MS 0+100 @200'], {
      header: { ...HEADER, size: 0, phsize: 0, shsize: 0 },
      fileSize: 0x300,
    });
    return show(partsOf(elf, loader).filter(({ start, end }) => start >= 0x100n && end <= 0x1000n));
  };
  const BYTES_OF_FILE = ['100-200 padding', '200-300 unallocated .comment', '300-1000 zero-fill'];
  const AFTER_BSS = [
    '100-180 padding',
    '180-200 padding',
    '200-300 unallocated .comment',
    '300-1000 zero-fill',
  ];

  it('B4 are bytes of the file behind a segment without .bss', () => {
    expect(tail('rw-', '100', 'kernel')).toEqual(BYTES_OF_FILE);
    expect(tail('rw-', '100', 'glibc')).toEqual(BYTES_OF_FILE);
  });

  it('B4 are zeroed behind a writable segment with .bss', () => {
    expect(tail('rw-', '180', 'kernel')).toEqual(['100-180 padding', '180-1000 zero-fill']);
    expect(tail('rw-', '180', 'musl')).toEqual(['100-180 padding', '180-1000 zero-fill']);
  });

  it('B4 are not zeroed by the kernel where it may not write', () => {
    expect(tail('r--', '180', 'kernel')).toEqual(AFTER_BSS);
  });

  it('C3 are zeroed by ld.so to the end of .bss alone, if that is in the page', () => {
    expect(tail('rw-', '180', 'glibc')).toEqual(AFTER_BSS);
  });

  it('C8 are always zeroed by bionic behind a writable segment', () => {
    expect(tail('rw-', '100', 'bionic')).toEqual(['100-1000 zero-fill']);
  });

  it('C2 name a hole', () => {
    const elf = elfOf(['LOAD r-- 0+1000', 'LOAD r-x 3000+1000 @1000']);
    expect(show(partsOf(elf, 'glibc')).filter(line => line.includes('reservation'))).toEqual([
      '1000-3000 reservation',
    ]);
    expect(show(partsOf(elf, 'musl')).filter(line => line.includes('reservation'))).toEqual([
      '1000-3000 reservation',
    ]);
  });

  it('F7 stay unnamed without section headers', () => {
    const elf = elfOf(['LOAD r-- 0+1000'], [], { sectionsFrom: 'rebuilt', header: { ...HEADER, shsize: 0 } });
    expect(show(partsOf(elf))).toEqual(['0-40 elf-header', '40-78 program-headers', '78-1000 unnamed']);
  });

  it('equal what a twin says of every byte', () => {
    fc.assert(
      fc.property(images, fc.constantFrom<Loader>('kernel', 'glibc', 'musl', 'bionic'), (elf, loader) => {
        const bias = loadBias(0x7f0000000000n);
        const image = new ImageMap(elf, bias, 0, loader, PAGE);
        for (const piece of predictLayout(elf, bias, { ...RULES, loader }))
          for (const content of piece.contents) {
            const parts = partsOfContent(image, piece, content);
            let cursor = content.start;
            for (const part of parts) {
              expect(part.start).toBe(cursor);
              cursor = part.end;
              // The bytes where something may change: both ends of the part.
              for (const at of [part.start, address(part.end - 1n)]) {
                const offset = piece.offset === null ? null : piece.offset + (at - piece.start);
                expect(`${part.kind} ${part.name}`).toBe(byteAt(elf, bias, loader, content, at, offset));
              }
            }
            expect(cursor).toBe(content.end);
          }
      }),
      { numRuns: 300 },
    );
  });
});

/** Files of up to four segments in address order, with sections and with bytes between and behind them. */
const images = fc
  .array(
    fc.record({
      flags: fc.constantFrom('r--', 'r-x', 'rw-', 'r--'),
      gap: fc.nat(0x1800),
      filesz: fc.integer({ min: 1, max: 0x1800 }),
      bss: fc.oneof(fc.constant(0), fc.nat(0x2000)),
      cut: fc.nat(0x1800),
      named: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map(wanted => {
    const segments: string[] = [];
    const sections: string[] = [];
    let [at, offset] = [0, 0];
    wanted.forEach(({ flags, gap, filesz, bss, cut, named }, i) => {
      // The loader requires vaddr and offset to agree within the page.
      at = i === 0 ? 0 : Math.ceil(at / PAGE) * PAGE + (gap >> 12) * PAGE + (offset % PAGE);
      const hex = (value: number): string => value.toString(16);
      segments.push(`LOAD ${flags} ${hex(at)}+${hex(filesz)}/${hex(filesz + bss)} @${hex(offset)}`);
      const first = Math.min(cut, filesz);
      if (named && first > 0) sections.push(`.a${i} A ${hex(at)}+${hex(first)} @${hex(offset)}`);
      if (bss > 0) sections.push(`.bss${i} WA ${hex(at + filesz)}+${hex(bss)} @none`);
      at += filesz + bss;
      offset += filesz + (gap % 64);
    });
    sections.push(`.comment MS 0+40 @${offset.toString(16)}`);
    const header = { ...HEADER, size: 0, phsize: 0, shsize: 0 };
    return elfOf(segments, sections, { header, fileSize: offset + 0x40 });
  });

/** One byte by the rules, without any structure: "kind name". */
function byteAt(
  elf: ElfFile,
  bias: bigint,
  loader: Loader,
  content: Content,
  at: bigint,
  offset: bigint | null,
): string {
  if (content.role === 'reservation') return 'reservation null';
  const link = at - bias;
  const live = elf.sections.find(
    section => occupiesMemory(section) && section.vaddr <= link && link < section.vaddr + section.size,
  );
  if (live) return `section ${live.name}`;
  const load = elf.programHeaders[content.segment]!;
  if (link >= load.vaddr && link < load.vaddr + load.memsz) return 'padding null';
  const zeroed =
    link >= load.vaddr + load.memsz &&
    (loader === 'glibc'
      ? load.memsz > load.filesz && pageUp(load.vaddr + load.filesz, PAGE) < load.vaddr + load.memsz
      : load.flags.write && (load.memsz > load.filesz || loader === 'bionic'));
  if (offset === null || zeroed || offset >= BigInt(elf.fileSize!)) return 'zero-fill null';
  const stored = elf.sections.find(
    section =>
      section.type !== 'NOBITS' && section.offset <= offset && offset < section.offset + section.size,
  );
  return stored ? `${stored.flags.includes('A') ? 'ghost' : 'unallocated'} ${stored.name}` : 'padding null';
}
