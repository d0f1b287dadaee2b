/**
 * A policy file (JSON; render/schema/policy.json). An unknown key is an error, because a misspelt one would silently
 * judge by other rules than were meant.
 *
 *   { "version": 1,
 *     "failOn": "warning",
 *     "levels": { "relro-partial": "error" },
 *     "modules": [ { "path": "/opt/vendor/**", "levels": { "no-pie": "note" } } ],
 *     "exceptions": [ { "rule": "got-writable", "module": "/usr/bin/app", "reason": "APP-123", "expires": "2027-01-31" } ] }
 */
import { oneCharAByte } from '../model/latin1.ts';
import { LEVELS } from '../model/rule.ts';
import { compileGlob } from './glob.ts';
import { DEFAULT_POLICY, type Exception, type Levels, type Policy } from './policy.ts';
import { isRuleId, RULE_IDS } from './rules.ts';
import { type JsonValue, parseJson } from './strict-json.ts';

/** @throws UnusableJson, which names the place */
export function parsePolicy(text: string): Policy {
  const file = parseJson(text).object([
    '$schema',
    'version',
    'failOn',
    'inconclusive',
    'only',
    'ignore',
    'rules',
    'skip',
    'levels',
    'modules',
    'exceptions',
  ]);
  file.optional('$schema')?.text();
  file.required('version').oneOf([1]);
  const globs = (key: string) => file.optional(key)?.array(value => compileGlob(value.nonEmpty()));
  const rules = (key: string) => file.optional(key)?.array(value => value.oneOf(RULE_IDS));
  return {
    only: globs('only') ?? DEFAULT_POLICY.only,
    ignore: globs('ignore') ?? DEFAULT_POLICY.ignore,
    rules: rules('rules') ?? DEFAULT_POLICY.rules,
    skip: rules('skip') ?? DEFAULT_POLICY.skip,
    levels: parseLevels(file.optional('levels')),
    modules: file.optional('modules')?.array(parseModule) ?? DEFAULT_POLICY.modules,
    exceptions: file.optional('exceptions')?.array(parseException) ?? DEFAULT_POLICY.exceptions,
    failOn: file.optional('failOn')?.oneOf(LEVELS) ?? DEFAULT_POLICY.failOn,
    inconclusive: file.optional('inconclusive')?.oneOf(['fail', 'pass']) ?? DEFAULT_POLICY.inconclusive,
  };
}

function parseLevels(value: JsonValue | undefined): Levels {
  if (!value) return {};
  const levels: { -readonly [Id in keyof Levels]: Levels[Id] } = {};
  const object = value.object(RULE_IDS);
  for (const id of object.keys())
    if (isRuleId(id)) levels[id] = object.required(id).oneOf([...LEVELS, 'off']);
  return levels;
}

function parseModule(value: JsonValue): Policy['modules'][number] {
  const object = value.object(['path', 'levels']);
  return {
    path: compileGlob(object.required('path').nonEmpty()),
    levels: parseLevels(object.required('levels')),
  };
}

function parseException(value: JsonValue): Exception {
  const object = value.object(['rule', 'module', 'subject', 'reason', 'expires']);
  const pattern = object.required('module').nonEmpty();
  const subject = object.optional('subject')?.nonEmpty();
  return {
    rule: object.required('rule').oneOf(RULE_IDS),
    module: compileGlob(pattern),
    pattern: oneCharAByte(pattern),
    subject: subject === undefined ? null : oneCharAByte(subject),
    reason: oneCharAByte(object.required('reason').nonEmpty()),
    expires: object.required('expires').date(),
  };
}
