/** The page size of text that tells none, from where its mappings begin and end. */
import { describe, expect, it } from 'vitest';
import { captureText } from '../../src/source/captured-text.ts';

function pageSizeOf(text: string, option: number | null = null): string {
  const options = { sysroots: [], elf: new Map(), useHost: false, pageSize: option };
  const { pageSize, pageSizeFrom } = captureText(null, feed => feed(text), options)[0]!.process;
  return `${pageSize >> 10}K ${pageSizeFrom}`;
}

/** Mappings that are multiples of a size, apart from each other. */
const rows = (count: number, size: number): string =>
  Array.from({ length: count }, (_, i) => {
    const start = 0xaaaa00000000 + i * 16 * size;
    return `${start.toString(16)}-${(start + size * (1 + (i % 3))).toString(16)} rw-p 00000000 00:00 0 \n`;
  }).join('');

describe('text of maps', () => {
  it.each([
    [4096, '4K assumed'],
    [16384, '16K assumed'],
    [65536, '64K assumed'],
  ])('of pages of %i bytes', (size, expected) => {
    expect(pageSizeOf(rows(20, size))).toBe(expected);
  });

  it('of few mappings, or with one that is smaller, proves nothing', () => {
    expect(pageSizeOf(rows(10, 65536))).toBe('4K assumed');
    expect(pageSizeOf(`${rows(20, 65536)}bbbb00000000-bbbb00001000 rw-p 00000000 00:00 0 \n`)).toBe(
      '4K assumed',
    );
  });

  it('is what the user says, unless the text says another', () => {
    expect(pageSizeOf(rows(20, 4096), 16384)).toBe('16K option');
    const smaps = `${rows(1, 4096)}Size: 4 kB\nKernelPageSize: 4 kB\nVmFlags: rd\n`;
    expect(pageSizeOf(smaps, 16384)).toBe('4K smaps');
  });
});
