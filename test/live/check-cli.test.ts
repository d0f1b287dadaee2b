/** `vmaexplain check` as CI runs it: exit codes for every combination, baselines, policies, programs of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { becomingNobody, publishCommand } from '../support/as-user.ts';
import { build } from '../support/build.ts';
import { start, stopAll } from '../support/process.ts';
import { shell } from '../support/shell.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { requirements, variant } from '../support/variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-check-'));
afterAll(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const lazy = variant('gcc', 'bfd', 'pie', 'lazy', ['-Wl,-z,relro', '-Wl,-z,lazy']);
const full = variant('gcc', 'bfd', 'pie', 'full', ['-Wl,-z,relro', '-Wl,-z,now']);
const stacked = variant('gcc', 'bfd', 'pie', 'execstack', ['-Wl,-z,execstack', '-Wl,-z,now']);

describeWith(requirements(lazy), 'exit codes', () => {
  const file = {
    lazy: build('plain.c', lazy),
    full: build('plain.c', full),
    stacked: build('plain.c', stacked),
  };
  it.each([
    ['full', '', 0],
    ['full', '--fail-on warning', 0],
    ['full', '--fail-on note --inconclusive fail', 0],
    ['lazy', '', 0],
    ['lazy', '--fail-on error', 0],
    ['lazy', '--fail-on warning', 1],
    ['lazy', '--fail-on note', 1],
    ['lazy', '--fail-on warning --skip relro-partial', 0],
    ['lazy', '--fail-on warning --rule no-pie', 0],
    ['lazy', "--fail-on warning --only '/nowhere/*'", 2],
    ['lazy', "--fail-on warning --ignore '**/plain*'", 2],
    ['stacked', '', 1],
    ['stacked', '--fail-on note', 1],
    ['stacked', '--skip stack-executable-declared --skip stack-executable', 0],
  ] as const)('%s %s → %i', async (name, options, code) => {
    expect((await shell(`vmaexplain check ${file[name]} ${options}`)).code).toBe(code);
  });

  it('takes the largest where several apply', async () => {
    const outcome = await shell(`vmaexplain check ${file.stacked} 999999999`);
    expect(outcome.code).toBe(3);
    expect(outcome.stdout).toContain('stack-executable-declared');
    expect(outcome.stderr).toContain('no process 999999999');
  });

  it('fails by what was inconclusive only if told to', async () => {
    const subject = await start(file.full);
    const maps = join(folder, 'maps.txt');
    writeFileSync(maps, readFileSync(`/proc/${subject.pid}/maps`));
    const judge = (options: string) =>
      shell(`vmaexplain check ${maps} --rule text-modified --fail-on note ${options}`);
    const [pass, fail] = [await judge('--inconclusive pass'), await judge('--inconclusive fail')];
    expect([pass.code, fail.code]).toEqual([0, 1]);
    await subject.stop();
  });
});

describeWith(requirements(lazy), 'baselines', () => {
  it('silence the same findings of the next run, in spite of ASLR', async () => {
    const baseline = join(folder, 'baseline.json');
    const path = build('plain.c', stacked);
    const [first, second] = [await start(path), await start(path)];
    const made = await shell(`vmaexplain check ${first.pid} --fail-on note --write-baseline ${baseline}`);
    const next = await shell(`vmaexplain check ${second.pid} --fail-on note --baseline ${baseline}`);
    expect([made.code, next.code]).toEqual([1, 0]);
    expect(readFileSync(baseline, 'utf8')).not.toContain('0x');
    const without = await shell(`vmaexplain check ${second.pid} --fail-on note`);
    expect(without.code).toBe(1);
    await Promise.all([first.stop(), second.stop()]);
  });
});

