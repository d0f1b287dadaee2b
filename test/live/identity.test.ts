/** The file that is analysed is the one that is mapped, whatever has happened to its name since. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect } from 'vitest';
import type { ModuleDocument, ReportDocument } from '../../src/model/document.ts';
import { toDocument } from '../../src/render/document.ts';
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
import { replaceBy } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { DEFAULT, requirements, variant } from '../support/variant.ts';

afterEach(stopAll);

const COMPILER = requirements(DEFAULT);
const STATIC = variant('gcc', 'bfd', 'static');
/** A library that none of the others can be taken for. */
const WANTED = variant('gcc', 'bfd', 'shared', 'wanted', ['-Wl,--build-id=0x600d']);
const OTHER = variant('gcc', 'bfd', 'shared', 'other', ['-Wl,--build-id=0xbad0']);

interface Loaded {
  readonly subject: Subject;
  readonly path: string;
  readonly folder: string;
}

/** A process, everyone's or nobody's, that has loaded a library of its own. */
async function loaded(situation: string, options: object = {}, name = 'lib.so'): Promise<Loaded> {
  const folder = openFolder(situation.replaceAll(/\W+/g, '-'));
  const program = publish(build('dlopen.c'), folder);
  const path = publish(build('lib-relro.c', WANTED), folder, name);
  return { subject: await start(program, [path], options), path, folder };
}

const isReport = (answer: Answer): answer is ReportDocument => 'mappings' in answer;

function libraryOf(answer: Answer, path: string): ModuleDocument & { deleted: boolean; kinds: string[] } {
  if (!isReport(answer)) throw new Error(answer.message);
  const module = answer.modules.find(candidate => candidate.path === path);
  if (!module) throw new Error(`${path} is none of ${answer.modules.map(found => found.path).join(', ')}`);
  const mappings = answer.mappings.filter(
    mapping => mapping.module === module.index && mapping.path !== null,
  );
  const kinds = [...new Set(mappings.map(({ kind }) => kind))];
  return { ...module, kinds, deleted: mappings.some(({ deleted }) => deleted) };
}

const ownReport = (pid: number): ReportDocument => toDocument(explainPid(pid));

interface Change {
  readonly title: string;
  /** What happens to the library's path after it was loaded. */
  apply(loaded: Loaded): void;
  /** Path of the module afterwards; the old one unless told. */
  readonly path?: (loaded: Loaded) => string;
  readonly deleted: boolean;
  /** What nobody, who may not follow map_files, is told of the image. */
  readonly unprivileged: 'inode' | 'deleted' | 'replaced' | 'not-regular';
}

const CHANGES: readonly Change[] = [
  { title: 'nothing', apply: () => {}, deleted: false, unprivileged: 'inode' },
  { title: 'deleted', apply: ({ path }) => rmSync(path), deleted: true, unprivileged: 'deleted' },
  {
    title: 'replaced',
    apply: ({ path }) => replaceBy(build('lib.c', OTHER), path),
    deleted: true,
    unprivileged: 'replaced',
  },
  {
    title: 'renamed',
    apply: ({ path, folder }) => renameSync(path, join(folder, 'elsewhere.so')),
    path: ({ folder }) => join(folder, 'elsewhere.so'),
    deleted: false,
    unprivileged: 'inode',
  },
  {
    title: 'one of two hard links removed',
    apply: ({ path, folder }) => {
      linkSync(path, join(folder, 'second.so'));
      rmSync(path);
    },
    deleted: true,
    unprivileged: 'deleted',
  },
  {
    title: 'deleted and linked again',
    apply: ({ path, folder }) => {
      linkSync(path, join(folder, 'second.so'));
      rmSync(path);
      linkSync(join(folder, 'second.so'), path);
    },
    deleted: true,
    unprivileged: 'inode',
  },
  {
    title: 'deleted, and another file has the name that maps prints',
    apply: ({ path, folder }) => {
      rmSync(path);
      publish(build('lib.c', OTHER), folder, 'lib.so (deleted)');
    },
    deleted: true,
    unprivileged: 'deleted',
  },
  {
    title: 'a FIFO in its place',
    apply: ({ path }) => {
      rmSync(path);
      execFileSync('mkfifo', ['-m', '666', path]);
    },
    deleted: true,
    unprivileged: 'not-regular',
  },
  {
    title: 'a directory in its place',
    apply: ({ path }) => {
      rmSync(path);
      mkdirSync(path);
    },
    deleted: true,
    unprivileged: 'not-regular',
  },
  {
    title: 'a device in its place',
    apply: ({ path }) => {
      rmSync(path);
      symlinkSync('/dev/full', path);
    },
    deleted: true,
    unprivileged: 'not-regular',
  },
  {
    title: 'a link to the file in its place',
    apply: ({ path, folder }) => {
      renameSync(path, join(folder, 'elsewhere.so'));
      symlinkSync('elsewhere.so', path);
    },
    path: ({ folder }) => join(folder, 'elsewhere.so'),
    deleted: false,
    unprivileged: 'inode',
  },
];

