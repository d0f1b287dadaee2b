/** What the pmaps of this machine print about a child process, against its /proc/PID/maps and smaps. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vma } from '../../src/model/vma.ts';
import type { TextProcess } from '../../src/parse/text.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { parseBytes } from './text-support.ts';

const ENGLISH = { LC_ALL: 'C' };
let child: Subject;
let smaps: TextProcess;

beforeAll(async () => {
  child = await start('/bin/sh', ['-c', 'echo ready; read line']);
  smaps = parseBytes(readFileSync(`/proc/${child.pid}/smaps`, 'latin1'))[0]!;
});
afterAll(stopAll);

const output = (
  command: string,
  args: readonly string[],
  environment: Record<string, string> = ENGLISH,
): string =>
  execFileSync(command, args, {
    encoding: 'latin1',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** What a program prints about the child. */
const run = (command: string, args: readonly string[], environment?: Record<string, string>): string =>
  output(command, [...args, String(child.pid)], environment);

const parsed = (...call: Parameters<typeof run>): TextProcess => {
  const processes = parseBytes(run(...call));
  expect(processes).toHaveLength(1);
  expect(processes[0]).toMatchObject({ pid: child.pid, badLines: [], badLineCount: 0 });
  return processes[0]!;
};

/** The facts of each mapping, of those that the listing has. */
const facts = (vmas: readonly Vma[], names: (name: string) => string, keys: readonly (keyof Vma)[]) =>
  vmas.map(vma => ({
    start: vma.start,
    end: vma.end,
    permissions: vma.permissions,
    name: names(vma.name),
    ...Object.fromEntries(keys.map(key => [key, vma[key]])),
  }));

const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
/** procps calls everything in brackets but the stack anonymous. */
const withoutSpecial = (name: string): string => (/^\[(?!stack)/.test(name) ? '' : name);

const runs = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const version = runs('pmap', '--version') ? output('pmap', ['--version']) : '';

it('reads the maps of the child as the kernel prints them', () => {
  const [maps] = parseBytes(readFileSync(`/proc/${child.pid}/maps`, 'latin1'));
  expect(facts(maps!.vmas, name => name, ['offset', 'device', 'inode', 'file'])).toEqual(
    facts(smaps.vmas, name => name, ['offset', 'device', 'inode', 'file']),
  );
});

describe.skipIf(!version.includes('procps'))(`pmap (${version.trim() || 'missing'})`, () => {
  const POSITION = ['offset', 'device', 'inode'] as const;
  it.each<[string, string, boolean, readonly (keyof Vma)[]]>([
    ['', 'procps default', true, []],
    ['-q', 'procps default', true, []],
    ['-p', 'procps default', true, []],
    ['-x', 'procps -x', true, []],
    ['-xq', 'procps -x', true, []],
    ['-xp', 'procps -x', true, []],
    ['-d', 'procps -d', true, ['offset', 'device']],
    ['-dq', 'procps -d', true, ['offset', 'device']],
    ['-dp', 'procps -d', true, ['offset', 'device']],
    ['-X', 'procps -X', false, POSITION],
    ['-Xp', 'procps -X', false, [...POSITION, 'file']],
    ['-XX', 'procps -XX', false, [...POSITION, 'vmFlags']],
    ['-XXp', 'procps -XX', false, [...POSITION, 'vmFlags', 'file']],
    ['-Xq', 'procps -q -X', false, POSITION],
    ['-XXq', 'procps -q -XX', false, [...POSITION, 'vmFlags']],
  ])('%s', (option, variant, renamed, keys) => {
    const listing = parsed('pmap', option === '' ? [] : [option]);
    expect(listing.variant).toBe(variant);
    const shown = option.includes('p') ? (name: string) => name : baseName;
    const names = (name: string): string => shown(renamed ? withoutSpecial(name) : name);
    expect(facts(listing.vmas, name => name, keys)).toEqual(facts(smaps.vmas, names, keys));
    expect(listing.limits.filter(note => note.code === 'total-differs')).toEqual([]);
  });

  it('-XX has the figures of smaps', () => {
    const listing = parsed('pmap', ['-XX']);
    expect(listing.figureNames).toEqual(smaps.figureNames);
    expect(listing.pageSizeHint).toBe(smaps.pageSizeHint);
    // what other processes do changes the shares; the child's own figures stay
    for (const name of ['Size', 'KernelPageSize', 'Rss', 'Anonymous', 'Swap', 'Locked', 'THPeligible']) {
      const column = smaps.figureNames.indexOf(name);
      expect(listing.vmas.map(vma => vma.figures?.[column])).toEqual(
        smaps.vmas.map(vma => vma.figures?.[column]),
      );
    }
  });

  it('-x has Rss and the sum of the dirty pages', () => {
    const listing = parsed('pmap', ['-x']);
    const value = (vma: Vma, name: string): number => vma.figures?.[smaps.figureNames.indexOf(name)] ?? 0;
    expect(listing.vmas.map(vma => vma.figures)).toEqual(
      smaps.vmas.map(vma => [value(vma, 'Rss'), value(vma, 'Shared_Dirty') + value(vma, 'Private_Dirty')]),
    );
  });

  it('-XX with collapsed white space', () => {
    const text = run('pmap', ['-XX']);
    const [collapsed] = parseBytes(text.replace(/ +/g, ' ').replace(/^ | $/gm, ''));
    expect(collapsed!.vmas).toEqual(parseBytes(text)[0]!.vmas);
    expect(collapsed!.badLineCount).toBe(0);
  });

  it.for('de es fr ka ko pl pt_BR ro sv uk vi zh_CN'.split(' '))('in language %s', (language, { skip }) => {
    skip(!existsSync(`/usr/share/locale/${language}/LC_MESSAGES/procps-ng.mo`), 'not installed');
    const translated = { LC_ALL: 'C.UTF-8', LANGUAGE: language };
    for (const option of ['-q', '-x', '-d', '-X', '-XX', '-xq', '-dp']) {
      const english = parsed('pmap', [option]);
      const listing = parsed('pmap', [option], translated);
      expect(listing.variant).toBe(english.variant);
      expect(facts(listing.vmas, name => name, ['offset', 'device', 'inode', 'vmFlags'])).toEqual(
        facts(english.vmas, name => name, ['offset', 'device', 'inode', 'vmFlags']),
      );
    }
    expect(parsed('pmap', [], translated).vmas).toEqual(parsed('pmap', []).vmas);
  });

  it('the same PID twice', () => {
    const text = run('pmap', ['-x', String(child.pid)]);
    expect(parseBytes(text).map(listing => listing.vmas.length)).toEqual([
      smaps.vmas.length,
      smaps.vmas.length,
    ]);
  });
});

describe.skipIf(!runs('toybox', 'pmap', '--help'))('toybox pmap', () => {
  it.each([
    [[], 'toybox', []],
    [['-x'], 'toybox -x', ['Pss', 'Private_Dirty', 'Swap']],
    [['-q'], 'toybox', []],
  ])('%j', (options, variant, figureNames) => {
    const listing = parsed('toybox', ['pmap', ...options]);
    expect(listing).toMatchObject({ variant, figureNames });
    expect(facts(listing.vmas, name => name, [])).toEqual(facts(smaps.vmas, baseName, []));
  });
});

describe.skipIf(!runs('lsof', '-v'))('lsof', () => {
  it('is refused, table and fields', () => {
    expect(() => parseBytes(run('lsof', ['-p']))).toThrow(/lsof, which has no addresses/);
    expect(() => parseBytes(run('lsof', ['-F', 'fn', '-p']))).toThrow(/lsof, which has no addresses/);
  });
});
