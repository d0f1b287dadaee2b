/** `record`: a snapshot appears whole and readable by its owner alone, or not at all, and never over another file. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../support/build.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { shell } from '../support/shell.ts';
import { scratchFolder } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';

afterAll(stopAll);

describeWith(['gcc'], 'record', () => {
  const folder = scratchFolder('record');
  const path = (name: string): string => join(folder, name);
  let subject: Subject;
  beforeAll(async () => {
    subject = await start(build('plain.c'));
  });
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  });
  const record = (rest: string, before = '') =>
    shell(`${before} vmaexplain record ${subject.pid} ${rest}`, folder);

  it('writes a snapshot that is explained like the process', async () => {
    expect(await record('-o snapshot.json')).toEqual({ stdout: '', stderr: '', code: 0 });
    const snapshot = JSON.parse(readFileSync(path('snapshot.json'), 'utf8')) as {
      format: string;
      pid: number;
    };
    expect(snapshot).toMatchObject({ format: 'vmaexplain-snapshot', version: 1, pid: subject.pid });
    const [live, again] = await Promise.all([
      shell(`vmaexplain --format sections ${subject.pid}`, folder),
      shell('vmaexplain --format sections snapshot.json', folder),
    ]);
    expect(again).toEqual(live);
  });

  it('compresses where the name ends in .gz', async () => {
    await record('-o plain.json');
    await record('-o packed.json.gz');
    const packed = gunzipSync(readFileSync(path('packed.json.gz'))).toString('utf8');
    expect(Object.keys(JSON.parse(packed))).toEqual(
      Object.keys(JSON.parse(readFileSync(path('plain.json'), 'utf8'))),
    );
    const [a, b] = await Promise.all(
      ['plain.json', 'packed.json.gz'].map(name => shell(`vmaexplain -q -d ${name}`, folder)),
    );
    expect(b).toEqual(a);
  });

  it('takes the packed one from a pipe, whatever it is called', async () => {
    await record('-o packed.json.gz');
    const { stdout, code } = await shell('cat packed.json.gz | vmaexplain -q -', folder);
    expect(code).toBe(0);
    expect(stdout).toContain('LOAD');
  });

  it('is readable by its owner alone, whatever the umask', async () => {
    await record('-o a.json', 'umask 0;');
    await record('-o b.json.gz', 'umask 077;');
    expect([statSync(path('a.json')).mode & 0o777, statSync(path('b.json.gz')).mode & 0o777]).toEqual([
      0o600, 0o600,
    ]);
  });

  it('has neither environment nor contents of files in it', async () => {
    await record('-o snapshot.json', 'SECRET=xyzzy-in-the-environment;  export SECRET;');
    const text = readFileSync(path('snapshot.json'), 'utf8');
    const chunks = (
      JSON.parse(text) as { files: { image: { chunks?: { bytes: string }[] } }[] }
    ).files.flatMap(({ image }) => image.chunks ?? []);
    const bytes = Buffer.concat(chunks.map(chunk => Buffer.from(chunk.bytes, 'base64'))).toString('latin1');
    expect(text).not.toContain('xyzzy');
    expect(bytes).toContain('.init_array');
    expect(bytes).not.toContain('read-only text that is long enough');
    expect(text.length).toBeLessThan(200_000);
  });

  it('overwrites nothing unless told to', async () => {
    writeFileSync(path('kept'), 'kept');
    const { stderr, code } = await record('-o kept');
    expect([code, stderr]).toEqual([2, 'vmaexplain: kept: it is there already\n  --force overwrites it\n']);
    expect(readFileSync(path('kept'), 'utf8')).toBe('kept');
    expect((await record('-o kept --force')).code).toBe(0);
    expect(readFileSync(path('kept'), 'utf8')).toContain('vmaexplain-snapshot');
    expect(statSync(path('kept')).mode & 0o777).toBe(0o600);
  });

  it('overwrites nothing through a link', async () => {
    writeFileSync(path('target'), 'kept');
    symlinkSync('target', path('link'));
    expect((await record('-o link')).code).toBe(2);
    expect(readFileSync(path('target'), 'utf8')).toBe('kept');
  });

  it('leaves nothing where it cannot be written', async () => {
    const missing = await record('-o missing/snapshot.json');
    expect([missing.code, missing.stderr.split('\n').length]).toEqual([2, 3]);
    const full = await record('-o full.json', 'ulimit -f 8;');
    expect([full.code, full.stderr.split('\n').length]).toEqual([2, 2]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing where there is no process', async () => {
    const { stderr, code } = await shell('vmaexplain record 999999999 -o snapshot.json', folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^vmaexplain: .*no process 999999999\n/);
    expect(readdirSync(folder)).toEqual([]);
  });

  describe('killed', () => {
    /** Kills it at a system call: while it writes, before the file is complete on disk, before it gets its name. */
    const killedAt = (call: string, rest: string) =>
      shell(
        `strace -f -o /dev/null -e trace=${call} -e inject=${call}:signal=KILL ` +
          `vmaexplain record ${subject.pid} ${rest}`,
        folder,
      );

    for (const call of ['fsync', 'link'])
      itWith(['strace'], `at ${call} leaves no half of a file`, async () => {
        await killedAt(call, '-o snapshot.json');
        expect(readdirSync(folder).filter(name => !name.endsWith('.part'))).toEqual([]);
      });

    itWith(['strace'], 'leaves the older file as it was', async () => {
      writeFileSync(path('kept'), 'kept');
      await killedAt('fsync', '-o kept --force');
      expect(readFileSync(path('kept'), 'utf8')).toBe('kept');
      expect((await record('-o kept --force')).code).toBe(0);
    });
  });
});
