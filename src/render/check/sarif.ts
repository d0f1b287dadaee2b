/**
 * SARIF 2.1.0 (OASIS), for code scanning services. One run about all targets; every rule is listed, whether it
 * failed or not. What could not be judged is a result of kind "open"; with `all`, passes are results too.
 */
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { RuleInfo } from '../../model/rule.ts';
import { replaceEach } from '../../model/text.ts';
import { sizeOf } from '../../model/units.ts';
import { VERSION } from '../../model/version.ts';
import { printable } from '../printable.ts';
import { stringify } from '../stringify.ts';
import { fingerprint } from './fingerprint.ts';
import type { CheckOptions, CheckRenderer } from './options.ts';
import { ruleMarkdown, ruleText } from './rules.ts';
import { excuseWords, isQuiet } from './verdicts.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const HOME = 'https://www.npmjs.com/package/vmaexplain';

export const renderSarif: CheckRenderer = function* (reports, options) {
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'vmaexplain',
            version: VERSION,
            semanticVersion: VERSION,
            informationUri: HOME,
            rules: options.rules.map(ruleDescriptor),
          },
        },
        invocations: [invocation(reports, options)],
        columnKind: 'unicodeCodePoints',
        results: [],
      },
    ],
  };
  const text = stringify(log, 2);
  // The results come last, and one after the other: there may be more than one string can hold.
  const at = text.lastIndexOf('[]') + 1;
  yield text.slice(0, at);
  let separator = '';
  for (const result of resultsOf(reports, options)) {
    yield `${separator}\n${INDENT}${stringify(result, 2).replaceAll('\n', `\n${INDENT}`)}`;
    separator = ',';
  }
  if (separator !== '') yield `\n${INDENT.slice(2)}`;
  yield `${text.slice(at)}\n`;
};

/** Of a result. */
const INDENT = ' '.repeat(8);

function* resultsOf(reports: readonly Report[], { rules, all }: CheckOptions): Generator<object> {
  const index = new Map(rules.map(({ id }, i) => [id, i]));
  for (const report of reports)
    for (const finding of report.findings)
      if (all || !isQuiet(finding))
        yield { ...resultOf(finding, report), ruleIndex: index.get(finding.rule)! };
}

/** What code scanning sorts by, from 0 to 10. */
const SECURITY_SEVERITY = { error: '7.0', warning: '5.0', note: '3.0' };

function ruleDescriptor(rule: RuleInfo): object {
  const { id, title, level, aspect, doc } = rule;
  return {
    id,
    name: id.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: sentence(title) },
    fullDescription: { text: doc.meaning },
    help: { text: ruleText(rule), markdown: ruleMarkdown(rule) },
    helpUri: `${HOME}#${id}`,
    defaultConfiguration: { level },
    properties: { aspect, tags: ['security', 'hardening'], 'security-severity': SECURITY_SEVERITY[level] },
  };
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

function invocation(reports: readonly Report[], { exitCode, unjudged }: CheckOptions): object {
  const errors = unjudged.map(({ target, why }) => notification('unjudged', 'error', `${target}: ${why}`));
  const notes = reports.flatMap(report =>
    report.notes.map(({ code, message }) => notification(code, 'note', message)),
  );
  return {
    executionSuccessful: exitCode <= 1,
    exitCode,
    toolExecutionNotifications: [...errors, ...notes],
  };
}

const notification = (id: string, level: 'error' | 'note', text: string): object => ({
  descriptor: { id },
  level,
  message: { text: plain(text) },
});

/** Viewers make links of "[text](target)", which a file may be called (3.11.6). */
const plain = (text: string): string => printable(text).replaceAll('](', '] (');

const KINDS = { fail: 'fail', pass: 'pass', inconclusive: 'open', 'not-applicable': 'notApplicable' };

function resultOf(finding: Finding, report: Report): object {
  const { rule, outcome, level, path, subject, excuse, facts } = finding;
  const { pid, command } = report.capture.process;
  const printed = Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === 'string' ? printable(fact) : fact,
  ]);
  return {
    ruleId: rule,
    kind: KINDS[outcome],
    // Anything but a failure has no level (3.27.10).
    level: outcome === 'fail' ? level : 'none',
    message: { text: plain(`${path === null ? '' : `${path}: `}${finding.message}`) },
    locations: path === null ? [] : [locationOf(finding, path, report)],
    partialFingerprints: { 'vmaexplain/v1': fingerprint([rule, path, subject]) },
    ...(excuse && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: excuseWords(finding) }],
    }),
    properties: {
      subject: subject === null ? null : printable(subject),
      pid,
      command: command === null ? null : printable(command),
      facts: Object.fromEntries(printed),
    },
  };
}

function locationOf(finding: Finding, path: string, report: Report): object {
  const { subject } = finding;
  const address = addressOf(finding, report);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      // A binary has no lines, but code scanning rejects a location without one.
      region: { startLine: 1 },
      ...(address && { address }),
    },
    ...(subject !== null && {
      logicalLocations: [
        { name: printable(subject), fullyQualifiedName: `${printable(path)}:${printable(subject)}` },
      ],
    }),
  };
}

/** 3.32: where in memory, and how far from where the module is loaded, which is the same at every start. */
function addressOf({ range, module, subject }: Finding, report: Report): object | null {
  if (!range) return null;
  const bias = module === null ? undefined : report.modules[module]!.placement?.bias;
  const numbers = {
    absoluteAddress: Number(range.start),
    ...(bias !== undefined && { relativeAddress: Number(BigInt.asIntN(64, range.start - bias)) }),
    length: sizeOf(range),
  };
  // JSON readers hold numbers as doubles: an inexact address is worse than none.
  if (!Object.values(numbers).every(Number.isSafeInteger)) return null;
  return { ...numbers, ...(subject !== null && { name: printable(subject) }) };
}

const RESERVED = /[^A-Za-z0-9\-._~/]/g;

/** RFC 8089 and RFC 3986: the bytes of the path, percent-encoded; `[vdso]` and its like are relative. */
function uriOf(path: string): string {
  const encoded = replaceEach(
    path,
    RESERVED,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
