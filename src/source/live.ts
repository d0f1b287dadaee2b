/** The evidence that /proc gives about a running process (proc(5)). */
import { closeSync, constants, openSync } from 'node:fs';
import type { Depth } from '../elf/read.ts';
import { type ByteSource, bytesInMemory } from '../model/bytes.ts';
import type { Capture, MappedFile } from '../model/capture.ts';
import type { Vma } from '../model/vma.ts';
import { assembleCapture } from './assemble.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import { readConsistently } from './consistent.ts';
import { errnoOf, isOutOfFiles, TargetError, tooManyFiles } from './errors.ts';
import type { ImageRequest, ProcessEvidence } from './evidence.ts';
import { FileBytes } from './file-bytes.ts';
import { KnownImages } from './known-images.ts';
import { LiveImages } from './live-images.ts';
import { ProcDirectory } from './proc-directory.ts';
import { readSmall } from './read.ts';
import { Recorder } from './recorder.ts';
import type { Snapshot } from './snapshot-format.ts';
import { readStackPointers } from './stack-pointers.ts';

/** The vDSO has two to four pages. */
const LARGEST_VDSO = 1 << 20;

/** How files are read, and who listens. */
interface Reading {
  readonly depth: Depth;
  readonly known: KnownImages;
  readonly recorder: Recorder | null;
}

/**
 * Captures a running process without stopping it or writing to it.
 * @param known headers read for other processes; those read for this one are added.
 * @throws TargetError where it is not there, ends meanwhile, or may not be read.
 */
export function captureLive(pid: number, depth: Depth, known: KnownImages = new KnownImages(false)): Capture {
  return withEvidence(pid, { depth, known, recorder: null }, assembleCapture);
}

/** Captures a running process as a snapshot. @throws TargetError like captureLive. */
export function recordLive(pid: number): Snapshot {
  const recorder = new Recorder();
  return withEvidence(pid, { depth: 'full', known: new KnownImages(false), recorder }, evidence => {
    // Assembling reads every file, and the recorder sees it.
    assembleCapture(evidence);
    return recorder.snapshot(evidence);
  });
}

function withEvidence<T>(pid: number, reading: Reading, use: (evidence: ProcessEvidence) => T): T {
  const leader = new ProcDirectory(pid);
  let living: ProcDirectory | null = null;
  try {
    living = livingThread(leader);
    return use(readEvidence(pid, living ?? leader, reading));
  } catch (error) {
    if (error instanceof TargetError) throw error;
    throw explainFailure(leader, error);
  } finally {
    living?.close();
    leader.close();
  }
}

/** What must belong to the same moment as the mappings. */
type Moment = Pick<
  ProcessEvidence,
  'auxv' | 'commandLine' | 'status' | 'executable' | 'personality' | 'stackPointers'
>;

function readEvidence(
  pid: number,
  proc: ProcDirectory,
  { depth, known, recorder }: Reading,
): ProcessEvidence {
  const read = (): Moment => ({
    auxv: proc.small('auxv'),
    commandLine: proc.small('cmdline') ?? new Uint8Array(0),
    status: proc.small('status')?.toString('latin1') ?? '',
    executable: proc.link('exe'),
    personality: proc.small('personality')?.toString('latin1').trim() ?? null,
    stackPointers: readStackPointers(proc),
  });
  const hasMemory = ({ status }: Moment): boolean => /^VmSize:/m.test(status);
  const { parsed, notes, rest } = readConsistently(proc, read, hasMemory, recorder);
  if (parsed.vmas.length === 0 && hasMemory(rest)) throw ended(pid);
  if (parsed.vmas.length === 0 && rest.status === '' && !proc.alive()) throw ended(pid);
  const images = new LiveImages(proc, depth, known, recorder, isOfOurUser(rest.status));
  return {
    origin: { kind: 'live', variant: null, path: null },
    pid,
    ...rest,
    auxv: rest.auxv && rest.auxv.length > 0 ? rest.auxv : null,
    randomizeVaSpace: sysctl('kernel/randomize_va_space'),
    littleEndian: LITTLE_ENDIAN,
    mappings: { parsed, notes },
    image: (request: ImageRequest): Omit<MappedFile, 'device' | 'inode'> => images.read(request),
    vdso: (vma: Vma): ByteSource | null => {
      const bytes = readVdso(proc, vma);
      if (bytes) recorder?.vdso(bytes);
      return bytes && bytesInMemory(bytes);
    },
  };
}

/** Is it one of our own user, by all four of its IDs (proc_pid_status(5))? */
function isOfOurUser(status: string): boolean {
  const own = process.geteuid?.();
  return status.includes(`\nUid:\t${own}\t${own}\t${own}\t${own}\n`);
}

function sysctl(name: string): string | null {
  try {
    return readSmall(`/proc/sys/${name}`, 64).toString('latin1').trim();
  } catch {
    return null;
  }
}

/** Memory needs ptrace access (PTRACE_MODE_ATTACH), more than maps does. */
function readVdso(proc: ProcDirectory, vma: Vma): Uint8Array | null {
  try {
    const fd = openSync(proc.path('mem'), constants.O_RDONLY);
    try {
      const length = Math.min(Number(vma.end - vma.start), LARGEST_VDSO);
      const bytes = new FileBytes(fd, null).read(vma.start, length);
      return bytes.length > 0 ? bytes : null;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** A thread-group leader that has exited shows nothing; the process lives on in its other threads. */
function livingThread(leader: ProcDirectory): ProcDirectory | null {
  const status = leader.small('status')?.toString('latin1') ?? '';
  if (!status.includes('\nState:\tZ')) return null;
  for (const thread of leader.threads()) {
    if (thread === leader.pid) continue;
    try {
      const proc = new ProcDirectory(thread);
      const own = proc.small('status')?.toString('latin1') ?? '';
      if (new RegExp(`^Tgid:\t${leader.pid}$`, 'm').test(own) && !/^State:\t[ZX]/m.test(own)) return proc;
      proc.close();
    } catch {
      // It has ended meanwhile; the next one may live.
    }
  }
  return null;
}

const ended = (pid: number): TargetError =>
  new TargetError('missing', `process ${pid} ended while it was being read`);

function explainFailure(proc: ProcDirectory, error: unknown): unknown {
  if (isOutOfFiles(error)) return tooManyFiles(error);
  switch (errnoOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return new TargetError(
        'permission',
        `process ${proc.pid} may not be read: it belongs to another user, has privileges that you lack, or has hidden itself (PR_SET_DUMPABLE)`,
        'run as its user or as root (with CAP_SYS_PTRACE)',
        error,
      );
    case 'ENOENT':
    case 'ESRCH':
      return ended(proc.pid);
    default:
      return error;
  }
}
