/**
 * Core files against the process that they were made of: whatever a core can tell is what the live process told, and
 * its sections are where gdb finds them in the core.
 */

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import { correlate } from '../../src/correlate/report.ts';
import type { Report } from '../../src/model/report.ts';
import { address } from '../../src/model/units.ts';
import { captureCore } from '../../src/source/core.ts';
import { FileBytes } from '../../src/source/file-bytes.ts';
import type { BinaryOptions } from '../../src/source/find-binary.ts';
import { build } from '../support/build.ts';
import {
  explainPid,
  isEmpty,
  sectionLines,
  sectionsByHeaders,
  sectionsByParts,
} from '../support/explained.ts';
import { gcore, gdbCoreMappings, gdbCoreSections } from '../support/gdb.ts';
import { start, stopAll } from '../support/process.ts';
import { SITUATIONS, type Situation } from '../support/situations.ts';
import { describeWith, itWith, which } from '../support/tools.ts';
import { DEFAULT, requirements } from '../support/variant.ts';

const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-core-'));
const before = process.cwd();
// The kernel writes a core where the process is, and processes start where their parent is.
process.chdir(scratch);
afterAll(stopAll);
afterAll(() => {
  process.chdir(before);
  rmSync(scratch, { recursive: true });
});

const HOST: BinaryOptions = { sysroots: [], elf: new Map(), useHost: true };

function explainCore(path: string, options = HOST): Report {
  const fd = openSync(path, 'r');
  try {
    return correlate(captureCore(new FileBytes(fd, fstatSync(fd).size), path, { ...options, depth: 'full' }));
  } finally {
    closeSync(fd);
  }
}

/** Every linker's programs, both classes, several libraries and threads; the rest differs in nothing that a core shows. */
const WORTHWHILE =
  /^(bash|python3.*|threads|many libraries|a library that dlmopen.*|plain (gcc|musl-gcc|i686\S+) \S+ (pie|exec|static|static-pie)|plain gcc \S+ pie now .*|libraries i686.*2M.*|.*ld-linux.* PROGRAM|a 32-bit program.*)$/;
const situations = SITUATIONS.filter(({ title, afterwards }) => WORTHWHILE.test(title) && !afterwards);

/** What both the kernel's maps and its core tell of a mapping. */
const vmaLines = ({ capture }: Report): string[] =>
  capture.vmas.map(({ start, end, permissions, name, offset }) => {
    const file = name.startsWith('/') ? `${name} ${offset}` : '';
    return `${start.toString(16)}-${end.toString(16)} ${permissions.slice(0, 3)} ${file}`;
  });

const moduleLines = ({ modules }: Report): string[] =>
  modules.map(({ path, role, loader, placement, relro, stack }) =>
    [path, role, loader, placement?.bias, relro.declared, relro.inForce, stack?.declared].join(' '),
  );

/** Names that were inferred, by the start of their mapping. [vvar_vclock] is [vvar] in a core. */
const specialNames = ({ capture }: Report): string[] =>
  capture.vmas
    .filter(({ name }) => /^\[(stack|vdso|vvar|vsyscall)/.test(name))
    .map(({ start, name }) => `${start.toString(16)} ${name.replace('_vclock', '')}`);

const withNotes = (report: Report): string[] => report.notes.map(({ code }) => code);

async function expectSectionsOfGdb(report: Report, core: string): Promise<void> {
  const program = report.modules.find(({ role }) => role === 'executable')!.path;
  const fromGdb = (await gdbCoreSections(program, core)).map(({ start, end, name, file }) => ({
    start: address(start),
    end: address(end),
    name,
    path: file === null ? program : file === '[vdso]' ? file : realpathSync(file),
    threadLocalZeroes: false,
  }));
  const threadLocal = new Set(
    sectionLines(sectionsByHeaders(report).filter(({ threadLocalZeroes }) => threadLocalZeroes)),
  );
  const filled = sectionLines(fromGdb.filter(section => !isEmpty(section)));
  expect(filled.length).toBeGreaterThan(5);
  expect(sectionLines(sectionsByParts(report))).toEqual(filled.filter(line => !threadLocal.has(line)));
}

/** A pattern that is a plain relative name: else a program takes the cores, or a folder of which nothing is known. */
const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'latin1').trim();
const kernelWrites = /^[\w.]+$/.test(pattern);
const usesPid = readFileSync('/proc/sys/kernel/core_uses_pid', 'latin1').trim() !== '0';

async function kernelCore({ start }: Situation): Promise<{ live: Report; core: string }> {
  const subject = await start();
  execFileSync(which('prlimit')!, ['--pid', String(subject.pid), '--core=unlimited']);
  const live = explainPid(subject.pid);
  process.kill(subject.pid, 'SIGABRT');
  await subject.finish();
  return { live, core: join(scratch, usesPid ? `${pattern}.${subject.pid}` : pattern) };
}