for (const { title, apply, path: after, deleted, unprivileged } of CHANGES)
  describeWith(COMPILER, `after it was loaded: ${title}`, () => {
    const read = { status: 'read', identity: 'inode' };

    itWith(becomingNobody(), 'root sees the mapped file', async () => {
      const found = await loaded(`${title} root`);
      apply(found);
      const library = libraryOf(ownReport(found.subject.pid), after?.(found) ?? found.path);
      expect(library).toMatchObject({ image: read, buildId: '600d', deleted, kinds: ['elf'] });
    });

    itWith(becomingNobody(), 'its own user sees it, or why not', async () => {
      const found = await loaded(`${title} nobody`, NOBODY);
      apply(found);
      const answer = await explainAsNobody(found.subject.pid);
      const library = libraryOf(answer, after?.(found) ?? found.path);
      const refused = { status: 'unavailable', reason: unprivileged };
      expect(library).toMatchObject({ deleted, kinds: ['elf'] });
      expect(library.image).toMatchObject(unprivileged === 'inode' ? read : refused);
      expect(library.buildId).toBe(unprivileged === 'inode' ? '600d' : null);
      // The rest is explained all the same.
      if (!isReport(answer)) throw new Error(answer.message);
      const others = answer.modules.filter(({ path }) => path !== library.path);
      expect(others.length).toBeGreaterThan(2);
      expect(others.every(({ image }) => image.status === 'read')).toBe(true);
    });
  });

describe('names and places', () => {
  itWith(['map_files', ...COMPILER], 'a file whose name ends in " (deleted)" is there', async () => {
    const { subject, path } = await loaded('literal', {}, 'lib.so (deleted)');
    const library = libraryOf(ownReport(subject.pid), path);
    expect(library).toMatchObject({ deleted: false, buildId: '600d' });
    expect(path).toMatch(/ \(deleted\)$/);
    rmSync(path);
    expect(libraryOf(ownReport(subject.pid), path)).toMatchObject({ deleted: true, buildId: '600d' });
  });

  itWith(COMPILER, 'a name with control characters is kept to the byte', async () => {
    const name = 'a\nb\x1b[2J \\012.so';
    const { subject, path } = await loaded('controls', {}, name);
    // maps prints the newline and the literal \012 alike; /proc/PID/map_files does not.
    const library = libraryOf(ownReport(subject.pid), path);
    expect(library).toMatchObject({ buildId: '600d', deleted: false });
  });

  itWith([...COMPILER, ...becomingNobody()], 'a deleted program is read through /proc/PID/exe', async () => {
    const { subject, folder } = await loaded('deleted program', NOBODY);
    const program = join(folder, 'dlopen');
    rmSync(program);
    expect(libraryOf(await explainAsNobody(subject.pid), program)).toMatchObject({
      role: 'executable',
      image: { status: 'read', identity: 'inode' },
      deleted: true,
    });
  });

  itWith([...COMPILER, ...becomingNobody()], 'a library that may not be read is said to be so', async () => {
    const { subject, path } = await loaded('unreadable', NOBODY);
    chmodSync(path, 0o700);
    const { image } = libraryOf(await explainAsNobody(subject.pid), path);
    expect(image).toMatchObject({ status: 'unavailable', reason: 'permission' });
  });

  const namespaces = [...requirements(STATIC), ...becomingNobody(), 'unshare', 'setpriv', 'mount'];
  itWith(namespaces, 'a program of another mount namespace is found through its root', async () => {
    const program = publish(build('plain.c', STATIC), openFolder('namespace'));
    const script = `mount -t tmpfs none /mnt && cp ${program} /mnt/hidden && exec /mnt/hidden`;
    const { pid } = await start('unshare', ['-m', 'sh', '-c', script]);
    for (const answer of [ownReport(pid), await explainWithoutMapFiles(pid)])
      expect(libraryOf(answer, '/mnt/hidden').image).toMatchObject({ status: 'read', identity: 'inode' });
  });

  itWith([...namespaces, 'chroot'], 'a program in a chroot is found by the path that we see', async () => {
    const folder = openFolder('chroot');
    const program = publish(build('plain.c', STATIC), folder);
    const { pid } = await start('chroot', [folder, '/plain']);
    for (const answer of [ownReport(pid), await explainWithoutMapFiles(pid)])
      expect(libraryOf(answer, program).image).toMatchObject({ status: 'read', identity: 'inode' });
  });
});

describe("another user's process", () => {
  itWith([...COMPILER, ...becomingNobody()], 'may not be read, and says what is needed', async () => {
    const { pid } = await start(build('plain.c'));
    const answer = await explainAsNobody(pid);
    expect(answer).toMatchObject({ kind: 'permission' });
    expect(answer).toMatchObject({ message: expect.stringContaining(String(pid)) });
    expect(answer).toMatchObject({ remedy: expect.stringMatching(/root|CAP_SYS_PTRACE/) });
  });

  const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
  itWith([...COMPILER, ...becomingNobody(), cli], 'ends the command with 3', async () => {
    const { pid } = await start(build('plain.c'));
    const folder = openFolder('cli');
    cpSync(dirname(cli), folder, { recursive: true });
    const command = [join(folder, basename(cli)), String(pid)];
    const failure = promisify(execFile)(process.execPath, command, { ...NOBODY, cwd: '/' });
    await expect(failure).rejects.toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^vmaexplain: \d+: .*\n {2}.*\n$/),
    });
  });

  itWith([], 'a process that is not there is missing', () => {
    expect(() => explainPid(2 ** 22 + 1)).toThrow(/no process/);
  });
});
