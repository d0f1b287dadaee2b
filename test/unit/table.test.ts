/** Lines that must fit a terminal. */
import { expect, it } from 'vitest';
import { renderTable } from '../../src/render/table.ts';
import { reportOf } from '../support/dsl.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { APP } from '../support/worlds.ts';

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
