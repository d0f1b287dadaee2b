/**
 * The memory that a core file holds. A VMA's content may be dumped whole, in part (of an ELF file's first mapping,
 * the kernel dumps the first page) or not at all:
 *
 *   VMA          ├────────────────────────┤
 *   dumped       ├──────┤
 *   window            ├─┤                    reads as much as there is
 */
import { type ByteSource, metered } from '../model/bytes.ts';
import type { ElfFile } from '../model/elf.ts';
import { firstEndingAfter } from '../model/ordered.ts';
import type { Address } from '../model/units.ts';
import type { CoreSegment } from './core.ts';
import { type Depth, readElf } from './read.ts';

const MOST_HEADERS = 500_000;
/** Of headers, notes and dynamic tables. */
const MOST_BYTES = 256 << 20;

export class CoreMemory {
  readonly #source: ByteSource;
  readonly #segments: readonly CoreSegment[];
  /** Headers that are still read. Every mapping of a hostile core may begin with the same long table. */
  #left = MOST_HEADERS;
  #bytesLeft = MOST_BYTES;

  /** @param segments in address order, without overlap. */
  constructor(source: ByteSource, segments: readonly CoreSegment[]) {
    this.#source = source;
    this.#segments = segments;
  }

  /** The dumped bytes from `start` to the end of its VMA, as a source of its own; empty where nothing was dumped. */
  windowAt(start: Address): ByteSource {
    const segment = this.#segmentAt(start);
    const skipped = segment ? start - segment.start : 0n;
    const size = segment && segment.dumped > skipped ? segment.dumped - skipped : 0n;
    const from = (segment?.offset ?? 0n) + skipped;
    return {
      size: Number(size),
      read: (offset, length) => {
        const left = size - offset;
        const wanted = left < BigInt(length) ? Number(left) : length;
        return wanted > 0 ? this.#source.read(from + offset, wanted) : new Uint8Array(0);
      },
    };
  }

  /** An image that lies complete in one mapping, as the vDSO does; null where there is none. */
  imageAt(start: Address, depth: Depth): ElfFile | null {
    try {
      return readElf(this.windowAt(start), depth);
    } catch {
      return null;
    }
  }

  /**
   * What the first mapping of a file tells of its image: the headers, and the build ID where the note was dumped.
   * Section headers are left aside, because hardly ever are they mapped: only the sections that segments name are known.
   */
  headersAt(start: Address): ElfFile | null {
    if (this.#left <= 0 || this.#bytesLeft <= 0) return null;
    const window = metered(this.windowAt(start), bytes => {
      this.#bytesLeft -= bytes;
    });
    try {
      const elf = readElf(window, 'layout', 'segments');
      this.#left -= 1 + elf.programHeaders.length;
      // What is missing from the window was not dumped, and is no flaw of the file.
      return { ...elf, fileSize: null, flaws: [] };
    } catch {
      return null;
    }
  }

  #segmentAt(at: Address): CoreSegment | null {
    const segment = this.#segments[firstEndingAfter(this.#segments, at)];
    return segment && segment.start <= at ? segment : null;
  }
}
