/**
 * Notes (gABI; elf(5)): namesz, descsz, type, then name and descriptor, each padded. GNU notes are padded to
 * 4 bytes, those in .note.gnu.property of 64-bit files to 8 (the segment's p_align tells).
 */
import { Words } from './words.ts';

export interface ElfNote {
  /** Without the final NUL. */
  readonly name: string;
  readonly type: number;
  /** Position of the note in `bytes`. */
  readonly start: number;
  /** Position of the descriptor in `bytes`, and its length in bytes. */
  readonly at: number;
  readonly descriptor: Uint8Array;
}

export const NT_GNU_BUILD_ID = 3;

/** The notes in `bytes`, up to the first that does not fit. */
export function* notesIn(
  bytes: Uint8Array,
  is64: boolean,
  little: boolean,
  align: number,
): Generator<ElfNote> {
  const words = new Words(bytes, is64, little);
  for (let at = 0; ; ) {
    const note = noteAt(bytes, words, at, align);
    if (note === null) return;
    yield note;
    at = padded(note.at + note.descriptor.length, align);
  }
}

const padded = (size: number, align: number): number =>
  align === 8 ? Math.ceil(size / 8) * 8 : Math.ceil(size / 4) * 4;

/** The note that begins at `at`; null where none fits. */
function noteAt(bytes: Uint8Array, words: Words, at: number, align: number): ElfNote | null {
  if (at + 12 > bytes.length) return null;
  const nameSize = words.u32(at);
  const descriptorAt = padded(at + 12 + nameSize, align);
  const end = descriptorAt + words.u32(at + 4);
  if (end > bytes.length) return null;
  let name = '';
  for (let i = 0; i < nameSize - 1 && i < LONGEST_NAME; i++) name += String.fromCharCode(bytes[at + 12 + i]!);
  return {
    name,
    type: words.u32(at + 8),
    start: at,
    at: descriptorAt,
    descriptor: bytes.subarray(descriptorAt, end),
  };
}

const LONGEST_NAME = 64;
const LONGEST_BUILD_ID = 64;

/** Lower-case hexadecimal build ID among the notes in `bytes`; null where there is none. */
export function buildIdIn(bytes: Uint8Array, is64: boolean, little: boolean, align: number): string | null {
  for (const { name, type, descriptor } of notesIn(bytes, is64, little, align))
    if (name === 'GNU' && type === NT_GNU_BUILD_ID && descriptor.length > 0)
      return Buffer.from(descriptor.subarray(0, LONGEST_BUILD_ID)).toString('hex');
  return null;
}
