/** Scope, levels, exceptions and the threshold; and the policy file, against its published schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { checkExitCode } from '../../src/check/exit-code.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/check/policy.ts';
import { parsePolicy } from '../../src/check/policy-file.ts';
import { RULE_IDS } from '../../src/check/rules.ts';
import type { Finding, Outcome } from '../../src/model/finding.ts';
import type { Level } from '../../src/model/rule.ts';
import { reportOf } from '../support/dsl.ts';
import { TODAY } from '../support/judge-rows.ts';
import { ordinary } from '../support/worlds.ts';

const SCHEMAS = join(import.meta.dirname, '..', '..', 'src', 'render', 'schema');
const schema = JSON.parse(readFileSync(join(SCHEMAS, 'policy.json'), 'utf8'));
const isValid = new Ajv().compile(schema);

const policyOf = (members: object): Policy => parsePolicy(JSON.stringify({ version: 1, ...members }));
const judged = (members: object, today = TODAY) => check(reportOf(ordinary), policyOf(members), today);
const failures = (members: object): string[] =>
  judged(members)
    .findings.filter(({ outcome, excuse }) => outcome === 'fail' && excuse === null)
    .map(({ rule, path, level }) => `${rule} ${path} ${level}`);

const PARTIAL = 'relro-partial /bin/app warning';
const GOT = 'got-writable /bin/app warning';
const exception = { rule: 'got-writable', module: '/bin/*', reason: 'APP-1', expires: TODAY };

describe('a policy', () => {
  it.each([
    ['nothing', {}, [PARTIAL, GOT]],
    ['one rule', { rules: ['relro-partial'] }, [PARTIAL]],
    ['all rules but one', { skip: ['relro-partial'] }, [GOT]],
    ['files that match', { only: ['libc*'] }, []],
    ['files by a whole path', { only: ['/bin/**'] }, [PARTIAL, GOT]],
    ['files that do not match', { ignore: ['app'] }, []],
    ['another level', { levels: { 'relro-partial': 'error' } }, ['relro-partial /bin/app error', GOT]],
    ['a rule off', { levels: { 'relro-partial': 'off' } }, [GOT]],
    [
      'the nearest level',
      {
        levels: { 'relro-partial': 'off' },
        modules: [
          { path: '/bin/*', levels: { 'relro-partial': 'note' } },
          { path: 'app', levels: { 'relro-partial': 'error', 'got-writable': 'off' } },
          { path: '/lib/*', levels: { 'relro-partial': 'off' } },
        ],
      },
      ['relro-partial /bin/app error'],
    ],
    ['an exception', { exceptions: [exception] }, [PARTIAL]],
    ['an exception for a subject', { exceptions: [{ ...exception, subject: 'GOT' }] }, [PARTIAL]],
    ['an exception for another subject', { exceptions: [{ ...exception, subject: '.got' }] }, [PARTIAL, GOT]],
    ['an exception for another file', { exceptions: [{ ...exception, module: '/lib/*' }] }, [PARTIAL, GOT]],
  ] as const)('judges by %s', (_title, members, expected) => {
    expect(failures(members)).toEqual(expected);
  });

  it('keeps what is excepted, with the reason', () => {
    const excused = judged({ exceptions: [exception] }).findings.filter(({ excuse }) => excuse);
    expect(excused.map(({ rule, excuse }) => ({ rule, excuse }))).toEqual([
      { rule: 'got-writable', excuse: { kind: 'exception', reason: 'APP-1', expires: TODAY } },
    ]);
  });

  it('says that an exception has expired, and does not heed it any more', () => {
    const report = judged({ exceptions: [exception, { ...exception, rule: 'no-pie' }] }, '2026-01-02');
    expect(report.findings.filter(({ excuse }) => excuse)).toEqual([]);
    // The other one would excuse nothing.
    expect(
      report.notes.filter(({ code }) => code === 'exception-expired').map(({ message }) => message),
    ).toEqual(['the exception from got-writable for /bin/* expired on 2026-01-01 (APP-1)']);
  });
});

describe('the exit code', () => {
  const finding = (outcome: Outcome, level: Level, excused = false): Finding => ({
    rule: 'no-pie',
    outcome,
    level,
    module: null,
    path: null,
    subject: null,
    message: '',
    range: null,
    facts: {},
    excuse: excused ? { kind: 'baseline' } : null,
  });
  const LEVELS = ['note', 'warning', 'error'] as const;

  it('is 1 exactly where a finding that counts reaches the threshold', () => {
    for (const failOn of LEVELS)
      for (const inconclusive of ['fail', 'pass'] as const)
        for (const level of LEVELS)
          for (const outcome of ['fail', 'inconclusive', 'pass', 'not-applicable'] as const)
            for (const excused of [false, true]) {
              const bad = outcome === 'fail' || (outcome === 'inconclusive' && inconclusive === 'fail');
              const reaches = LEVELS.indexOf(level) >= LEVELS.indexOf(failOn);
              const findings = [finding('pass', 'error'), finding(outcome, level, excused)];
              expect(checkExitCode(findings, { failOn, inconclusive })).toBe(
                bad && reaches && !excused ? 1 : 0,
              );
            }
  });

  it('is 0 without findings', () => expect(checkExitCode([], DEFAULT_POLICY)).toBe(0));
});

describe('the policy file', () => {
  it('lists every rule in its schema', () => {
    expect(schema.definitions.rule.enum).toEqual(RULE_IDS);
  });

  const full = {
    $schema: 'https://www.npmjs.com/package/vmaexplain/schema/policy.json',
    version: 1,
    failOn: 'warning',
    inconclusive: 'fail',
    only: ['/opt/**'],
    ignore: ['*.so'],
    rules: ['no-pie'],
    skip: ['aslr-off'],
    levels: { 'no-pie': 'off' },
    modules: [{ path: '/opt/*', levels: {} }],
    exceptions: [{ ...exception, subject: 'x' }],
  };

  it('is read whole, and no less than its schema allows', () => {
    expect(isValid(full)).toBe(true);
    const { failOn, inconclusive, rules, skip, levels, exceptions } = parsePolicy(JSON.stringify(full));
    expect({ failOn, inconclusive, rules, skip, levels }).toEqual({
      failOn: 'warning',
      inconclusive: 'fail',
      rules: ['no-pie'],
      skip: ['aslr-off'],
      levels: { 'no-pie': 'off' },
    });
    expect(exceptions).toMatchObject([{ subject: 'x', reason: 'APP-1', expires: TODAY }]);
    expect(policyOf({})).toMatchObject(DEFAULT_POLICY);
  });

  it.each([
    [{ version: 2 }, 'version: expected one of 1, found 2'],
    [{ $schema: 3 }, '$schema: expected a string, found 3'],
    [{ colour: 'red' }, 'colour: unknown key; known are'],
    [{ failOn: 'fatal' }, 'failOn: expected one of error, warning, note, found "fatal"'],
    [{ only: '/bin/*' }, 'only: expected an array, found "/bin/*"'],
    [{ only: [''] }, 'only[0]: expected a string that is not empty'],
    [{ rules: ['no-pie', 'no-pi'] }, 'rules[1]: expected one of image-mismatch'],
    [{ levels: { 'no-pi': 'error' } }, 'levels.no-pi: unknown key'],
    [{ levels: { 'no-pie': 'fatal' } }, 'levels.no-pie: expected one of error, warning, note, off'],
    [{ modules: [{ path: 'x' }] }, 'modules[0].levels: missing'],
    [
      { exceptions: [{ ...exception, reason: ' ' }] },
      'exceptions[0].reason: expected a string that is not empty',
    ],
    [{ exceptions: [{ rule: 'no-pie', module: 'x', expires: TODAY }] }, 'exceptions[0].reason: missing'],
    [{ exceptions: [{ ...exception, expires: undefined }] }, 'exceptions[0].expires: missing'],
    [{ exceptions: [{ ...exception, expires: 'soon' }] }, 'exceptions[0].expires: expected a date'],
    [{ exceptions: [{ ...exception, until: 1 }] }, 'exceptions[0].until: unknown key'],
    [{ exceptions: {} }, 'exceptions: expected an array, found {}'],
  ])('is refused for %j, as by its schema', (members, message) => {
    expect(() => policyOf(members)).toThrow(message);
    expect(isValid(JSON.parse(JSON.stringify({ version: 1, ...members })))).toBe(false);
  });

  it.each([
    ['[]', 'the document: expected an object, found []'],
    ['{', 'it is no JSON'],
    ['{}', 'version: missing'],
    ['{"version":1,"__proto__":{}}', '__proto__: unknown key'],
  ])('is refused: %s', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(message);
  });

  it('knows the calendar', () => {
    expect(() => policyOf({ exceptions: [{ ...exception, expires: '2026-02-30' }] })).toThrow(
      'expected a date',
    );
  });
});
