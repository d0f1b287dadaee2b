/**
 * Every program of the check matrix is started and judged, and the process itself says what is true: it writes to the
 * bytes in question and reports what faulted. What readelf and /proc/PID/maps tell is read here independently.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import type { Finding, Outcome } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import type { RuleId } from '../../src/model/rule.ts';
import { build } from '../support/build.ts';
import { buildRow, CHECK_MATRIX, type CheckRow, startRow } from '../support/check-matrix.ts';
import { explainPid } from '../support/explained.ts';
import { type Subject, stopAll } from '../support/process.ts';
import { readelfHeader, readelfSections, readelfSegments } from '../support/readelf.ts';
import { itWith } from '../support/tools.ts';
import { requirements } from '../support/variant.ts';

const PAGE = 4096n;
const down = (value: bigint): bigint => value & -PAGE;

afterEach(stopAll);

interface Judged {
  readonly report: Report;
  readonly subject: Subject;
  readonly path: string;
  of(rule: RuleId, about?: string): Finding[];
  outcome(rule: RuleId, about?: string): Outcome | 'none';
}

async function judge(row: CheckRow): Promise<Judged> {
  const subject = await startRow(row);
  const report = check(explainPid(subject.pid), DEFAULT_POLICY, '2026-01-01');
  const path = buildRow(row);
  const of: Judged['of'] = (rule, about = path) =>
    report.findings.filter(finding => finding.rule === rule && finding.path === about);
  const outcome: Judged['outcome'] = (rule, about) => {
    const findings = of(rule, about);
    return findings.find(finding => finding.outcome === 'fail')?.outcome ?? findings[0]?.outcome ?? 'none';
  };
  return { report, subject, path, of, outcome };
}

/** Where the file is loaded, from maps and readelf alone. */
function biasOf(pid: number, path: string): bigint {
  if (readelfHeader(path).type === 'EXEC') return 0n;
  const line = readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .find(text => text.endsWith(` ${path}`))!;
  const loads = readelfSegments(path).filter(({ type }) => type === 'LOAD');
  return BigInt(`0x${line.split('-')[0]}`) - down(loads[0]!.vaddr);
}

/** What the process says of its RELRO pages, of what page rounding cuts off, and of its GOT slots. */
async function askOracle({ subject, path }: Judged, unpatched: string) {
  const bias = biasOf(subject.pid, path);
  const relro = readelfSegments(path).findLast(({ type }) => type === 'GNU_RELRO');
  const writable = async (at: bigint): Promise<boolean> => (await subject.probe(bias + at)) === 'writable';
  const anyWritable = async (places: readonly bigint[]): Promise<boolean> => {
    for (const place of places) if (await writable(place)) return true;
    return false;
  };
  const slots = slotsOf(unpatched);
  const slotsWritable = await anyWritable(slots);
  if (!relro) return { relro: null, slots: slots.length, slotsWritable };
  const [start, end] = [down(relro.vaddr), down(relro.vaddr + relro.memsz)];
  const pages = start < end;
  return {
    relro: {
      pages,
      writable: pages && (await anyWritable([start, end - 1n])),
      lastByteWritable: await writable(relro.vaddr + relro.memsz - 1n),
      aligned: end === relro.vaddr + relro.memsz,
    },
    slots: slots.length,
    slotsWritable,
  };
}

