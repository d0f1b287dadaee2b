/** The package as its users get it: packed, installed somewhere else, run and imported. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-package-'));
const modules = join(folder, 'node_modules');
const installed = join(modules, 'vmaexplain');
const run = (file: string, args: string[], cwd = folder): string =>
  execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  const options = ['--ignore-scripts', '--pack-destination', folder, '--silent'];
  const tarball = run('npm', ['pack', ...options], ROOT)
    .trim()
    .split('\n')
    .at(-1)!;
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
  // What npm would install beside it.
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), 'endian-reader', 'string-width'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('runs as a command, through a link as npm makes it', () => {
    mkdirSync(join(modules, '.bin'));
    const command = join(modules, '.bin', 'vmaexplain');
    symlinkSync('../vmaexplain/dist/cli.cjs', command);
    expect(run(command, ['--version']).trim()).toBe(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    );
    expect(run(command, [String(process.pid)])).toContain('LOAD');
  });

  it.each([['--pending-deprecation', '--throw-deprecation'], ['--no-deprecation']])(
    'runs without a warning under %s',
    (...flags) => {
      const command = join(installed, 'dist', 'cli.cjs');
      const words = [...flags, command, String(process.pid)];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('LOAD');
    },
  );

  it('is a library with the same report', () => {
    const program = join(folder, 'use.mjs');
    writeFileSync(
      program,
      `import { explainProcess, recordProcess, TargetError } from 'vmaexplain';
       const report = explainProcess(process.ppid);
       const snapshot = recordProcess(process.ppid);
       let refusal; try { explainProcess(999999999) } catch (error) { refusal = error instanceof TargetError && error.kind }
       console.log(JSON.stringify([report.format, report.process.pid, snapshot.format, refusal]));`,
    );
    expect(JSON.parse(run(process.execPath, [program]))).toEqual([
      'vmaexplain-report',
      process.pid,
      'vmaexplain-snapshot',
      'missing',
    ]);
  });

  it('has the schemas, types and samples, and no sources or tests', () => {
    const files = run('find', ['.', '-type', 'f'], installed).split('\n');
    for (const file of [
      './dist/schema/report.json',
      './dist/lib/index.d.ts',
      // V8 crashes on code that was made on another processor.
      ...['main', 'work', 'check-work', 'offline-target'].map(
        name => `./dist/${name}-${process.version}-${process.arch}.cache`,
      ),
      './samples/README.md',
    ])
      expect(files).toContain(file);
    expect(files.filter(file => /^\.\/(src|test)\//.test(file))).toEqual([]);
  });

  it('has scripts of ASCII alone, which is how they are read', () => {
    const scripts = readdirSync(join(installed, 'dist')).filter(name => name.endsWith('.cjs'));
    expect(scripts.sort()).toEqual([
      'check-work.cjs',
      'cli.cjs',
      'main.cjs',
      'offline-target.cjs',
      'work.cjs',
    ]);
    for (const script of scripts)
      expect(readFileSync(join(installed, 'dist', script), 'latin1')).toMatch(/^[\t\n\x20-\x7e]*$/);
  });

  it('is what publint finds faultless', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    expect(messages).toEqual([]);
  });
});
