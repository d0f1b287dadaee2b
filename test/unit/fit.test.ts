/** Lists of sections that must fit into a line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitItems, joinItems } from '../../src/render/fit.ts';

const FIRST = [
  'ELF and program headers',
  ...[
    '.interp',
    '.note.gnu.property',
    '.note.gnu.build-id',
    '.gnu.hash',
    '.dynsym',
    '.dynstr',
    '.gnu.version',
  ],
  ...['.gnu.version_r', '.rela.dyn', '.rela.plt'],
];

describe('joinItems', () => {
  it.each([
    [[], ''],
    [['.text'], '.text'],
    [['.text', '.fini'], '.text .fini'],
    [['24 bytes of .got.plt', '.data', '.bss'], '24 bytes of .got.plt, .data .bss'],
    [['.got', '24 bytes of .got.plt'], '.got, 24 bytes of .got.plt'],
  ])('of %j', (items, line) => {
    expect(joinItems(items)).toBe(line);
  });
});

describe('fitItems', () => {
  it('shows everything where there is room', () => {
    expect(fitItems(FIRST, null)).toBe(joinItems(FIRST));
    expect(fitItems(FIRST, joinItems(FIRST).length)).toBe(joinItems(FIRST));
  });

  it('counts names that are alike', () => {
    expect(fitItems(['.first', '.alike', '.alike', '.alike', '.fifth', '.sixth'], 16)).toBe('.first +5 more');
  });

  it('first makes families of names', () => {
    expect(fitItems(FIRST, 80)).toBe('ELF and program headers, .interp .note* .gnu* .dyn* .rela*');
    expect(fitItems(['.rodata', '.eh_frame_hdr', '.eh_frame'], 20)).toBe('.rodata .eh_frame*');
  });

  it('makes no family of what readers look for', () => {
    expect(fitItems(['.init', '.plt', '.plt.got', '.text', '.fini'], 25)).toMatch(/\.plt .*\.text/);
    expect(fitItems(['.data', '.data.rel.ro', '.dynamic', '.dynsym'], 20)).not.toContain('*');
  });

  it('then drops what tells least, and says how many names', () => {
    expect(fitItems(FIRST, 40)).toBe('.interp .note* .gnu* .dyn* +3 more');
    expect(fitItems(['.init', '.plt', '.plt.got', '.text', '.fini'], 16)).toBe('.text +4 more');
  });

  it('shows one item however narrow it is', () => {
    expect(fitItems(['.text', '.rodata'], 0)).toBe('.text +1');
    expect(fitItems(['.a_section_with_a_long_name'], 3)).toBe('.a_section_with_a_long_name');
  });

  it('tries no more names than could ever be shown', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `s${i}`);
    expect(fitItems([...many, '.text'], 80)).toMatch(/^s0 s1 .* \.text \+\d+ more$/);
  });

  const name = fc.constantFrom(
    ...FIRST,
    '.text',
    '.rodata',
    '.got',
    '24 bytes of .got.plt',
    'rest of .bss',
    '.x',
  );
  const items = fc.uniqueArray(name, { minLength: 1, maxLength: 16 });

  it('never is longer than the line, if that has room for any one item', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 36, max: 200 }), (list, width) => {
        expect(fitItems(list, width).length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('accounts for every item', () => {
    fc.assert(
      fc.property(items, fc.nat(200), (list, width) => {
        const line = fitItems(list, width);
        const more = Number(/\+(\d+)(?: more)?$/.exec(line)?.[1] ?? 0);
        const shown = line.replace(/ ?\+\d+(?: more)?$/, '');
        const seen = list.filter(item => isShown(item, shown));
        expect(seen.length + more).toBe(list.length);
      }),
    );
  });
});

/** By itself, or by the pattern of its family. */
function isShown(item: string, line: string): boolean {
  const words = line
    .split(', ')
    .flatMap(phrase => (phrase.includes(' of ') || phrase.startsWith('ELF') ? [phrase] : phrase.split(' ')));
  return words.some(
    word =>
      word === item || (word.endsWith('*') && !item.includes(' ') && item.startsWith(word.slice(0, -1))),
  );
}