describe('policies', () => {
  const policy = (content: object): string => {
    const path = join(folder, `policy-${Math.abs(JSON.stringify(content).length)}.json`);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it('name what they do not know', async () => {
    const outcome = await shell(`vmaexplain check $$ --policy ${policy({ version: 1, failon: 'note' })}`);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/^vmaexplain: .*failon/);
    expect(outcome.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('must be readable', async () => {
    expect((await shell('vmaexplain check $$ --policy /nowhere/policy.json')).code).toBe(2);
  });

  itWith(requirements(lazy), 'make a warning an error, and the command line has the last word', async () => {
    const path = build('plain.c', lazy);
    const strict = policy({ version: 1, levels: { 'relro-partial': 'error' } });
    expect((await shell(`vmaexplain check ${path} --policy ${strict}`)).code).toBe(1);
    expect((await shell(`vmaexplain check ${path} --policy ${strict} --skip relro-partial`)).code).toBe(0);
  });
});

describe('a program of its own', () => {
  it('is started, judged and ended', async () => {
    const outcome = await shell("vmaexplain check --json -- sh -c 'echo output; exec sleep 1000'");
    const report = JSON.parse(outcome.stdout);
    expect(report.process.command).toBe('sleep 1000');
    expect(outcome.stderr).toContain('output');
    expect((await shell(`kill -0 ${report.process.pid}`)).code).not.toBe(0);
  });

  it('is left alone with --keep', async () => {
    const outcome = await shell('vmaexplain --json --keep -- sleep 1000 2>/dev/null');
    const { pid } = JSON.parse(outcome.stdout).process;
    expect((await shell(`kill ${pid}`)).code).toBe(0);
  });

  it.each(['check', ''])('that ends too soon is exit 3 with advice (%s)', async command => {
    const outcome = await shell(`vmaexplain ${command} -- true`);
    expect(outcome.code).toBe(3);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(
      /^vmaexplain: true: it ended with exit code 0 before it could be captured\n {2}\S/,
    );
  });

  it('that is not there is exit 3', async () => {
    const outcome = await shell('vmaexplain check -- /nowhere/program');
    expect([outcome.code, outcome.stdout]).toEqual([3, '']);
  });

  it('keeps standard output for the report', async () => {
    const outcome = await shell("vmaexplain --format csv -- sh -c 'echo noise; exec sleep 1000'");
    expect(outcome.stdout).toMatch(/^pid,start,/);
    expect(outcome.stdout).not.toContain('noise');
  });

  it('has RELRO in force when it is looked at', async () => {
    const runs = Array.from({ length: 10 }, () => shell('vmaexplain --json -- sleep 1000'));
    for (const { stdout } of await Promise.all(runs))
      for (const { relro } of JSON.parse(stdout).modules)
        expect(['yes', 'not-applicable']).toContain(relro.inForce);
  });
});

describe('whole machines', () => {
  it('judges what may be read and counts the rest', async () => {
    const outcome = await shell("vmaexplain check --name '^sh$|^dash$' --rule aslr-off");
    expect(outcome.code).toBeLessThanOrEqual(1);
    expect(outcome.stderr).toMatch(/^vmaexplain: \d+ process(es)? judged/m);
  });

  itWith(
    [...becomingNobody(), 'setpriv', ...requirements(lazy)],
    'does not pass where nothing may be read',
    async () => {
      const subject = await start(build('heap-split.c', lazy));
      const nobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
      const { stderr, code } = await shell(
        `${nobody} ${process.execPath} ${publishCommand()} check --name '^heap-split$'`,
      );
      expect(stderr).toMatch(/^vmaexplain: none of \d+ process(es)? may be read\n {2}run as/);
      expect(code).toBe(3);
      await subject.stop();
    },
  );

  it('says so where no process matches', async () => {
    expect((await shell("vmaexplain check --name '^no such process$'")).code).toBe(3);
    expect((await shell("vmaexplain check --name '('")).code).toBe(2);
  });

  it.each(['check', 'check --all 1', 'check --all -- sleep 1'])('%s is refused', async words => {
    expect((await shell(`vmaexplain ${words}`)).code).toBe(2);
  });
});
