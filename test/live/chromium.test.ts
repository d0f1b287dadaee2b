/**
 * The largest program that people look at: a browser of a dozen processes, a hundred libraries each. Its renderers take
 * write permission from pages of their own data after loading, which is all that may differ.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Deviation } from '../../src/model/module.ts';
import type { Report } from '../../src/model/report.ts';
import { explainPid, promisedSections, sectionLines, sectionsByParts } from '../support/explained.ts';
import { start, stopAll } from '../support/process.ts';
import { describeWith } from '../support/tools.ts';

const MINUTE = 60_000;

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync --remote-debugging-port=0';

/** Everyday things that are no change of the layout: neighbours that merge, and V8's second mapping of its builtins. */
const EVERYDAY: readonly Deviation['code'][] = ['bss-merged', 'mapped-again'];

const unusual = ({ mappings, modules }: Report): Deviation[] =>
  [...mappings, ...modules]
    .flatMap(({ deviations }) => deviations)
    .filter(({ code }) => !EVERYDAY.includes(code));

describeWith(['chromium'], 'chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-chromium-'));
  let browser: number;
  let renderer: number;

  const pids = (): number[] =>
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number);

  /** Those that may still write into our folder: also what keeps cookies, or waits for a crash. */
  const anyLeft = (): boolean => pids().some(pid => commandLine(pid).some(word => word.includes(folder)));

  /** The processes that have our folder among their arguments, by what they are: '' is the browser itself. */
  function find(type: string): number | undefined {
    return pids().find(pid => {
      const words = commandLine(pid);
      const own = words.find(word => word.startsWith('--type='))?.slice('--type='.length) ?? '';
      return words.includes(`--user-data-dir=${folder}`) && /chromium$/.test(words[0]!) && own === type;
    });
  }

  beforeAll(async () => {
    const command = `echo ready; exec chromium ${FLAGS} --user-data-dir=${folder} about:blank 2>/dev/null`;
    browser = (await start('/bin/sh', ['-c', command])).pid;
    renderer = await vi.waitUntil(() => find('renderer'), { timeout: MINUTE, interval: 50 });
    await vi.waitUntil(() => unusual(explainPid(renderer)).length > 0, { timeout: MINUTE, interval: 200 });
  }, 2 * MINUTE);
  afterAll(async () => {
    await stopAll();
    // Its other processes end by themselves when they miss it.
    await vi.waitUntil(() => !anyLeft(), { timeout: MINUTE });
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }, MINUTE);

  it('has its code, data and libraries where their headers say', () => {
    const report = explainPid(browser, 'layout');
    expect(report.modules.length).toBeGreaterThan(50);
    expect(report.modules.filter(({ image }) => image.status !== 'read')).toEqual([]);
    expect(unusual(report)).toEqual([]);
    expect(sectionLines(sectionsByParts(report))).toEqual(sectionLines(promisedSections(report)));
  });

  it('has pages of its renderers made read-only after loading, and nothing else changed', () => {
    const report = explainPid(renderer, 'layout');
    const changes = unusual(report);
    expect(changes.map(({ code }) => code)).toEqual(changes.map(() => 'split-by-mprotect'));
    expect(changes).toContainEqual({
      code: 'split-by-mprotect',
      predicted: 'rw-',
      actual: 'r--',
      sections: ['protected_memory'],
    });
    expect(sectionLines(sectionsByParts(report))).toEqual(sectionLines(promisedSections(report)));
  });
});

function commandLine(pid: number): string[] {
  try {
    // Renderers join their arguments by blanks, to show a title.
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split(/[\0 ]/);
  } catch {
    return [];
  }
}