/** The places that relocations of PLT and GOT fill; without any, the last words of .got.plt and .got. */
function slotsOf(path: string): bigint[] {
  const text = execFileSync('readelf', ['-rW', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const lines = text.matchAll(/^([0-9a-f]+)\s+[0-9a-f]+\s+R_\w+_(?:JUMP_SLOT?|GLOB_DAT|IRELATIVE?)\b/gm);
  const slots = Array.from(lines, ([, place]) => BigInt(`0x${place}`));
  if (slots.length > 0) return slots;
  return readelfSections(path)
    .filter(
      ({ name, size, entsize }) => name === '.got' || (name === '.got.plt' && size > 3n * BigInt(entsize)),
    )
    .filter(({ size }) => size > 0n)
    .map(({ address, size }) => address + size - 1n);
}

describe('RELRO and GOT: the verdict equals what faulted', () => {
  for (const row of CHECK_MATRIX) {
    itWith([...requirements(row.variant), 'readelf'], row.id, async () => {
      const judged = await judge(row);
      const truth = await askOracle(judged, build(row.source, row.variant));
      const verdicts = {
        missing: judged.outcome('relro-missing'),
        notInForce: judged.outcome('relro-not-in-force'),
        cutShort: judged.outcome('relro-cut-short'),
        got: judged.outcome('got-writable'),
      };
      const { relro } = truth;
      expect(verdicts).toEqual({
        missing: relro ? 'pass' : 'fail',
        notInForce: !relro?.pages ? 'not-applicable' : relro.writable ? 'fail' : 'pass',
        cutShort: !relro ? 'not-applicable' : !relro.aligned && relro.lastByteWritable ? 'fail' : 'pass',
        got: truth.slots === 0 ? 'not-applicable' : truth.slotsWritable ? 'fail' : 'pass',
      });
      // Where the kernel enforces all that the headers ask for, their word alone foretells what the oracle says.
      if (relro?.pages && relro.aligned && !relro.writable)
        expect(judged.outcome('relro-partial')).toBe(truth.slotsWritable ? 'fail' : 'pass');
      expect(judged.outcome('image-mismatch')).toBe('pass');
      expect(judged.outcome('no-pie')).toBe(
        row.variant.kind === 'shared'
          ? 'not-applicable'
          : readelfHeader(judged.path).type === 'EXEC'
            ? 'fail'
            : 'pass',
      );
    });
  }
});

interface Line {
  readonly start: bigint;
  readonly end: bigint;
  readonly permissions: string;
  readonly name: string;
}

function mapsOf(pid: number): Line[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(
    /^(\w+)-(\w+) (\S+) \S+ \S+ \d+ *(.*)$/gm,
  );
  return Array.from(lines, ([, start, end, permissions, name]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    permissions: permissions!,
    name: name!,
  }));
}

/** The mappings that hold the stack pointers of threads but the first, as the kernel tells them (proc_pid_syscall(5)). */
function threadStacksOf(pid: number): Line[] {
  const maps = mapsOf(pid);
  return readdirSync(`/proc/${pid}/task`)
    .filter(thread => Number(thread) !== pid)
    .map(thread => {
      const pointer = stackPointerOf(`/proc/${pid}/task/${thread}`);
      return maps.find(({ start, end }) => start <= pointer && pointer < end)!;
    });
}

/** Every thread of a subject that is ready blocks in a system call; until then the kernel says "running". */
function stackPointerOf(task: string): bigint {
  for (;;) {
    const words = readFileSync(`${task}/syscall`, 'latin1').trim().split(' ');
    if (words.length > 1) return BigInt(words.at(-2)!);
  }
}

describe('stacks and W^X: the verdict equals the permissions that the kernel gave', () => {
  for (const row of CHECK_MATRIX) {
    itWith([...requirements(row.variant), 'readelf'], row.id, async () => {
      const judged = await judge(row);
      const { pid } = judged.subject;
      const maps = mapsOf(pid);
      const threads = threadStacksOf(pid);
      const executable = ({ permissions }: Line): boolean => permissions[2] === 'x';
      const main = maps.filter(({ name }) => name === '[stack]');
      const verdict = (subject: string): Finding | undefined =>
        judged.report.findings.find(
          finding => finding.rule === 'stack-executable' && finding.subject === subject,
        );
      expect(verdict('[stack]')?.outcome).toBe(main.some(executable) ? 'fail' : 'pass');
      // A stack that the program mapped by itself is only suspected; then writable-executable speaks.
      const threadVerdict = verdict('thread stack')!;
      if (threads.length > 0 && threadVerdict.outcome !== 'inconclusive')
        expect(threadVerdict.outcome).toBe(threads.some(executable) ? 'fail' : 'pass');
      if (threads.length === 0) expect(threadVerdict.outcome).not.toBe('fail');

      const judgedElsewhere = new Set(
        [...main, ...(threadVerdict.outcome === 'fail' ? threads : [])].map(({ start }) => start),
      );
      const both = maps.filter(
        ({ start, permissions }) => permissions.startsWith('rwx') && !judgedElsewhere.has(start),
      );
      const wx = judged.report.findings.filter(({ rule }) => rule === 'writable-executable');
      expect(wx.some(({ outcome }) => outcome === 'fail')).toBe(both.length > 0);
      expect(
        wx.reduce((sum, { facts }) => sum + (wx[0]!.outcome === 'fail' ? Number(facts['mappings']) : 0), 0),
      ).toBe(both.length);
    });
  }
});

/** What each odd program must be told, beyond what the oracle says: rule, subject, outcome, level and some facts. */
type Expected = readonly [
  rule: RuleId,
  subject: string,
  outcome: Outcome,
  level?: Finding['level'],
  facts?: Finding['facts'],
];

const STACK_OK: readonly Expected[] = [
  ['stack-executable-declared', 'GNU_STACK', 'pass'],
  ['stack-executable', '[stack]', 'pass'],
];
const STACK_RWX: readonly Expected[] = [
  ['stack-executable-declared', 'GNU_STACK', 'fail', 'error', { header: 'rwx', effect: 'all-stacks' }],
  ['stack-executable', '[stack]', 'fail', 'error'],
  ['stack-executable', 'thread stack', 'fail', 'error'],
];

const ODD: Readonly<Record<string, readonly Expected[]>> = {
  'gcc bfd pie execstack': STACK_RWX,
  'gcc bfd pie relro-full stack-twice': STACK_RWX,
  'gcc bfd pie relro-full stack-sized': STACK_OK,
  'gcc bfd pie relro-full stack-missing': [
    [
      'stack-executable-declared',
      'GNU_STACK',
      'fail',
      'warning',
      { header: 'absent', effect: 'thread-stacks' },
    ],
    ['stack-executable', '[stack]', 'pass'],
    ['stack-executable', 'thread stack', 'fail', 'error'],
  ],
  'i686-linux-gnu-gcc bfd pie execstack': STACK_RWX,
  'i686-linux-gnu-gcc bfd pie relro-full stack-twice': STACK_RWX,
  'i686-linux-gnu-gcc bfd pie relro-full stack-sized': STACK_OK,
  'i686-linux-gnu-gcc bfd pie relro-full stack-missing': [
    ['stack-executable-declared', 'GNU_STACK', 'fail', 'error', { header: 'absent', effect: 'everything' }],
    ['stack-executable', '[stack]', 'fail', 'error'],
  ],
  'gcc bfd pie norelro now': [['relro-missing', 'GNU_RELRO', 'fail', 'error', { header: 'absent' }]],
  'gcc bfd pie relro-partial sections-stripped': [
    ['relro-partial', 'GNU_RELRO', 'fail', 'warning', { binding: 'lazy' }],
  ],
  'gcc bfd pie relro-full relro-shrunk': [
    ['relro-cut-short', 'GNU_RELRO', 'fail', 'error'],
    ['relro-not-in-force', 'GNU_RELRO', 'not-applicable'],
  ],
  'gcc bfd pie relro-full relro-undone.c': [
    ['relro-not-in-force', 'GNU_RELRO', 'fail', 'error', { cause: 'undone', writableBytes: 4096, pages: 1 }],
  ],
  'musl-gcc bfd static relro-full': [
    ['relro-not-in-force', 'GNU_RELRO', 'fail', 'warning', { cause: 'static-start-code', protectedBytes: 0 }],
  ],
  'musl-gcc bfd static-pie relro-full': [
    ['relro-not-in-force', 'GNU_RELRO', 'fail', 'warning', { cause: 'static-start-code', protectedBytes: 0 }],
  ],
  'gcc bfd pie textrel': [
    ['text-relocations', 'DT_TEXTREL', 'fail', 'warning'],
    ['text-modified', 'code', 'fail', 'note', { cause: 'text-relocations' }],
  ],
  'gcc bfd pie relro-full text-modified.c': [
    ['text-relocations', 'DT_TEXTREL', 'pass'],
    ['text-modified', 'code', 'fail', 'warning', { cause: 'unknown', pages: 1 }],
  ],
  'gcc bfd pie relro-full data-read-only.c': [
    ['relro-not-in-force', 'GNU_RELRO', 'pass'],
    ['text-modified', 'code', 'pass'],
  ],
};

describe('what misleads those who read headers only', () => {
  for (const [id, expected] of Object.entries(ODD)) {
    const row = CHECK_MATRIX.find(candidate => candidate.id === id)!;
    itWith(requirements(row.variant), id, async () => {
      const judged = await judge(row);
      for (const [rule, subject, outcome, level, facts] of expected) {
        const finding = judged.of(rule).find(candidate => candidate.subject === subject);
        expect(finding, rule).toMatchObject({ outcome, ...(level && { level }), ...(facts && { facts }) });
      }
    });
  }

  const thread = CHECK_MATRIX.find(({ id }) => id === 'gcc bfd pie relro-full thread-execstack.c')!;
  itWith(requirements(thread.variant), thread.id, async () => {
    const judged = await judge(thread);
    // A thread that is just running does not tell where its stack is; then the memory is judged as what it is.
    const verdicts = [
      ...judged.of('stack-executable').filter(({ subject }) => subject === 'thread stack'),
      ...judged.of('writable-executable').filter(({ subject }) => subject === 'anonymous memory'),
    ];
    const failed = verdicts.filter(({ outcome }) => outcome === 'fail');
    expect(failed).toEqual([expect.objectContaining({ level: 'error' })]);
    expect(judged.of('stack-executable').find(({ subject }) => subject === '[stack]')?.outcome).toBe('pass');
  });

  const twice = CHECK_MATRIX.find(({ id }) => id === 'gcc bfd pie relro-full memfd-twice.c')!;
  itWith(requirements(twice.variant), twice.id, async () => {
    const judged = await judge(twice);
    const [aliased] = judged.of('aliased-writable-executable', '/memfd:twice');
    expect(aliased).toMatchObject({ outcome: 'fail', facts: { bytes: 16384 } });
    const [memfd] = judged.of('executable-untrusted-file', '/memfd:twice');
    expect(memfd).toMatchObject({ outcome: 'fail', facts: { reason: 'memfd' } });
  });
});
