/**
 * The memory itself bears the parts out: code, constants and headers are the file's bytes at their place, ghosts are
 * the bytes that the file has there, and what is called zeroes is zeroes.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { afterAll, describe, expect } from 'vitest';
import type { Mapping, Part, Report } from '../../src/model/report.ts';
import { sizeOf } from '../../src/model/units.ts';
import { explainPid } from '../support/explained.ts';
import { stopAll } from '../support/process.ts';
import { SITUATIONS } from '../support/situations.ts';
import { itWith } from '../support/tools.ts';

const MINUTE = 60_000;
afterAll(stopAll);

/** What must be the file's bytes at the mapping's own offset; data and RELRO are relocated and written to. */
function isOfFile({ kind }: Part, { vma, relro }: Mapping): boolean {
  if (kind === 'ghost' || kind === 'unallocated' || kind === 'section-headers') return true;
  const constant = vma.permissions[1] === '-' && relro === null;
  return constant && ['section', 'elf-header', 'program-headers'].includes(kind);
}

/** musl gives what is left of writable pages to malloc, and ld.so has its first heap behind its own .bss. */
const mayHoldHeap = (report: Report, { vma, relro, module }: Mapping): boolean =>
  (vma.permissions[1] === 'w' || relro !== null) &&
  (report.modules.some(({ path, loader }) => loader === 'musl' || /musl/.test(path)) ||
    /\/ld-linux[^/]*$/.test(report.modules[module!]!.path));

function wrongBytes(report: Report, mem: number): { wrong: string[]; compared: number } {
  const files = new Map<number, Buffer>();
  const wrong: string[] = [];
  let compared = 0;
  for (const mapping of report.mappings) {
    const { vma, parts, module: m } = mapping;
    const module = m === null ? null : report.modules[m]!;
    if (!module || module.file === null || mayHoldHeap(report, mapping) || mapping.deviations.length > 0)
      continue;
    if (!files.has(module.file)) files.set(module.file, readFileSync(Buffer.from(module.path, 'latin1')));
    for (const part of parts) {
      const ofFile = vma.file !== null && isOfFile(part, mapping);
      if (!ofFile && part.kind !== 'zero-fill') continue;
      const memory = Buffer.alloc(sizeOf(part));
      expect(readSync(mem, memory, 0, memory.length, part.start)).toBe(memory.length);
      const offset = Number(vma.offset! + (part.start - vma.start));
      const bytes = files.get(module.file)!.subarray(offset, offset + memory.length);
      const expected = ofFile ? bytes : Buffer.alloc(memory.length);
      if (!memory.equals(expected))
        wrong.push(
          `${part.start.toString(16)} ${vma.permissions} ${part.kind} ${part.name} of ${module.path}`,
        );
      compared += memory.length;
    }
  }
  return { wrong, compared };
}

describe('the memory is what its parts say', () => {
  for (const { title, tools, start } of SITUATIONS.filter(({ afterwards }) => !afterwards))
    itWith(
      tools,
      title,
      async () => {
        const subject = await start();
        const mem = openSync(`/proc/${subject.pid}/mem`, 'r');
        try {
          const { wrong, compared } = wrongBytes(explainPid(subject.pid), mem);
          expect(wrong).toEqual([]);
          expect(compared).toBeGreaterThan(4096);
        } finally {
          closeSync(mem);
          await subject.stop();
        }
      },
      MINUTE,
    );
});
