/**
 * Root over other people's processes: what a container calls a path is never looked up in the host's folders, and no
 * symbolic link of its leads out of its root. And without privilege, everything that can be explained is.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MappingDocument, ModuleDocument } from '../../src/model/document.ts';
import { toDocument } from '../../src/render/document.ts';
import { ProcDirectory } from '../../src/source/proc-directory.ts';
import { TargetRoot } from '../../src/source/target-root.ts';
import {
  type Answer,
  becomingNobody,
  explainAsNobody,
  explainWithoutMapFiles,
  NOBODY,
  openFolder,
  publish,
} from '../support/as-user.ts';
import { build } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { canUnshare } from '../support/unshare.ts';
import { DEFAULT, requirements, variant } from '../support/variant.ts';

afterEach(stopAll);

const COMPILER = requirements(DEFAULT);
/** What the process has mapped, and what lies where its path would lead in the host. */
const WANTED = variant('gcc', 'bfd', 'shared', 'wanted', ['-Wl,--build-id=0x600d']);
const DECOY = variant('gcc', 'bfd', 'shared', 'decoy', ['-Wl,--build-id=0xbad0']);

let folders = 0;
const freshFolder = (name: string): string => openFolder(`${name}-${folders++}`);

/** A folder with all that a program needs that loads libraries. */
function rootFolder(): string {
  const root = freshFolder('container');
  copy(build('dlopen.c'), join(root, 'program'));
  for (const match of execFileSync('ldd', [build('dlopen.c')], { encoding: 'latin1' }).matchAll(
    /(\/\S+) \(0x/g,
  ))
    copy(match[1]!, join(root, match[1]!));
  return root;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
}

/** A process with `root` as its root, in its own mount namespace or not, that has loaded /app/lib/lib.so. */
async function contained(root: string, path: string, ...flags: readonly string[]): Promise<Subject> {
  copy(build('lib.c', WANTED), join(root, path));
  return await start('unshare', [...flags, '--root', root, '/program', path]);
}

const answers = async (pid: number): Promise<readonly [string, Answer][]> => [
  ['by map_files', toDocument(explainPid(pid))],
  ['by paths', await explainWithoutMapFiles(pid)],
];

function libraryOf(answer: Answer): ModuleDocument {
  if (!('modules' in answer)) throw new Error(answer.message);
  const library = answer.modules.find(({ path }) => path.endsWith('/lib.so'));
  if (!library) throw new Error(`none of ${answer.modules.map(({ path }) => path).join(', ')}`);
  return library;
}

const NEEDED = [...COMPILER, 'setpriv', 'ldd', ...becomingNobody()];

for (const [title, flags] of [
  ['a chrooted process', []],
  ['a process in a mount namespace of its own', ['--mount']],
] as const)
  describeWith([...NEEDED, ...canUnshare(...flags)], title, () => {
    it('is explained by its own files, although the host has others at the same paths', async () => {
      const [root, host] = [rootFolder(), freshFolder('host')];
      const path = join(host, 'lib.so');
      publish(build('lib.c', DECOY), host, 'lib.so');
      const subject = await contained(root, path, ...flags);
      for (const [how, answer] of await answers(subject.pid)) {
        const { image, buildId } = libraryOf(answer);
        expect([how, buildId, image]).toMatchObject([how, '600d', { status: 'read', identity: 'inode' }]);
      }
    });

    it.each([
      ['folder', (library: string, target: string) => replace(dirname(library), target)],
      ['file', (library: string, target: string) => replace(library, join(target, 'lib.so'))],
    ])('puts a symbolic link to the host in the place of a %s: it is not followed', async (_, replaceIt) => {
      const [root, host] = [rootFolder(), freshFolder('host')];
      publish(build('lib.c', DECOY), host, 'lib.so');
      const subject = await contained(root, '/app/lib/lib.so', ...flags);
      replaceIt(join(root, 'app/lib/lib.so'), host);
      for (const [how, answer] of await answers(subject.pid)) {
        const { image, buildId } = libraryOf(answer);
        if (how === 'by map_files') expect([buildId, image.status]).toEqual(['600d', 'read']);
        // Followed, the link would have led to another file: 'replaced'.
        else expect(image).toMatchObject({ reason: expect.stringMatching(/^(deleted|not-regular)$/) });
      }
    });
  });

function replace(path: string, target: string): void {
  rmSync(path, { recursive: true });
  symlinkSync(target, path);
}

describe('a name that is no path', () => {
  it.each(['/memfd:a/../../etc/passwd', '/..', '/a/./b', '/../etc/passwd', 'etc/passwd', ''])('%s', name => {
    const proc = new ProcDirectory(process.pid);
    expect(new TargetRoot(proc).openPath(name)).toBeNull();
    proc.close();
  });
});

/** Without the figures, which change by themselves. */
const untimely = ({ memory, ...mapping }: MappingDocument): object => ({ ...mapping, told: memory !== null });

describeWith([...COMPILER, ...becomingNobody()], 'without privilege', () => {
  it('a process of one’s own is explained in full', async () => {
    const folder = freshFolder('own');
    const program = publish(build('dlopen.c'), folder);
    const library = publish(build('lib-relro.c', WANTED), folder);
    const { pid } = await start(program, [library], NOBODY);
    const [own, roots] = [await explainAsNobody(pid), toDocument(explainPid(pid))];
    if (!('modules' in own)) throw new Error(own.message);
    expect(own.notes).toEqual([]);
    expect(own.modules).toEqual(roots.modules);
    expect(own.mappings.map(untimely)).toEqual(roots.mappings.map(untimely));
  });

  itWith([], 'a library that has been deleted is the one thing that is not', async () => {
    const folder = freshFolder('own');
    const program = publish(build('dlopen.c'), folder);
    const library = publish(build('lib-relro.c', WANTED), folder);
    const { pid } = await start(program, [library], NOBODY);
    rmSync(library);
    const own = await explainAsNobody(pid);
    if (!('modules' in own)) throw new Error(own.message);
    const unread = own.modules.filter(({ image }) => image.status !== 'read');
    expect(unread).toMatchObject([{ path: library, image: { reason: 'deleted' } }]);
  });

  it('a process of somebody else’s is refused in words', async () => {
    const { pid } = await start(build('plain.c'));
    expect(await explainAsNobody(pid)).toMatchObject({
      kind: 'permission',
      remedy: expect.stringContaining('root'),
    });
  });
});
