/** What holds for all rules together. */
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import { RULE_IDS, RULES } from '../../src/check/rules.ts';
import type { Report } from '../../src/model/report.ts';
import type { RuleId } from '../../src/model/rule.ts';
import { reportOf } from '../support/dsl.ts';
import { elf } from '../support/elf-words.ts';
import { findingsOf, TODAY } from '../support/judge-rows.ts';
import { DYNAMIC, LAZY, ordinary, predicted } from '../support/worlds.ts';

describe('the rules', () => {
  it('leave an ordinary process in peace, but for lazy binding', () => {
    const failed = findingsOf(ordinary).filter(({ outcome }) => outcome === 'fail');
    expect(failed.map(({ rule, path }) => [rule, path])).toEqual([
      ['relro-partial', '/bin/app'],
      ['got-writable', '/bin/app'],
    ]);
    expect(findingsOf(ordinary).filter(({ outcome }) => outcome === 'inconclusive')).toEqual([]);
  });

  it('never pass what the evidence does not show', () => {
    const maps = ordinary.maps.replace(/ [rwx-]{3}p /g, ' ???p ');
    const process = { personality: null, randomizeVaSpace: null };
    const real: RuleId[] = [
      'relro-not-in-force',
      'got-writable',
      'stack-executable',
      'writable-executable',
      'text-modified',
      'executable-anonymous',
    ];
    const passed = findingsOf({ ...ordinary, maps, process, origin: 'pmap' }).filter(
      ({ rule, outcome }) => real.includes(rule) && outcome === 'pass',
    );
    expect(passed).toEqual([]);
  });

  it('have nothing to judge in a relocatable object', () => {
    const report = reportOf(predicted(elf(DYNAMIC, ...LAZY)));
    const [module] = report.modules;
    const image = { ...module!.image, elf: elf('REL', '.text 0 10') };
    const object = { ...report, modules: [{ ...module!, image }] } as Report;
    const { findings } = check(object, DEFAULT_POLICY, TODAY);
    expect(new Set(findings.map(({ outcome }) => outcome))).toEqual(new Set(['not-applicable']));
  });

  it('have nothing to judge in a kernel thread', () => {
    const none = findingsOf({ modules: {}, maps: '', process: { state: 'kernel-thread' } });
    expect(none.map(({ rule, outcome }) => [rule, outcome])).toEqual(
      RULE_IDS.map(id => [id, 'not-applicable']),
    );
  });

  it('have a page each, under their own name', () => {
    for (const [id, rule] of Object.entries(RULES)) {
      expect(rule.id).toBe(id);
      expect(rule.doc.causes.length).toBeGreaterThan(0);
      for (const text of [rule.doc.meaning, rule.doc.consequence, rule.doc.remedy])
        expect(text).toMatch(/^[A-Z`].*[.)]$/s);
    }
  });
});
