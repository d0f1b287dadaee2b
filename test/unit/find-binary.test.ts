/** Sysroots, base names, and what proves that a file found is the one that was mapped. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readElf } from '../../src/elf/read.ts';
import { bytesInMemory } from '../../src/model/bytes.ts';
import type { BinaryOptions } from '../../src/source/find-binary.ts';
import { ImageSearch, type NamedFile } from '../../src/source/find-images.ts';
import { Sysroot } from '../../src/source/sysroot.ts';
import { writeElf } from '../support/write-elf.ts';

const scratch = mkdtempSync(join(tmpdir(), 'vmaexplain-find-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let roots = 0;
/** A folder with these files: an ELF file for a build ID, a text, or a link for "→ target". */
function sysroot(files: Readonly<Record<string, string>>): string {
  const root = join(scratch, `root${roots++}`);
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (content.startsWith('→ ')) symlinkSync(content.slice(2), join(root, path));
    else writeFileSync(join(root, path), content.startsWith('text') ? content : elf(content));
  }
  return root;
}

const elf = (buildId: string): Uint8Array =>
  writeElf({ type: 3, buildId, segments: [{ type: 1, flags: 5 }] });

const search = (options: Partial<BinaryOptions>): ImageSearch =>
  new ImageSearch({ sysroots: [], elf: new Map(), useHost: false, ...options });

const named = (file: Partial<NamedFile>): NamedFile => ({
  name: '/lib/libx.so',
  device: null,
  inode: null,
  depth: 'full',
  ...file,
});

const lookUp = (file: Partial<NamedFile>, options: Partial<BinaryOptions>) =>
  search(options).imagesFor([named(file)]);

/** "path (identity)" of each candidate, or the reason why there is none. */
function outcome(file: Partial<NamedFile>, options: Partial<BinaryOptions>): string {
  const { image } = lookUp(file, options).files[0]!;
  if (image.status === 'read')
    return image.candidates
      .map(({ path, identity }) => `${path.replace(`${scratch}/`, '')} (${identity})`)
      .join(', ');
  return image.status === 'unavailable' ? image.reason : image.status;
}

const relative = (path: string): string => path.replace(`${scratch}/`, '');

describe('a sysroot', () => {
  it('resolves links inside itself', () => {
    const root = sysroot({
      'usr/lib/libx.so.1': 'aa',
      lib: '→ usr/lib',
      'usr/lib/libx.so': '→ /opt/current/libx.so.1',
      'opt/current': '→ ../../../../usr/./lib',
    });
    expect(outcome({}, { sysroots: [root] })).toBe(`${relative(root)}/lib/libx.so (path-only)`);
  });

  it('is never left: an absolute link or .. means what it meant there', () => {
    const outside = sysroot({ 'secret.so': 'bb' });
    const root = sysroot({
      'lib/a.so': `→ ${outside}/secret.so`,
      'lib/b.so': `→ ../../../../../../../../../../..${outside}/secret.so`,
    });
    expect(outcome({ name: '/lib/a.so' }, { sysroots: [root] })).toBe('not-found');
    expect(outcome({ name: '/lib/b.so' }, { sysroots: [root] })).toBe('not-found');
    expect(outcome({ name: `/../${relative(outside)}/secret.so` }, { sysroots: [root] })).toBe('not-found');
  });

  it('ends on links that go in circles', () => {
    const root = sysroot({ 'lib/a': '→ b', 'lib/b': '→ /lib/a', 'lib/c': '→ c/c' });
    expect(outcome({ name: '/lib/a' }, { sysroots: [root] })).toBe('not-found');
    expect(outcome({ name: '/lib/c' }, { sysroots: [root] })).toBe('not-found');
  });

  it('must exist', () => {
    expect(() => lookUp({}, { sysroots: [join(scratch, 'nowhere')] })).toThrow('no such folder');
  });

  it('closes whatever it opens', () => {
    const root = new Sysroot(sysroot({ lib: '→ a/b', 'a/b/c/libx.so': 'aa', 'a/b/link': '→ /lib/c' }));
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let i = 0; i < 20; i++) {
      root.identity('/lib/link/libx.so');
      root.identity('/lib/link/../missing');
    }
    expect(open()).toBe(before);
  });
});

