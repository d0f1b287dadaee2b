/** ProcessEvidence → Capture: parses the raw texts, and has every mapped file read once. */

import { readElf } from '../elf/read.ts';
import type { Capture, MappedFile, Note, ProcessFacts } from '../model/capture.ts';
import type { ElfFile } from '../model/elf.ts';
import { address, ascending } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { auxvWordSize, parseAuxv } from '../parse/auxv.ts';
import { throughMaps } from '../parse/maps.ts';
import { smallestPage, USUAL_PAGE_SIZE } from '../parse/page-size.ts';
import { badLineNotes } from './bad-line-notes.ts';
import type { ProcessEvidence } from './evidence.ts';
import { inOrder } from './in-order.ts';

/** @throws nothing for trouble with single files; system errors of `evidence` itself pass through. */
export function assembleCapture(evidence: ProcessEvidence): Capture {
  const { parsed, notes } = evidence.mappings;
  const { vmas, notes: orderNotes } = inOrder(parsed.vmas);
  const auxv =
    evidence.auxv &&
    parseAuxv(evidence.auxv, auxvWordSize(evidence.auxv, evidence.littleEndian), evidence.littleEndian);
  // A file keeps its number even where its mappings are left out.
  const executable = executableFile(evidence, parsed.files.files);
  const files = readFiles(evidence, parsed.vmas, executable);
  const vdso = readVdso(evidence, vmas);
  const smapsPageSize = auxv?.pageSize ? null : smallestPage(vmas, parsed.figureNames);
  const process: ProcessFacts = {
    pid: evidence.pid,
    command: commandOf(evidence),
    executable: evidence.executable,
    executableFile: executable,
    pageSize: auxv?.pageSize ?? smapsPageSize ?? USUAL_PAGE_SIZE,
    pageSizeFrom: auxv?.pageSize ? 'auxv' : smapsPageSize ? 'smaps' : 'assumed',
    state: vmas.length > 0 ? 'running' : stateOf(evidence.status),
    personality: evidence.personality === null ? null : Number.parseInt(evidence.personality, 16),
    randomizeVaSpace: evidence.randomizeVaSpace === null ? null : Number(evidence.randomizeVaSpace),
    stackPointers: evidence.stackPointers.map(pointer => address(BigInt(pointer))).sort(ascending),
  };
  const allNotes: Note[] = [...notes, ...orderNotes, ...badLineNotes(parsed.bad.lines, parsed.bad.count)];
  if (vmas.length > 0 && !auxv)
    allNotes.push({
      code: 'auxv-unreadable',
      message:
        'the auxiliary vector could not be read: page size and the load bias of the executable are inferred from the mappings',
    });
  if (vmas.length > 0 && vdso === null && vmas.some(({ name }) => name === '[vdso]'))
    allNotes.push({
      code: 'memory-unreadable',
      message: 'the memory of the process could not be read: the sections of the [vdso] are unknown',
    });
  return {
    origin: evidence.origin,
    process,
    vmas,
    figureNames: parsed.figureNames,
    auxv,
    files,
    vdso,
    notes: allNotes,
  };
}

function readFiles(evidence: ProcessEvidence, vmas: readonly Vma[], executable: number | null): MappedFile[] {
  const names = evidence.mappings.parsed.files.files;
  const first: (Vma | undefined)[] = new Array(names.length).fill(undefined);
  const wanted: boolean[] = new Array(names.length).fill(false);
  for (let i = 0; i < vmas.length; i++) {
    const vma = vmas[i]!;
    if (vma.file === null) continue;
    first[vma.file] ??= vma;
    // An image is always mapped privately.
    if (vma.permissions[3] === 'p') wanted[vma.file] = true;
  }
  const read = ({ name, device, inode }: (typeof names)[number], i: number): MappedFile => ({
    device,
    inode,
    ...evidence.image({
      name,
      first: first[i]!,
      wanted: wanted[i]!,
      executable: i === executable,
    }),
  });
  // The executable first: who loads the others tells what needs to be read of them.
  const program = executable === null ? null : read(names[executable]!, executable);
  return names.map((name, i) => (program && i === executable ? program : read(name, i)));
}

function readVdso(evidence: ProcessEvidence, vmas: readonly Vma[]): ElfFile | null {
  // It lies high.
  const vma = vmas.findLast(({ name }) => name === '[vdso]');
  const bytes = vma ? evidence.vdso(vma) : null;
  if (!bytes) return null;
  try {
    return readElf(bytes, 'full');
  } catch {
    return null;
  }
}

/** As long as a single argument may be (execve(2)); the rest is not told. */
const LONGEST_COMMAND = 128 << 10;

function commandOf(evidence: ProcessEvidence): string | null {
  const words = Buffer.from(evidence.commandLine).toString('latin1').split('\0');
  if (words.at(-1) === '') words.pop();
  if (words.length > 0) return words.join(' ').slice(0, LONGEST_COMMAND);
  const name = /^Name:\t(.*)$/m.exec(evidence.status)?.[1];
  return name === undefined ? null : `[${name}]`;
}

/** Empty maps: a zombie says so itself, a kernel thread has no memory of its own. */
function stateOf(status: string): ProcessFacts['state'] {
  if (/^State:\t[ZX]/m.test(status)) return 'zombie';
  return /^Kthread:\t1$/m.test(status) || !/^VmSize:/m.test(status) ? 'kernel-thread' : 'running';
}

function executableFile(
  evidence: ProcessEvidence,
  files: readonly { readonly name: string }[],
): number | null {
  const executable = evidence.executable && throughMaps(evidence.executable);
  const index = files.findIndex(({ name }) => name === executable);
  return index < 0 ? null : index;
}