if (!kernelWrites) it.skip(`cores by the kernel [kernel.core_pattern is ${pattern}]`);
else
  describe('a core by the kernel', () => {
    for (const situation of situations)
      itWith(['prlimit', 'gdb', ...situation.tools], situation.title, async () => {
        const { live, core } = await kernelCore(situation);
        const report = explainCore(core);
        expect(vmaLines(report)).toEqual(vmaLines(live));
        expect(moduleLines(report)).toEqual(moduleLines(live));
        expect(specialNames(report)).toEqual(specialNames(live));
        expect(report.mappings.map(({ parts }) => parts)).toEqual(live.mappings.map(({ parts }) => parts));
        expect(report.capture.process).toMatchObject({
          pid: live.capture.process.pid,
          command: live.capture.process.command!.slice(0, 79).trimEnd(),
          executable: live.capture.process.executable,
          pageSize: live.capture.process.pageSize,
          pageSizeFrom: 'auxv',
        });
        expect(report.capture.auxv).toEqual(live.capture.auxv);
        if (!situation.hiddenFromGdb) await expectSectionsOfGdb(report, core);
        rmSync(core);
      });
  });

describeWith(['gdb', ...requirements(DEFAULT)], 'what a core by gcore does not tell', () => {
  const gcoreOf = async (program: string, filter?: string): Promise<{ live: Report; report: Report }> => {
    const subject = await start(build(program));
    if (filter) writeFileSync(`/proc/${subject.pid}/coredump_filter`, filter);
    const core = join(scratch, `gcore.${subject.pid}`);
    await gcore(subject.pid, core);
    const live = explainPid(subject.pid);
    await subject.stop();
    return { live, report: explainCore(core) };
  };

  it('of a memfd: whether it is shared; it is no module', async () => {
    const { report } = await gcoreOf('memfd-twice.c');
    const views = report.mappings.filter(({ vma }) => vma.name.startsWith('/memfd:twice'));
    expect(views.map(({ kind, module }) => [kind, module])).toEqual([
      ['memfd', null],
      ['memfd', null],
    ]);
    const { findings } = check(report, DEFAULT_POLICY, '2026-01-01');
    const aliased = findings.filter(({ rule }) => rule === 'aliased-writable-executable');
    expect(aliased.map(({ outcome }) => outcome)).toEqual(['inconclusive']);
  });

  it.each(['0', '4'])('of RELRO, where coredump_filter is %s: it is not taken for missing', async filter => {
    const { live, report } = await gcoreOf('plain.c', filter);
    const real = new Map(live.capture.vmas.map(vma => [vma.start, vma.permissions]));
    for (const { start: at, permissions } of report.capture.vmas)
      for (let i = 0; i < 3; i++) expect([real.get(at)![i], '?']).toContain(permissions[i]);
    expect(report.justStarted).toBe(false);
    for (const [i, { relro }] of report.modules.entries())
      expect([live.modules[i]!.relro.inForce, 'unknown']).toContain(relro.inForce);
  });

  it('of guards and reserves: whether they may be read; they are known by their shape', async () => {
    const { live, report } = await gcoreOf('threads.c');
    const kinds = ({ mappings }: Report): string[] =>
      mappings
        .filter(({ kind }) => /^(malloc-arena|guard|thread-stack)$/.test(kind))
        .map(({ vma, kind }) => `${vma.start} ${kind}`);
    expect(kinds(live).length).toBeGreaterThan(4);
    expect(kinds(report)).toEqual(kinds(live));
  });
});

describeWith(['gdb'], 'a core by gcore', () => {
  for (const situation of situations)
    itWith(situation.tools, situation.title, async () => {
      const subject = await situation.start();
      const core = join(scratch, `gcore.${subject.pid}`);
      await gcore(subject.pid, core);
      const live = explainPid(subject.pid);
      await subject.stop();
      const report = explainCore(core);
      // What was never written to is left out, and then whether it may be written.
      const lines = moduleLines(live).map((line, i) =>
        report.modules[i]?.relro.inForce === 'unknown' ? line.replace(/\S+ (\S+)$/, 'unknown $1') : line,
      );
      expect(moduleLines(report)).toEqual(lines);
      expect(withNotes(report)).toContain('gcore-incomplete');

      // What is there is right as far as it is told, and only memory without a file is lost.
      const real = new Map(live.capture.vmas.map((vma, i) => [vma.start, live.mappings[i]!]));
      for (const { vma, parts } of report.mappings) {
        const same = real.get(vma.start)!;
        expect(vma).toMatchObject({ end: same.vma.end, name: vma.file === null ? vma.name : same.vma.name });
        for (let i = 0; i < 3; i++) expect([same.vma.permissions[i], '?']).toContain(vma.permissions[i]);
        expect(parts).toEqual(same.parts);
        real.delete(vma.start);
      }
      expect([...real.values()].filter(({ vma }) => vma.file !== null)).toEqual([]);
      const told = report.capture.vmas.filter(({ file }) => file !== null);
      const withSections = report.mappings.filter(({ parts }) =>
        parts.some(({ kind, name }) => kind === 'section' && name !== '.relro_padding'),
      );
      for (const { vma } of withSections) expect(vma.permissions).toMatch(/^[r-][w?-][x-]/);
      if (!situation.hiddenFromGdb) {
        await expectSectionsOfGdb(report, core);
        const program = report.modules.find(({ role }) => role === 'executable')!.path;
        const named = (await gdbCoreMappings(program, core)).map(
          ({ start, end, offset, path }) => `${start} ${end} ${offset} ${path}`,
        );
        expect(told.map(({ start, end, offset, name }) => `${start} ${end} ${offset} ${name}`)).toEqual(
          named,
        );
      }
      rmSync(core);
    });
});
