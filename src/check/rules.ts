/** Every rule, once: rule texts, SARIF rules and the command line's choices derive from this. Evidence comes first. */
import type { RuleId } from '../model/rule.ts';
import type { Rule } from './define-rule.ts';
import { aliasedWritableExecutable } from './rules/aliased-writable-executable.ts';
import { aslrOff } from './rules/aslr-off.ts';
import { executableAnonymous } from './rules/executable-anonymous.ts';
import { executableUntrustedFile } from './rules/executable-untrusted-file.ts';
import { gotWritable } from './rules/got-writable.ts';
import { imageMismatch } from './rules/image-mismatch.ts';
import { noPie } from './rules/no-pie.ts';
import { relroCutShort } from './rules/relro-cut-short.ts';
import { relroMissing } from './rules/relro-missing.ts';
import { relroNotInForce } from './rules/relro-not-in-force.ts';
import { relroPartial } from './rules/relro-partial.ts';
import { stackExecutable } from './rules/stack-executable.ts';
import { stackExecutableDeclared } from './rules/stack-executable-declared.ts';
import { textModified } from './rules/text-modified.ts';
import { textRelocations } from './rules/text-relocations.ts';
import { writableExecutable } from './rules/writable-executable.ts';

export const RULES: Readonly<Record<RuleId, Rule>> = {
  'image-mismatch': imageMismatch,
  'relro-missing': relroMissing,
  'relro-partial': relroPartial,
  'relro-cut-short': relroCutShort,
  'relro-not-in-force': relroNotInForce,
  'got-writable': gotWritable,
  'stack-executable-declared': stackExecutableDeclared,
  'stack-executable': stackExecutable,
  'writable-executable': writableExecutable,
  'aliased-writable-executable': aliasedWritableExecutable,
  'text-relocations': textRelocations,
  'text-modified': textModified,
  'executable-anonymous': executableAnonymous,
  'executable-untrusted-file': executableUntrustedFile,
  'no-pie': noPie,
  'aslr-off': aslrOff,
};

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

export const isRuleId = (text: string): text is RuleId => Object.hasOwn(RULES, text);
