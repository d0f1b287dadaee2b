/** Every output format of `check`: complete, valid, and inert whatever the files are called. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { counts } from '../../src/check/exit-code.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/check/policy.ts';
import { RULE_IDS, RULES } from '../../src/check/rules.ts';
import type { Report } from '../../src/model/report.ts';
import { CHECK_FORMATS, type CheckFormatName } from '../../src/render/check/formats.ts';
import type { CheckOptions } from '../../src/render/check/options.ts';
import { explainRule, listRules } from '../../src/render/check/rules.ts';
import { PLAIN } from '../../src/render/palette.ts';
import { reportOf, type World } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { TODAY } from '../support/judge-rows.ts';
import { hasTool } from '../support/tools.ts';
import { APP, alsoMapped, DYNAMIC, LAZY, ordinary, remapped, withApp } from '../support/worlds.ts';

const POLICY: Policy = { ...DEFAULT_POLICY, failOn: 'warning' };
const judged = (world: World, policy = POLICY): Report => check(reportOf(world), policy, TODAY);

async function piecesOf(
  format: CheckFormatName,
  reports: readonly Report[],
  options: Partial<CheckOptions> = {},
): Promise<string[]> {
  const renderer = await CHECK_FORMATS[format]();
  const pieces = renderer(reports, {
    palette: PLAIN,
    width: null,
    rules: Object.values(RULES),
    all: false,
    counts: finding => counts(finding, POLICY),
    unjudged: [],
    several: false,
    exitCode: 1,
    ...options,
  });
  return [...pieces];
}

const render = async (...wanted: Parameters<typeof piecesOf>): Promise<string> =>
  (await piecesOf(...wanted)).join('');

/** A name that tries to act in every format; latin1, one char a byte. */
const HOSTILE =
  '/tmp/\x1b]0;owned\x07\n::error::x,y=1%0A##[error]z|<b>&"\'`]]>-->@team [l](u) \xe2\x80\xae\xe2\x80\x8b\xff\xc3\xa9';
const hostile: World = {
  ...withApp({ path: HOSTILE, deleted: true, elf: elf(DYNAMIC, ...LAZY, 'GNU_STACK rwx 0 0') }),
  process: { command: HOSTILE },
};
const WORLDS: readonly World[] = [
  ordinary,
  hostile,
  remapped('rw-p [stack]', 'rw?p [stack]'),
  alsoMapped('7f3000000000-7f3000010000 rwxp [anon:\x1b[2J|<i>]'),
  { modules: { app: APP }, maps: '', process: { state: 'zombie' } },
];
const REPORTS = WORLDS.map(world => judged(world));
const FORMAT_NAMES = Object.keys(CHECK_FORMATS) as CheckFormatName[];

describe('every format', () => {
  it.each(FORMAT_NAMES)('%s holds nothing that acts', async format => {
    for (const all of [false, true]) {
      const text = await render(format, REPORTS, { all, unjudged: [{ target: HOSTILE, why: HOSTILE }] });
      expect(text).toMatch(/\n$/);
      // JSON escapes what it must; there, the bytes are to be had back.
      expect(text).not.toMatch(
        format === 'json' ? /[\x00-\x09\x0b-\x1f\x7f]/ : /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]/,
      );
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
      expect(text).not.toContain('\ufffd');
    }
  });

  it.each(FORMAT_NAMES)('%s takes no report at all', async format => {
    expect(await render(format, [])).not.toContain('undefined');
  });
});

