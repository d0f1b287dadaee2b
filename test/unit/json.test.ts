/** JSON of reports: written in pieces, it is the document; and the schema in the package allows it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MappingDocument } from '../../src/model/document.ts';
import type { Report } from '../../src/model/report.ts';
import { toDocument } from '../../src/render/document.ts';
import { renderJson, renderNdjson } from '../../src/render/json.ts';
import { stringify } from '../../src/render/stringify.ts';
import { reportOf } from '../support/dsl.ts';
import { parseGolden } from '../support/golden.ts';
import { IN_A_PIPE } from '../support/render-options.ts';
import { expectValid } from '../support/schema.ts';
import { ROOT, shell } from '../support/shell.ts';
import { APP, HEAP, LIBC, LOADER, mapped, STACK, VDSO } from '../support/worlds.ts';

const modules = { app: APP, libc: LIBC, loader: LOADER };
const everything = [mapped('app'), HEAP, mapped('libc'), mapped('loader'), STACK, VDSO].join('\n');

const WORLDS: Readonly<Record<string, Report>> = {
  ordinary: reportOf({ modules, maps: everything }),
  'without a mapping': reportOf({ modules: {}, maps: '' }),
  'with one mapping': reportOf({ modules: {}, maps: STACK }),
  'of a zombie': reportOf({ modules: {}, maps: '', process: { state: 'zombie' } }),
  'with an unread module': reportOf({
    modules: { ...modules, libc: { ...LIBC, elf: { reason: 'permission', message: 'it may not be read' } } },
    maps: everything,
  }),
  'with RELRO undone': reportOf({
    modules,
    maps: everything.replace(
      'app:3000-4000 r--p {Anonymous=4096 ac}',
      'app:3000-4000 rw-p {Anonymous=4096 ac wr}',
    ),
  }),
  'with names of every kind': reportOf({
    modules: { app: { ...APP, path: '/bin/\xff\x1b[31m\n"\\caf\xc3\xa9' } },
    maps: `${mapped('app')}\n ${STACK}`,
    process: { command: '\xff \t"' },
  }),
};

describe('json', () => {
  for (const [name, report] of Object.entries(WORLDS))
    it(`in pieces is the whole document ${name}`, () => {
      const text = [...renderJson(report, IN_A_PIPE)].join('');
      expect(text).toBe(`${stringify(toDocument(report), 2)}\n`);
      expect(JSON.parse(text)).toEqual(toDocument(report));
      expectValid(JSON.parse(text));
    });

  it('has parts that cover each mapping of a module, read or not, and none elsewhere', () => {
    for (const report of Object.values(WORLDS))
      for (const { module, start, end, parts } of toDocument(report).mappings) {
        const edges = module === null ? [] : [start, ...parts.map(part => part.end)];
        expect(parts.map(part => part.start)).toEqual(edges.slice(0, -1));
        if (module !== null) expect(edges.at(-1)).toBe(end);
      }
  });

  it('is written while later mappings are made', () => {
    const report = WORLDS['ordinary']!;
    expect([...renderJson(report, IN_A_PIPE)].length).toBeGreaterThan(report.mappings.length);
  });
});

describe('ndjson', () => {
  for (const [name, report] of Object.entries(WORLDS))
    it(`has the mappings of the document ${name}`, () => {
      const lines = [...renderNdjson(report, IN_A_PIPE)].join('').split('\n').slice(0, -1);
      const parsed = lines.map(line => JSON.parse(line) as MappingDocument & Record<string, unknown>);
      const document = toDocument(report);
      expect(parsed.length).toBe(document.mappings.length);
      for (const [i, { pid, command, modulePath, buildId, ...mapping }] of parsed.entries()) {
        expect(mapping).toEqual(document.mappings[i]);
        const module = mapping.module === null ? null : document.modules[mapping.module]!;
        expect({ pid, command }).toEqual({ pid: document.process.pid, command: document.process.command });
        expect({ modulePath, buildId }).toEqual({
          modulePath: module?.path ?? null,
          buildId: module?.buildId ?? null,
        });
      }
    });
});

describe('the schema', () => {
  const report = toDocument(WORLDS['ordinary']!);

  it.each([
    ['another member', { ...report, extra: 1 }],
    ['a size as text', { ...report, totals: { ...report.totals, size: '1' } }],
    ['an address as number', { ...report, mappings: [{ ...report.mappings[0], start: 4096 }] }],
    ['a kind that is none', { ...report, mappings: [{ ...report.mappings[0], kind: 'text' }] }],
    ['a missing member', { ...report, notes: undefined }],
  ])('refuses %s', (_, wrong) => {
    expect(() => expectValid(JSON.parse(JSON.stringify(wrong)))).toThrow(/schema/);
  });

  it('knows every member that a document has', () => {
    for (const known of Object.values(WORLDS)) expectValid(JSON.parse(JSON.stringify(toDocument(known))));
  });
});

describe.concurrent('the JSON of the golden files fits the schema', () => {
  const folder = join(ROOT, 'test', 'golden');
  const commands = readdirSync(folder)
    .filter(name => name.endsWith('.md'))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .filter(text => text.includes('\nexit code 0\n'))
    .map(text => parseGolden(text).command.split(' | ')[0]!)
    .filter(
      command =>
        /^(COLUMNS=\d+ )?vmaexplain [^|>]*samples/.test(command) && !/--format|record|check/.test(command),
    );

  for (const command of commands)
    it(command, async ({ expect: here = expect }) => {
      const { stdout, code } = await shell(`${command} --json`);
      here(code).toBe(0);
      for (const report of [JSON.parse(stdout)].flat()) expectValid(report);
    });
});
