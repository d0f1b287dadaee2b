/**
 * A core file → Capture. What it cannot tell (names of special mappings, inodes, sharing, sizes in memory) is
 * inferred where something proves it, and else left unknown; the notes say which.
 */
import { type CoreFile, NotCore, readCore } from '../elf/core.ts';
import { type CoreMapping, coreMappings } from '../elf/core-mappings.ts';
import { CoreMemory } from '../elf/core-memory.ts';
import { MalformedElf, NotElf } from '../elf/header.ts';
import type { Depth } from '../elf/read.ts';
import type { ByteSource } from '../model/bytes.ts';
import type { AuxiliaryVector, Capture, ProcessFacts } from '../model/capture.ts';
import { ascending } from '../model/units.ts';
import { AT_RANDOM, auxvValues, parseAuxv } from '../parse/auxv.ts';
import { isPageSize, USUAL_PAGE_SIZE } from '../parse/page-size.ts';
import { coreImages } from './core-images.ts';
import { inferNames } from './core-names.ts';
import { coreNotes } from './core-notes.ts';
import { completeProtections } from './core-permissions.ts';
import { TargetError } from './errors.ts';
import type { BinaryOptions } from './find-binary.ts';

export interface CoreOptions extends BinaryOptions {
  readonly depth: Depth;
}

/**
 * Reads the core's headers and notes, and the first pages of what was dumped of the mapped files.
 * @param path where the core was read, for the report; null: standard input.
 * @throws TargetError 'unusable' where it is no process's core, or a sysroot does not exist.
 */
export function captureCore(bytes: ByteSource, path: string | null, options: CoreOptions): Capture {
  const core = read(bytes);
  const memory = new CoreMemory(bytes, core.segments);
  const mappings = coreMappings(core);
  const auxv = auxvOf(core);
  const facts = processFacts(core, mappings, auxv.entries);
  const images = coreImages(mappings, memory, facts.executable, path, options);
  const names = inferNames(mappings, {
    vdso: auxv.entries?.sysinfoEhdr ?? null,
    initialStack: auxv.initialStack,
    stackPointer: mainStackPointer(core),
    machine: core.machine,
  });
  const fileOf = ({ name }: CoreMapping): number | null => images.indexOf.get(name) ?? null;
  const protections = completeProtections(
    mappings,
    mapping => images.files[fileOf(mapping) ?? -1],
    facts.pageSize,
  );
  const vmas = mappings.map((mapping, i) => ({
    start: mapping.start,
    end: mapping.end,
    permissions: `${protections[i]}?`,
    offset: mapping.offset,
    device: null,
    inode: null,
    name: names[i]!,
    figures: null,
    vmFlags: null,
    file: fileOf(mapping),
  }));
  const vdso = vmas.find(({ name }) => name === '[vdso]');
  return {
    origin: { kind: 'core', variant: core.byGdb ? 'gcore' : null, path },
    process: { ...facts, executableFile: images.indexOf.get(facts.executable ?? '') ?? null },
    vmas,
    figureNames: [],
    auxv: auxv.entries,
    files: images.files,
    vdso: vdso ? memory.imageAt(vdso.start, 'full') : null,
    notes: [...coreNotes(core, mappings, names), ...images.notes],
  };
}

function read(bytes: ByteSource): CoreFile {
  try {
    return readCore(bytes);
  } catch (error) {
    if (error instanceof NotElf || error instanceof MalformedElf || error instanceof NotCore)
      throw new TargetError('unusable', `it is no core file of a process: ${error.message}`, null, error);
    throw error;
  }
}

function auxvOf(core: CoreFile): { entries: AuxiliaryVector | null; initialStack: bigint | null } {
  const bytes = core.notes.auxv;
  if (!bytes) return { entries: null, initialStack: null };
  const [wordSize, little] = [core.class === 64 ? 8 : 4, core.byteOrder === 'little'] as const;
  const random = auxvValues(bytes, wordSize, little).get(AT_RANDOM);
  return { entries: parseAuxv(bytes, wordSize, little), initialStack: random ?? null };
}

function processFacts(
  core: CoreFile,
  mappings: readonly CoreMapping[],
  auxv: AuxiliaryVector | null,
): ProcessFacts {
  const { pid, command, threads, fileUnit } = core.notes;
  const entry = auxv?.entry ?? null;
  const program = entry === null ? null : mappings.find(({ start, end }) => start <= entry && entry < end);
  const unit = fileUnit !== null && isPageSize(fileUnit) ? fileUnit : null;
  return {
    pid,
    command: command === '' ? null : command,
    executable: program?.name || null,
    executableFile: null,
    pageSize: auxv?.pageSize ?? unit ?? USUAL_PAGE_SIZE,
    pageSizeFrom: auxv?.pageSize ? 'auxv' : unit ? 'core' : 'assumed',
    state: 'running',
    personality: null,
    randomizeVaSpace: null,
    stackPointers: threads.map(({ stackPointer }) => stackPointer).sort(ascending),
  };
}

/** Of the main thread, whose ID is the process's; the kernel lists the thread that died first. */
function mainStackPointer({ notes }: CoreFile): bigint | null {
  return notes.threads.find(({ id }) => id === notes.pid)?.stackPointer ?? null;
}