describe('a target that could not be judged', () => {
  const unjudged = [{ target: 'app.core', why: 'there is no such file' }];
  const says: readonly (readonly [CheckFormatName, string])[] = [
    ['github', '::error title=not judged::app.core: there is no such file\n'],
    ['markdown', '### app\\.core\n\n❌ not judged: there is no such file\n'],
    [
      'junit',
      '<testcase classname="app.core" name="target"><error type="unjudged" message="there is no such file"/></testcase>',
    ],
  ];
  it.each(says)('is an error of %s', async (format, text) => {
    expect(await render(format, [judged(ordinary)], { unjudged })).toContain(text);
    expect(await render(format, [], { unjudged })).toContain(text);
  });

  it('is a notification of SARIF, and one more error of JUnit', async () => {
    const log = JSON.parse(await render('sarif', [], { unjudged, exitCode: 3 }));
    expect(log.runs[0].invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          level: 'error',
          message: { text: 'app.core: there is no such file' },
          descriptor: { id: 'unjudged' },
        },
      ],
    });
    expect(await render('junit', [], { unjudged })).toContain(
      '<testsuites name="vmaexplain check" tests="1" failures="0" errors="1" skipped="0">',
    );
  });
});

describe('table', () => {
  it('groups by file, and says each remedy once', async () => {
    expect(await render('table', [judged(ordinary)], { width: 76 })).toMatchInlineSnapshot(`
      "1: /bin/app
      2 warnings; 31 passed, 14 not applicable

      /bin/app
        warning        relro-partial of GNU_RELRO (declared)
                       it was linked without -z now, so 3 slots (24 bytes,
                       .got.plt+0x18 to .got.plt+0x28) lie outside GNU_RELRO and
                       stay writable
                       remedy: Link with -Wl,-z,relro,-z,now.
        warning        got-writable of GOT (real)
                       3 of its 5 GOT slots may be written (24 bytes in .got.plt)
                       remedy: Link with -Wl,-z,relro,-z,now; see
                       relro-not-in-force where that is done already.

      2 findings make the check fail
      "
    `);
  });

  it('keeps every name on one line', async () => {
    const lines = (await render('table', [judged(hostile)])).split('\n');
    expect(lines.filter(line => line.includes('owned')).length).toBe(2);
    expect(lines.filter(line => line.startsWith('::'))).toEqual([]);
  });

  it('shows what passed if asked for', async () => {
    const text = await render('table', [judged(ordinary)], { all: true });
    expect(text).toContain('  pass           no-pie (declared)');
    expect(text).toContain('  not applicable no-pie (declared)');
  });
});

describe('github', () => {
  it('is one command for each open finding, the worst first', async () => {
    const text = await render('github', REPORTS);
    const commands = text.split('\n').filter(line => line.startsWith('::'));
    for (const line of commands)
      expect(line).toMatch(/^::(error|warning|notice) file=[^,:]+,title=[^,:]+::[^\r\n]+$/);
    const open = REPORTS.flatMap(({ findings }) => findings).filter(
      ({ outcome }) => outcome === 'fail' || outcome === 'inconclusive',
    );
    expect(commands).toHaveLength(open.length);
    expect(
      text.split('\n').filter(line => line !== '' && !/^(::(error|warning|notice) |vmaexplain: )/.test(line)),
    ).toEqual([]);
    expect(text).not.toContain('##[');
  });

  it('is silent about what is excused', async () => {
    const policy = { ...POLICY, levels: { 'relro-partial': 'off', 'got-writable': 'off' } } as const;
    expect(await render('github', [judged(ordinary, policy)])).toMatch(/^vmaexplain: .*\n$/);
  });
});

