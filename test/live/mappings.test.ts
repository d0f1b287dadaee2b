/**
 * The report shows what /proc/PID/maps shows, line by line, and its parts tell every byte of every module once:
 * they cover each mapping in order, and a section's parts, joined, are exactly its place in memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Part, PartKind, Report } from '../../src/model/report.ts';
import { toDocument } from '../../src/render/document.ts';
import { TargetError } from '../../src/source/errors.ts';
import { explainPid, promisedSections, sectionLines, sectionsByParts } from '../support/explained.ts';
import { stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';

const MINUTE = 60_000;
afterAll(stopAll);

const mapsOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n').slice(0, -1);

/** A mapping of the JSON report as maps prints it; the kernel pads the name to column 73. */
function mapsLines(report: Report): string[] {
  return toDocument(report).mappings.map(mapping => {
    const digits = (hex: string): string => hex.slice(2).padStart(8, '0');
    const range = `${digits(mapping.start)}-${digits(mapping.end)}`;
    const fields = `${range} ${mapping.permissions} ${digits(mapping.offset!)} ${mapping.device} ${mapping.inode} `;
    const name = `${mapping.path ?? ''}${mapping.deleted ? ' (deleted)' : ''}`;
    return name === '' ? fields : `${fields.padEnd(73)}${name}`;
  });
}

/** The section headers are resident where a segment loads them, which hardly any does. */
const NOT_RESIDENT: readonly PartKind[] = [
  'padding',
  'zero-fill',
  'ghost',
  'unallocated',
  'reservation',
  'section-headers',
];

const partLine = ({ kind, name, start, end }: Part): string =>
  `${start.toString(16)}-${end.toString(16)} ${kind} ${name}`;

/** What is wrong with the parts, in words; [] where they keep every promise. */
function partFaults(report: Report): string[] {
  const faults: string[] = [];
  for (const { vma, parts, residents, module, kind } of report.mappings) {
    const place = `${vma.start.toString(16)} ${vma.permissions} ${vma.name}`;
    if (module === null && parts.length > 0) faults.push(`${place}: parts, but no module`);
    if (module === null) continue;
    if (report.modules[module]!.image.status !== 'read') continue;
    if (parts.length === 0) faults.push(`${place}: ${kind} of a module, but no parts`);
    let cursor = vma.start;
    for (const part of parts) {
      if (part.start !== cursor) faults.push(`${place}: ${part.kind} begins at ${part.start.toString(16)}`);
      if (part.end <= part.start) faults.push(`${place}: ${part.kind} is empty`);
      cursor = part.end;
    }
    if (cursor !== vma.end) faults.push(`${place}: parts end at ${cursor.toString(16)}`);
    const resident = parts.filter(({ kind: what }) => !NOT_RESIDENT.includes(what)).map(partLine);
    const told = residents.filter(({ kind: what }) => what !== 'section-headers').map(partLine);
    if (told.join() !== resident.join()) faults.push(`${place}: residents are ${told.join()}`);
  }
  const [expected, actual] = [promisedSections(report), sectionsByParts(report)].map(sectionLines);
  faults.push(...expected!.filter(line => !actual!.includes(line)).map(line => `no parts make up ${line}`));
  faults.push(...actual!.filter(line => !expected!.includes(line)).map(line => `no section is at ${line}`));
  return faults;
}

interface Held {
  readonly report: Report;
  readonly maps: readonly string[];
}

/** A waiting process is still at once, but for the threads that node and its like have of their own. */
function explainHeldStill(pid: number): Held {
  for (let tries = 0; tries < 100; tries++) {
    const held = explainUnmoved(pid);
    if (held) return held;
  }
  throw new Error(`process ${pid} never holds still`);
}

describe('mappings equal /proc/PID/maps, and parts cover every module', () => {
  for (const { title, tools, start, afterwards } of SITUATIONS)
    itWith(
      tools,
      title,
      async () => {
        const subject = await start();
        try {
          afterwards?.();
          const { report, maps } = explainHeldStill(subject.pid);
          expect(mapsLines(report)).toEqual(maps);
          expect(partFaults(report)).toEqual([]);
          expect(partFaults(explainPid(subject.pid, 'layout'))).toEqual([]);
        } finally {
          await subject.stop();
        }
      },
      MINUTE,
    );
});

/** The report and the text of maps, which was the same before and after; null where the process moved or ended. */
function explainUnmoved(pid: number): Held | null {
  try {
    const before = mapsOf(pid);
    const report = explainPid(pid);
    return before.join('\n') === mapsOf(pid).join('\n') ? { report, maps: before } : null;
  } catch (error) {
    if (error instanceof TargetError || (error as NodeJS.ErrnoException).syscall) return null;
    throw error;
  }
}

it(
  'holds for every process of the machine that may be read',
  () => {
    const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
    const held = pids.map(pid => explainUnmoved(Number(pid))).filter(found => found !== null);
    const faults = held.flatMap(({ report, maps }) => {
      const wrong = partFaults(report);
      if (maps.join('\n') !== mapsLines(report).join('\n')) wrong.push('maps differ');
      return wrong.map(fault => `${report.capture.process.pid} ${report.capture.process.command}: ${fault}`);
    });
    expect(faults).toEqual([]);
    expect(held.filter(({ maps }) => maps.length > 0).length).toBeGreaterThan(0);
  },
  MINUTE,
);
