/**
 * The notes of a core file (kernel include/linux/elfcore.h, fs/binfmt_elf.c fill_note_info):
 *
 *   CORE   NT_PRSTATUS 1            one for each thread, its registers among them
 *   CORE   NT_PRPSINFO 3            of the process: … pr_pid, pr_ppid, pr_pgrp, pr_sid, pr_fname[16], pr_psargs[80]
 *   CORE   NT_AUXV     6            as /proc/PID/auxv
 *   CORE   NT_FILE     0x46494c45   words: count, page_size, count × (start, end, offset in pages); then count names
 *   GDB    NT_GDB_TDESC 0xff000000  gcore alone
 *
 * Sizes of fields are the dumped process's; the kernel leaves NT_FILE out where it would exceed 4 MiB.
 */
import { type Address, address, byStart, type FileOffset, fileOffset, type Range } from '../model/units.ts';
import { stackPointerAt, threadIdAt } from './core-registers.ts';
import type { RawHeader } from './header.ts';
import { type ElfNote, notesIn } from './notes.ts';
import { Words } from './words.ts';

export interface CoreNotes {
  /** null: there is no NT_FILE. In address order. */
  readonly files: readonly CoreFileMapping[] | null;
  /** Unit of NT_FILE's offsets: the page size in the kernel's cores, 1 in gdb's; null without NT_FILE. */
  readonly fileUnit: number | null;
  readonly auxv: Uint8Array | null;
  readonly pid: number | null;
  /** Arguments joined by spaces, cut to 79 bytes by the kernel; '' for none. */
  readonly command: string;
  readonly threads: readonly CoreThread[];
  readonly byGdb: boolean;
  readonly ofKernel: boolean;
}

/** A file mapping as NT_FILE names it. */
export interface CoreFileMapping extends Range {
  readonly offset: FileOffset;
  /** As the kernel names it, one char a byte. */
  readonly name: string;
}

interface CoreThread {
  readonly id: number;
  readonly stackPointer: Address;
}

const NT_PRSTATUS = 1;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_FILE = 0x46494c45;
/** Mappings of one process: some distributions allow 2^20 (vm.max_map_count). */
const MOST_FILES = 1 << 20;
/** PATH_MAX; what is longer is cut. */
const LONGEST_NAME = 4096;
const ARGUMENTS_SIZE = 80;
const NAME_SIZE = 16;

/** Reads what is there; a note that makes no sense counts as absent. */
export function readCoreNotes(segments: readonly Uint8Array[], header: RawHeader): CoreNotes {
  let files: Pick<CoreNotes, 'files' | 'fileUnit'> = { files: null, fileUnit: null };
  let info: Pick<CoreNotes, 'pid' | 'command'> = { pid: null, command: '' };
  let auxv: Uint8Array | null = null;
  let [byGdb, ofKernel] = [false, false];
  const threads: CoreThread[] = [];
  for (const { name, type, descriptor } of notesOf(segments, header)) {
    if (name === 'GDB') byGdb = true;
    if (name === 'VMCOREINFO') ofKernel = true;
    if (name !== 'CORE') continue;
    const words = new Words(descriptor, header.is64, header.little);
    if (type === NT_FILE) files = readFiles(words, descriptor);
    else if (type === NT_AUXV) auxv = descriptor;
    else if (type === NT_PRPSINFO) info = readProcessInfo(words, descriptor);
    else if (type === NT_PRSTATUS) {
      const id = threadIdAt(words, descriptor.length);
      const stackPointer = stackPointerAt(words, descriptor.length, header.machine);
      if (id !== null && stackPointer !== null) threads.push({ id, stackPointer });
    }
  }
  return { ...files, ...info, auxv, threads, byGdb, ofKernel };
}

function* notesOf(segments: readonly Uint8Array[], { is64, little }: RawHeader): Generator<ElfNote> {
  for (const bytes of segments) yield* notesIn(bytes, is64, little, 4);
}

function readFiles(words: Words, bytes: Uint8Array): Pick<CoreNotes, 'files' | 'fileUnit'> {
  const size = words.is64 ? 8 : 4;
  if (bytes.length < 2 * size) return { files: null, fileUnit: null };
  const unit = words.word(size);
  const count = Number(words.word(0));
  const names = (2 + 3 * count) * size;
  if (names > bytes.length || count > MOST_FILES) return { files: null, fileUnit: null };
  const files: CoreFileMapping[] = [];
  let at = names;
  for (let i = 0; i < count; i++) {
    const entry = (2 + 3 * i) * size;
    const end = bytes.indexOf(0, at);
    if (end < 0) break;
    files.push({
      start: address(words.word(entry)),
      end: address(words.word(entry + size)),
      offset: fileOffset(words.word(entry + 2 * size) * unit),
      name: latin1(bytes.subarray(at, Math.min(end, at + LONGEST_NAME))),
    });
    at = end + 1;
  }
  files.sort(byStart);
  return { files: files.filter(({ start, end }) => start < end), fileUnit: Number(unit) };
}

/** pr_flag and the user IDs vary in size from machine to machine, so fields are counted from the end. */
function readProcessInfo(words: Words, bytes: Uint8Array): Pick<CoreNotes, 'pid' | 'command'> {
  const args = bytes.length - ARGUMENTS_SIZE;
  const name = args - NAME_SIZE;
  if (name < 16) return { pid: null, command: '' };
  const text = (at: number, size: number): string => latin1(bytes.subarray(at, at + size)).split('\0')[0]!;
  return {
    pid: words.u32(name - 16),
    command: text(args, ARGUMENTS_SIZE).replace(/ $/, '') || text(name, NAME_SIZE),
  };
}

const latin1 = (bytes: Uint8Array): string =>
  Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) =>
    String.fromCharCode(...bytes.subarray(i * 4096, (i + 1) * 4096)),
  ).join('');