describe('a base name', () => {
  it('is looked up in the usual folders, those of ld.so.conf and those named after a machine', () => {
    const root = sysroot({
      'usr/lib/x86_64-linux-gnu/one.so': 'aa',
      lib: '→ usr/lib',
      'etc/ld.so.conf': 'text\n# comment\ninclude /etc/ld.so.conf.d/*.conf\n/opt/direct\n',
      'etc/ld.so.conf.d/a.conf': 'text\n/opt/included # here\n',
      'etc/ld.so.conf.d/a.conf.old': 'text\n/opt/not-included\n',
      'opt/direct/two.so': 'bb',
      'opt/included/three.so': 'cc',
      'opt/not-included/four.so': 'dd',
    });
    const find = (name: string) => outcome({ name }, { sysroots: [root] }).replace(`${relative(root)}`, '');
    expect(find('one.so')).toBe('/lib/x86_64-linux-gnu/one.so (path-only)');
    expect(find('two.so')).toBe('/opt/direct/two.so (path-only)');
    expect(find('three.so')).toBe('/opt/included/three.so (path-only)');
    expect(find('four.so')).toBe('not-found');
  });

  it('gives every file of that name as a candidate, hard links and linked folders once, texts not', () => {
    const root = sysroot({
      'usr/lib/libx.so': 'aa',
      'usr/local/lib/libx.so': 'bb',
      'usr/lib64/libx.so': 'text: a linker script',
      lib: '→ usr/lib',
    });
    expect(outcome({ name: 'libx.so' }, { sysroots: [root] }).replaceAll(relative(root), '')).toBe(
      '/lib/libx.so (path-only), /usr/local/lib/libx.so (path-only)',
    );
  });

  it('is found in bounded time, whatever ld.so.conf says', () => {
    const stars = `include /etc/x/${'*a'.repeat(200)}b\n`;
    const names = Array.from({ length: 300 }, (_, i) => [`etc/x/n${i}`, 'text\n/opt/one\n']);
    const root = sysroot({
      'etc/ld.so.conf': `text\n${stars}include /etc/x/n*\n${'include ld.so.conf\n'.repeat(900)}/opt/*/two\n`,
      [`etc/x/${'a'.repeat(250)}`]: 'text\n/opt/never\n',
      ...Object.fromEntries(names),
      'opt/one/one.so': 'aa',
      'opt/never/two.so': 'bb',
    });
    expect(outcome({ name: 'one.so' }, { sysroots: [root] })).toContain('/opt/one/one.so (path-only)');
    expect(outcome({ name: 'two.so' }, { sysroots: [root] })).toBe('not-found');
  });

  it('may name this machine', () => {
    expect(outcome({ name: 'sh' }, { useHost: true })).toMatch(/bin\/sh \(path-only\)/);
  });
});

describe('a file given by name', () => {
  const file = join(sysroot({ 'given.so': 'aa' }), 'given.so');

  it('goes by path or by base name; a name that nothing has is noted', () => {
    for (const name of ['/lib/libx.so', 'libx.so'])
      expect(lookUp({}, { elf: new Map([[name, file]]) })).toMatchObject({
        files: [{ image: { status: 'read', candidates: [{ path: file }] } }],
        notes: [{ code: 'path-only' }],
      });
    const misnamed = search({ elf: new Map([['libx', file]]) });
    const [missing] = misnamed.imagesFor([named({})]).files;
    expect(missing!.image).toMatchObject({ status: 'unavailable', reason: 'not-found' });
    expect(misnamed.unusedNotes()).toMatchObject([
      { code: 'elf-unused', message: expect.stringMatching(/libx:/) },
    ]);
    misnamed.imagesFor([named({ name: '/bin/libx', wanted: false })]);
    expect(misnamed.unusedNotes()).toEqual([]);
  });
});

describe('a file that is no ELF file in the place of code', () => {
  const root = sysroot({ 'lib/libx.so': 'text: a pointer to large storage' });

  it('is not what was mapped; in the place of data it may be', () => {
    expect(outcome({ isCode: true }, { sysroots: [root] })).toBe('mismatch');
    expect(lookUp({ isCode: false }, { sysroots: [root] }).files[0]!.image.status).toBe('not-elf');
    const name = join(root, 'lib/libx.so');
    expect(outcome({ name, isCode: true }, { useHost: true })).toBe('replaced');
    const inode = statSync(name).ino.toString();
    expect(lookUp({ name, inode, isCode: true }, { useHost: true }).files[0]!.image.status).toBe('not-elf');
  });
});

describe('a script of the same name', () => {
  const root = sysroot({ 'usr/lib/app': 'text: exec /usr/lib/app/app', 'usr/local/lib/app': 'aa' });

  it('is no image, unless it is the very file', () => {
    expect(outcome({ name: '/usr/lib/app' }, { sysroots: [root] })).toBe('not-elf');
    const alone = sysroot({ 'usr/lib/app': 'text: exec /opt/app' });
    expect(outcome({ name: 'app' }, { sysroots: [alone] })).toBe('not-found');
    expect(outcome({ name: 'app' }, { sysroots: [root] })).toMatch(/local\/lib\/app \(path-only\)$/);
    const inode = statSync(join(root, 'usr/lib/app')).ino.toString();
    expect(outcome({ name: '/usr/lib/app', inode }, { sysroots: [root] })).toBe('not-elf');
  });
});

