/**
 * A baseline: the findings of an earlier run, which do not count any more, so that an old code base fails only on
 * what is new (JSON; render/schema/baseline.json).
 *
 *   { "format": "vmaexplain-baseline", "version": 1,
 *     "findings": [ { "rule": "relro-partial", "path": "/usr/bin/sleep", "subject": "GNU_RELRO", "outcome": "fail" } ] }
 */
import type { Finding } from '../model/finding.ts';
import { oneCharAByte } from '../model/latin1.ts';
import { identityKey, type KnownFinding } from './identity.ts';
import { RULE_IDS } from './rules.ts';
import { type JsonValue, parseJson } from './strict-json.ts';

/** Does the baseline know this finding? */
export type Baseline = (finding: Finding) => boolean;

/** @throws UnusableJson, which names the place */
export function parseBaseline(text: string): Baseline {
  const file = parseJson(text).object(['$schema', 'format', 'version', 'findings']);
  file.optional('$schema')?.text();
  file.required('format').oneOf(['vmaexplain-baseline']);
  file.required('version').oneOf([1]);
  return baselineOf(file.required('findings').array(parseKnown));
}

function parseKnown(value: JsonValue): KnownFinding {
  const object = value.object(['rule', 'path', 'subject', 'outcome']);
  const latin1 = (key: string): string | null => {
    const text = object.required(key).nullableText();
    return text === null ? null : oneCharAByte(text);
  };
  return {
    rule: object.required('rule').oneOf(RULE_IDS),
    path: latin1('path'),
    subject: latin1('subject'),
    outcome: object.required('outcome').oneOf(['fail', 'inconclusive']),
  };
}

/** What was inconclusive and now fails is new; the reverse is not. */
function baselineOf(known: readonly KnownFinding[]): Baseline {
  const outcomes = new Map<string, KnownFinding['outcome']>();
  for (const finding of known)
    if (outcomes.get(identityKey(finding)) !== 'fail') outcomes.set(identityKey(finding), finding.outcome);
  return finding => {
    const outcome = outcomes.get(identityKey(finding));
    return outcome === 'fail' || (outcome === 'inconclusive' && finding.outcome === 'inconclusive');
  };
}
