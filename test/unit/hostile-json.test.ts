/** JSON that is deep, wide or long: refused in words. */
import { describe, expect, it } from 'vitest';
import { parseBaseline } from '../../src/check/baseline.ts';
import { parsePolicy } from '../../src/check/policy-file.ts';
import { UnusableJson } from '../../src/check/strict-json.ts';
import { whyTooComplex } from '../../src/model/json-bounds.ts';
import { TargetError } from '../../src/source/errors.ts';
import { captureSnapshot } from '../../src/source/snapshot-read.ts';

const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const LONG = JSON.stringify('x'.repeat(1 << 20));

describe.each([
  ['deeply nested', DEEP],
  ['very long', LONG],
])('a value that is %s', (_, value) => {
  it.each([
    ['policy', parsePolicy, (text: string) => text],
    ['version of a policy', parsePolicy, (text: string) => `{"version": ${text}}`],
    ['level', parsePolicy, (text: string) => `{"version": 1, "levels": {"no-pie": ${text}}}`],
    ['glob', parsePolicy, (text: string) => `{"version": 1, "only": [[${text}]]}`],
    ['baseline', parseBaseline, (text: string) => text],
    [
      'finding',
      parseBaseline,
      (text: string) => `{"format": "vmaexplain-baseline", "version": 1, "findings": [${text}]}`,
    ],
  ])('as a %s', (__, parse, around) => {
    const refused = (): unknown => parse(around(value));
    expect(refused).toThrow(UnusableJson);
    expect(refused).toThrow(/^.{1,200}$/);
  });

  it.each([
    ['snapshot', (text: string) => text],
    ['format', (text: string) => `{"format": ${text}}`],
    ['member', (text: string) => `{"format": "vmaexplain-snapshot", "version": 1, "tool": ${text}}`],
  ])('as a %s', (__, around) => {
    const refused = (): unknown => captureSnapshot(around(value), null, 'full');
    expect(refused).toThrow(TargetError);
    expect(refused).toThrow(/^.{1,200}$/);
  });
});

describe('how complex JSON may be', () => {
  it('is told before it is parsed', () => {
    expect(whyTooComplex('['.repeat(100))).toMatch(/nests deeper than 32 levels/);
    expect(whyTooComplex(`[${'{},'.repeat(2_000_000)}0]`)).toMatch(/more than 2000000/);
    expect(whyTooComplex(`[${'0,'.repeat(2_000_001)}0]`)).toMatch(/more than 2000000/);
  });

  it('has nothing to do with what its strings hold', () => {
    for (const text of ['[{,', '\\', '"', '\\"[', '['.repeat(1000)])
      expect(whyTooComplex(JSON.stringify({ [text]: [text, text] }))).toBeNull();
    expect(whyTooComplex('{"unended: [[[')).toBeNull();
  });
});
