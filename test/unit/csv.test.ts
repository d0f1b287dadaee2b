/** CSV that a spreadsheet opens as what it is: RFC 4180, and no cell is a formula. */

import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { reportOf } from '../support/dsl.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { APP, LIBC, mapped, STACK } from '../support/worlds.ts';

const csv = (report: Report, quiet = false): string =>
  [...renderCsv(report, { ...IN_A_PIPE, quiet })].join('');

/** By the grammar of RFC 4180 and nothing else. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cells.lastIndex < text.length) {
    const at = cells.lastIndex;
    const found = cells.exec(text);
    if (!found) throw new Error(`no cell at ${at}: ${JSON.stringify(text.slice(at, at + 60))}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const named = (path: string): Report =>
  reportOf({ modules: { app: { ...APP, path } }, maps: `${mapped('app')}\n ${STACK}` });

describe('rows', () => {
  const rows = parse(
    csv(
      reportOf({ modules: { app: APP, libc: LIBC }, maps: `${mapped('app')}${mapped('libc')}\n ${STACK}` }),
    ),
  );
  const [head, ...body] = rows;

  it('have a header of distinct names', () => {
    expect(head!.slice(0, 5)).toEqual(['pid', 'start', 'end', 'size', 'permissions']);
    expect(new Set(head).size).toBe(head!.length);
  });

  it('are one for each mapping, with a cell for each name', () => {
    expect(body.length).toBe(11);
    expect(body.every(row => row.length === head!.length)).toBe(true);
  });

  it('tell what the table tells', () => {
    const row = Object.fromEntries(head!.map((name, i) => [name, body[3]![i]]));
    expect(row).toMatchObject({
      start: '0x563412343000',
      size: '4096',
      permissions: 'r--p',
      kind: 'elf',
      module: '/bin/app',
      relro: 'in-force',
      contents: 'LOAD 3, RELRO: .data.rel.ro .got, 24 bytes of .got.plt',
    });
  });

  it('come alone where pmap -q would have no header', () => {
    const report = named('/bin/app');
    expect(parse(csv(report, true))).toEqual(parse(csv(report)).slice(1));
  });
});

describe('a cell', () => {
  const pathOf = (path: string): string => parse(csv(named(path)))[1]![8]!;

  it.each(['a,b', 'a"b', '"', ',,', "a'b", 'a;b', ' a '])('gives %s back', name => {
    expect(pathOf(`/bin/${name}`)).toBe(`/bin/${name}`);
  });

  // A path begins with a slash, but the name of other evidence need not.
  it.each(['=1+2', '+1', '-1', '@SUM(A1)', '=HYPERLINK("http://x","y")', '-', '='])(
    'makes no formula of %s',
    name => {
      expect(pathOf(name)).toBe(`'${name}`);
    },
  );

  it('of permissions is none either', () => {
    const report = reportOf({
      modules: { app: APP },
      maps: `${mapped('app')}\n ffffffffff600000-ffffffffff601000 --xp [vsyscall]`,
    });
    expect(parse(csv(report)).map(row => row[4])).toContain("'--xp");
  });

  it('never begins like one', () => {
    const text = csv(named(Buffer.from('\t=1\r=2\n=3').toString('latin1')));
    for (const row of parse(text)) for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });
});
