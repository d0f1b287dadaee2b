import { MalformedElf, NotElf } from '../elf/header.ts';
import { type ByteSource, metered } from '../model/bytes.ts';
import type { Identity, ImageState, UnavailableReason } from '../model/capture.ts';
import type { ElfFile } from '../model/elf.ts';
import { errnoOf } from './errors.ts';

/** What a flaw counts as, in headers: it becomes a sentence of the report. Files of real processes have none. */
const FLAW = 10;

/**
 * What the images of one process may hold together, and those that are kept for the next. Two thousand libraries have some
 * 100,000 headers; sparse files with as many as possible cost their maker nothing, and a process may have mapped 65,530 of
 * them.
 */
export class HeaderBudget {
  #left = 500_000;
  /** Of all programs and libraries of a machine together there are some 200,000. */
  #slots = 1_000_000;
  /** Of files, names and relocations among them. A recording keeps them all. */
  #bytes = 256 << 20;

  get isUsedUp(): boolean {
    return this.#left <= 0 || this.#slots <= 0 || this.#bytes <= 0;
  }

  /** The same source; what is read of it counts. */
  metered(source: ByteSource): ByteSource {
    return metered(source, bytes => {
      this.#bytes -= bytes;
    });
  }

  /** Takes what has been read. */
  take({ sections, programHeaders, slots, flaws }: ElfFile): void {
    this.#left -= sections.length + programHeaders.length + FLAW * flaws.length;
    this.#slots -= slots?.length ?? 0;
  }
}

/** Has the ELF headers of a mapped file read, null for another kind of file; whatever is wrong with it becomes its state. */
export function readImage(
  read: () => ElfFile | null,
  path: string,
  identity: Identity,
  budget: HeaderBudget,
): ImageState {
  if (budget.isUsedUp)
    return unavailable(
      'malformed',
      'the files before it have more headers, slots or flaws than those of any real process',
    );
  try {
    const elf = read();
    if (elf === null) return { status: 'not-elf' };
    budget.take(elf);
    return { status: 'read', candidates: [{ elf, identity, path }] };
  } catch (error) {
    if (error instanceof NotElf) return { status: 'not-elf' };
    if (error instanceof MalformedElf) return unavailable('malformed', error.message);
    return unavailable('error', `it cannot be read (${errnoOf(error) || String(error)})`);
  }
}

export const unavailable = (reason: UnavailableReason, message: string): ImageState => ({
  status: 'unavailable',
  reason,
  message,
});
