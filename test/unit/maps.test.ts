import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, fileOffset } from '../../src/model/units.ts';
import { type MapsEntry, parseMapsLine } from '../../src/parse/maps.ts';
import { printMapsLine } from '../support/maps-line.ts';
import { maps } from '../support/smaps-words.ts';

const LINE = '5576a6515000-5576a6517000 r--p 00000000 fe:00 260131                     /usr/bin/sleep';

describe('a line of maps', () => {
  it('is read field by field', () => {
    expect(parseMapsLine(LINE)).toEqual({
      start: 0x5576a6515000n,
      end: 0x5576a6517000n,
      permissions: 'r--p',
      offset: 0n,
      device: 'fe:00',
      inode: '260131',
      name: '/usr/bin/sleep',
    });
  });

  const nameOf = (name: string): string | undefined =>
    parseMapsLine(LINE.replace('/usr/bin/sleep', name))?.name;

  it('I1 I2 keeps odd names to the byte', () => {
    for (const name of [
      '/a b  c',
      '/trailing ',
      '/tab\there',
      '/esc\x1b[2J',
      '/broken \xff\xfe utf8',
      '/back\\slash',
    ])
      expect(nameOf(name)).toBe(name);
    expect(nameOf('/new\\012line')).toBe('/new\nline');
    expect(nameOf('/gone (deleted)')).toBe('/gone (deleted)');
    expect(nameOf('/dir/[heap]')).toBe('/dir/[heap]');
    expect(nameOf('anon_inode:[perf_event]')).toBe('anon_inode:[perf_event]');
  });

  it('I4 is exact to 64 bits', () => {
    const line =
      'ffffffffff600000-ffffffffff601000 --xp ffffffffffffe000 00:01 18446744073709551615 [vsyscall]';
    expect(parseMapsLine(line)).toMatchObject({
      start: 0xffffffffff600000n,
      offset: 0xffffffffffffe000n,
      inode: '18446744073709551615',
    });
  });

  it('is refused if anything is wrong with it', () => {
    for (const line of [
      '',
      'Rss: 4 kB',
      LINE.replace('r--p', 'r--x'),
      LINE.replace('-5576a6517000', '-5576a6515000'),
      ` ${LINE}`,
      LINE.slice(0, 30),
    ])
      expect(parseMapsLine(line)).toBeNull();
  });

  it('is printed as the kernel prints it', () => {
    const lines = readFileSync('/proc/self/maps', 'latin1').split('\n').slice(0, -1);
    expect(lines.map(line => printMapsLine(parseMapsLine(line)!))).toEqual(lines);
  });

  it('is the same after printing and parsing', () => {
    fc.assert(
      fc.property(maps, entry => {
        expect(parseMapsLine(printMapsLine(entry))).toEqual(entry);
      }),
    );
  });

  it('pads short addresses to eight digits', () => {
    const entry: MapsEntry = {
      ...parseMapsLine(LINE)!,
      start: address(0x1000n),
      end: address(0x2000n),
      offset: fileOffset(0x10n),
    };
    expect(printMapsLine(entry)).toMatch(/^00001000-00002000 r--p 00000010 /);
  });
});