describe('identity', () => {
  const root = sysroot({ 'lib/libx.so': 'aa', 'lib/none.so': '' });
  const path = join(root, 'lib/libx.so');
  const inode = statSync(path).ino.toString();

  it('is proved by the build ID, and refuted by it', () => {
    expect(outcome({ buildId: 'aa' }, { sysroots: [root] })).toContain('(build-id)');
    expect(outcome({ buildId: 'bb' }, { sysroots: [root] })).toBe('mismatch');
    expect(outcome({ name: '/lib/none.so', buildId: 'bb' }, { sysroots: [root] })).toBe('mismatch');
    const { image } = lookUp({ buildId: 'bb' }, { sysroots: [root] }).files[0]!;
    expect(image).toMatchObject({ message: expect.stringMatching(/is bb, but .* has the build ID aa/) });
  });

  it('of the next process is told by what has been read already', () => {
    const both = search({ sysroots: [root] });
    const elf = (): unknown => {
      const { image } = both.imagesFor([named({})]).files[0]!;
      return image.status === 'read' && image.candidates[0]!.elf;
    };
    const first = elf();
    expect(first).toMatchObject({ buildId: 'aa' });
    expect(elf()).toBe(first);
  });

  it('goes on to the next sysroot where the first has another build', () => {
    const second = sysroot({ 'lib/libx.so': 'bb' });
    expect(outcome({ buildId: 'bb' }, { sysroots: [root, second] })).toBe(
      `${relative(second)}/lib/libx.so (build-id)`,
    );
  });

  it('is proved by the inode; another inode refutes a file of this machine only', () => {
    expect(outcome({ name: path, inode }, { useHost: true })).toContain('(inode)');
    expect(outcome({ name: path, inode: `${inode}1` }, { useHost: true })).toBe('replaced');
    expect(outcome({ inode: `${inode}1` }, { sysroots: [root] })).toContain('(path-only)');
  });

  it('is told to be unproved where the evidence has nothing, in one note', () => {
    const { notes } = lookUp({}, { sysroots: [root] });
    expect(notes).toEqual([{ code: 'path-only', message: expect.stringContaining('1 of 1 binaries') }]);
    expect(lookUp({ buildId: 'aa' }, { sysroots: [root] }).notes).toEqual([]);
  });

  it('is asked of a deleted file on this machine, but a sysroot may have kept it', () => {
    expect(outcome({ name: `${path} (deleted)` }, { useHost: true })).toBe('deleted');
    expect(outcome({ name: '/lib/libx.so (deleted)' }, { sysroots: [root] })).toContain('(path-only)');
    const file = lookUp({ name: '/lib/libx.so (deleted)' }, { sysroots: [root] }).files[0];
    expect(file).toMatchObject({ path: '/lib/libx.so', deleted: true });
  });

  it('knows a file that is really called "x (deleted)"', () => {
    const odd = join(root, 'lib/x (deleted)');
    copyFileSync(path, odd);
    const file = lookUp({ name: odd, inode: statSync(odd).ino.toString() }, { useHost: true }).files[0];
    expect(file).toMatchObject({ path: odd, deleted: false, image: { status: 'read' } });
  });
});

describe('--elf', () => {
  const root = sysroot({ 'lib/libx.so': 'aa', 'kept.so': 'bb' });
  const kept = join(root, 'kept.so');

  it('comes before all else, by path or base name', () => {
    for (const name of ['/lib/libx.so', 'libx.so'])
      expect(outcome({}, { sysroots: [root], elf: new Map([[name, kept]]) })).toBe(
        `${relative(kept)} (path-only)`,
      );
  });

  it('is verified too, and not silently replaced by another file', () => {
    const named = new Map([['libx.so', kept]]);
    expect(outcome({ buildId: 'bb' }, { elf: named })).toContain('(build-id)');
    expect(outcome({ buildId: 'aa' }, { sysroots: [root], elf: named })).toBe('mismatch');
    expect(outcome({}, { sysroots: [root], elf: new Map([['libx.so', '/nowhere']]) })).toBe('not-found');
  });
});

it('opens neither devices nor FIFOs nor folders, and does not look for what no folder has', () => {
  const root = sysroot({ 'lib/libx.so/file': 'aa', 'dev/null': 'aa' });
  expect(outcome({}, { sysroots: [root] })).toBe('not-regular');
  expect(outcome({}, { elf: new Map([['libx.so', '/dev/zero']]) })).toBe('not-regular');
  for (const name of ['/dev/null', '/memfd:x (deleted)', '/SYSV00000000 (deleted)', '/[aio] (deleted)'])
    expect(outcome({ name }, { sysroots: [root] })).toBe('not-looked-for');
  expect(outcome({ wanted: false }, { sysroots: [root] })).toBe('not-looked-for');
});

it('writes what readElf reads', () => {
  expect(readElf(bytesInMemory(elf('00ff')), 'full').buildId).toBe('00ff');
});