describe('markdown', () => {
  it('is a table whose cells are inert', async () => {
    const text = await render('markdown', REPORTS, { all: true });
    const rows = text.split('\n').filter(line => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) {
      const bare = row.replace(/\\./g, '');
      expect(bare.split('|')).toHaveLength(6);
      expect(bare.replace('| --- | --- | --- | --- |', '')).not.toMatch(/[<>`*_[\]@]/);
    }
    for (const line of text.split('\n')) expect(line).toMatch(/^$|^### |^\| |^- \*\*|^[\w,; ]+$/);
  });
});

describe('junit', () => {
  it('is well-formed and counts as it lists', async () => {
    const text = await render('junit', REPORTS);
    const root = parseXml(text);
    expect(root.name).toBe('testsuites');
    const cases = root.children.flatMap(suite => suite.children);
    expect(cases).toHaveLength(Number(root.attributes['tests']));
    expect(cases).toHaveLength(REPORTS.flatMap(({ findings }) => findings).length);
    for (const node of [root, ...root.children]) {
      const own = node === root ? cases : node.children;
      const having = (name: string): number =>
        own.filter(({ children }) => children[0]?.name === name).length;
      expect(node.attributes).toMatchObject({
        tests: `${own.length}`,
        failures: `${having('failure')}`,
        skipped: `${having('skipped')}`,
        errors: '0',
      });
    }
    expect(root.children.map(({ attributes }) => attributes['name'])).toContain('1: /bin/app');
    if (hasTool('xmllint')) execFileSync('xmllint', ['--noout', '-'], { input: text });
  });

  it('fails what makes the run fail, and nothing else', async () => {
    const failures = async (policy: Policy): Promise<string | undefined> =>
      parseXml(
        await render('junit', [judged(remapped('rw-p [stack]', 'rw?p [stack]'))], {
          counts: f => counts(f, policy),
        }),
      ).attributes['failures'];
    expect(await failures(POLICY)).toBe('2');
    expect(await failures({ ...POLICY, failOn: 'error' })).toBe('0');
    // Whether the stack is executable does not show.
    expect(await failures({ ...POLICY, failOn: 'error', inconclusive: 'fail' })).toBe('1');
  });
});

describe('json', () => {
  it('is the report, or an array of reports, with the findings', async () => {
    const path = join(import.meta.dirname, '..', '..', 'src', 'render', 'schema', 'report.json');
    const ajv = new Ajv({ strict: false });
    const isReport = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));
    const all = JSON.parse(await render('json', REPORTS));
    expect(all).toHaveLength(REPORTS.length);
    for (const document of all) expect(isReport(document), ajv.errorsText(isReport.errors)).toBe(true);
    const one = JSON.parse(await render('json', REPORTS.slice(0, 1)));
    expect(one.findings).toHaveLength(REPORTS[0]!.findings.length);
    expect(one.findings.find(({ rule }: { rule: string }) => rule === 'got-writable')).toMatchObject({
      outcome: 'fail',
      path: '/bin/app',
      subject: 'GOT',
      range: { start: '0x563412344000', end: '0x563412344018' },
      facts: { slots: 5, writableSlots: 3 },
      excuse: null,
    });
  });
});

describe('many findings', () => {
  it.each(FORMAT_NAMES)('%s comes in pieces, which many findings make no longer', async format => {
    const longest = async (times: number): Promise<number> => {
      const reports = REPORTS.map(report => ({
        ...report,
        findings: Array.from({ length: times }, () => report.findings).flat(),
      }));
      const pieces = await piecesOf(format, reports, { all: true });
      return Math.max(...pieces.map(piece => piece.length));
    };
    expect(await longest(50)).toBeLessThan(1.1 * (await longest(1)));
  });
});

describe('sarif', () => {
  const path = join(import.meta.dirname, '..', 'fixtures', 'sarif-2.1.0.json');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isSarif = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));
  const logOf = async (reports: readonly Report[], all = false) => {
    const log = JSON.parse(await render('sarif', reports, { all }));
    expect(isSarif(log), ajv.errorsText(isSarif.errors)).toBe(true);
    return log.runs[0];
  };

  it('lists every rule, also where nothing failed', async () => {
    expect(isSarif({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
    const run = await logOf([]);
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(RULE_IDS);
    expect(run.results).toEqual([]);
    for (const { id, helpUri, help } of run.tool.driver.rules) {
      expect(helpUri).toBe(`https://www.npmjs.com/package/vmaexplain#${id}`);
      expect(help.text).toContain('Remedy: ');
    }
  });

  it('has a result for each open finding, or for all', async () => {
    const run = await logOf(REPORTS);
    for (const { kind } of run.results) expect(['fail', 'open']).toContain(kind);
    const { results } = await logOf(REPORTS, true);
    expect(results).toHaveLength(REPORTS.flatMap(({ findings }) => findings).length);
    for (const { ruleId, ruleIndex, kind, level } of results) {
      expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
      // 3.27.10: whatever is no failure has the level "none".
      expect(level !== 'none').toBe(kind === 'fail');
    }
  });

  it('tells where: the file, the address, and how far from the load bias', async () => {
    const { results } = await logOf([judged(ordinary)]);
    const got = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'got-writable');
    expect(got.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'file:///bin/app' },
      region: { startLine: 1 },
      address: { absoluteAddress: 0x563412344000, relativeAddress: 0x4000, length: 24, name: 'GOT' },
    });
  });

  it('writes the bytes of a path as a URI', async () => {
    const { results } = await logOf([judged(hostile)]);
    const { uri } = results[0].locations[0].physicalLocation.artifactLocation;
    const bytes = uri
      .slice('file://'.length)
      .replace(/%(..)/g, (_all: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    expect(bytes).toBe(HOSTILE);
    expect(new URL(uri).href).toBe(uri);
  });

  it('has fingerprints that ASLR does not change', async () => {
    const prints = async (world: World): Promise<string[]> =>
      (await logOf([judged(world)], true)).results.map(
        (result: { partialFingerprints: Record<string, string> }) =>
          result.partialFingerprints['vmaexplain/v1'],
      );
    const here = await prints(ordinary);
    expect(await prints({ ...ordinary, shift: 0x55000n })).toEqual(here);
    expect(new Set(here).size).toBe(here.length);
  });

  it('marks what is excused as suppressed, with the reason', async () => {
    const exception = {
      rule: 'got-writable',
      module: () => true,
      pattern: '**',
      subject: null,
      reason: 'APP-1',
      expires: TODAY,
    } as const;
    const { results } = await logOf([judged(ordinary, { ...POLICY, exceptions: [exception] })]);
    const got = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'got-writable');
    expect(got.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: `excepted until ${TODAY}: APP-1` },
    ]);
  });
});

