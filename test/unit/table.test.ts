/** Lines that must fit a terminal. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentsOf } from '../../src/render/contents.ts';
import { renderTable } from '../../src/render/table.ts';
import { cutTo, mostColumns } from '../../src/render/width.ts';
import { reportOf } from '../support/dsl.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { APP, LIBC, mapped } from '../support/worlds.ts';

const report = reportOf({
  modules: { app: APP },
  maps: 'app:0000-1000 r--p\napp:1000-2000 rwxp\napp:2000-3000 r--p\napp:3000-5000 rw-p',
});

const contentsAt = (width: number | null): string[] =>
  [...renderTable(report, { ...IN_A_PIPE, width })].join('').match(/LOAD .*/g)!;

it('cuts what stands beside an alert where it is long, and never the alert', () => {
  const [first, text, rodata, data] = contentsAt(null);
  expect(text).toBe('LOAD 1 ! mprotect: r-x became rwx');
  expect(data).toMatch(/^LOAD 3, RELRO not in force: .{16,} ! RELRO not applied$/);
  expect(contentsAt(60)).toEqual([first, text, rodata, 'LOAD 3, RELRO n… ! RELRO not applied']);
});

it('cuts no name of wide characters in a pipe, and on a terminal none within a character', () => {
  const name = '日本語ライブラリ😀'.repeat(3);
  const wide = reportOf({
    modules: { app: { ...APP, path: Buffer.from(`/opt/${name}`).toString('latin1') } },
    maps: 'app:0000-1000 r--p',
  });
  const rowAt = (width: number | null): string =>
    [...renderTable(wide, { ...IN_A_PIPE, width })].join('').match(/r--p .*/)![0];
  expect(rowAt(null)).toContain(`${name} `);
  expect(rowAt(80)).toMatch(/^r--p 日本語ライブラリ😀日本… +LOAD 0/u);
});

it('cuts a text to the columns that there are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 30 }), (text, more) => {
      const short = cutTo(text, more + 1);
      expect(mostColumns(short)).toBeLessThanOrEqual(Math.max(more + 1, 1));
      expect(short).not.toMatch(/\p{Surrogate}/u);
      if (short !== text) expect(text.startsWith(short.slice(0, -1))).toBe(true);
    }),
  );
});

it('lets no name of another module act, of which a part lies in a mapping', () => {
  const report = reportOf({
    modules: { app: APP, libc: { ...LIBC, path: '/lib/\x1b]0;title\x07::error::\r\n' } },
    maps: `${mapped('app')}\n${mapped('libc')}`,
  });
  const of = (path: string) =>
    report.mappings.findLast(({ module }) => report.modules[module!]!.path.startsWith(path))!;
  const { items } = contentsOf(report, { ...of('/bin'), residents: of('/lib').residents });
  expect(items.join()).toMatch(/ of .*title/);
  expect(items.join()).toMatch(/^[\x20-\x7e]+$/);
});