describe('documentation', () => {
  it('lists the rules, one a line', () => {
    const lines = listRules(Object.values(RULES)).trimEnd().split('\n');
    expect(lines.map(line => line.split(' ')[0])).toEqual(RULE_IDS);
  });

  it('explains a rule', () => {
    expect(explainRule(RULES['no-pie'], PLAIN, 72)).toMatchInlineSnapshot(`
      "no-pie: not position-independent
      level warning; judges what the headers ask for

      Meaning
        The program (type EXEC) is linked for fixed addresses: its code, GOT
        and data lie at the same place in every process.

      Consequence
        Randomisation of addresses does not cover the program itself, so an
        attacker knows where its code and data are.

      Causes
        - linked with -no-pie
        - linked with -static instead of -static-pie
        - a compiler whose default is not PIE

      Remedy
        Compile with -fPIE and link with -pie (static programs: -static-pie;
        Go: -buildmode=pie).
      "
    `);
  });
});

interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
}

/** Strict about what JUnit files need: nesting, quoting, entities; everything else is an error. */
function parseXml(text: string): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [] };
  const open = [root];
  const TOKEN =
    /<\?xml version="1\.0" encoding="UTF-8"\?>|<\/(?<close>[\w-]+)>|<(?<name>[\w-]+)(?<attributes>(?: \w+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#10);)*")*)(?<empty>\/?)>|(?:[^<&>]|&(?:amp|lt|gt|quot|apos|#10);)+/gy;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`no XML at ${JSON.stringify(text.slice(at, at + 80))}`);
    const { close, name, attributes = '', empty } = match.groups!;
    if (close && open.pop()?.name !== close) throw new Error(`</${close}> closes something else`);
    if (!name) continue;
    const pairs = [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]);
    const node = { name, attributes: Object.fromEntries(pairs), children: [] };
    open.at(-1)!.children.push(node);
    if (empty === '') open.push(node);
  }
  if (open.length !== 1) throw new Error('not everything is closed');
  return root.children[0]!;
}
