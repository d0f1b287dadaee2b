/**
 * The VMAs of a dumped process, from the core's segments and NT_FILE together:
 *
 *                     segments         NT_FILE
 *   kernel's core     every VMA        every file mapping, with the very same ranges
 *   gdb's gcore       those dumped     every file mapping; hence also VMAs without a segment
 *
 * gdb sets the read permission always, so of a segment that is neither writable nor executable it tells nothing:
 * `---p` and `r--p` look alike.
 */
import { type Address, ascending, type FileOffset, fileOffset, type Range } from '../model/units.ts';
import { VSYSCALL } from '../model/vma.ts';
import type { CoreFile, CoreSegment } from './core.ts';
import type { CoreFileMapping } from './core-notes.ts';

export interface CoreMapping extends Range {
  /** Three characters as in maps, '?' where the core does not tell; null: no segment shows this mapping. */
  readonly protection: string | null;
  /** '' where no file is mapped, or the core has no names. */
  readonly name: string;
  /** null where no file is mapped. */
  readonly offset: FileOffset | null;
}

/** All mappings that the core tells of, in address order, without overlap. */
export function coreMappings(core: CoreFile): CoreMapping[] {
  const { segments } = core;
  const files = withoutOverlap(core.notes.files ?? []);
  const cuts = [...new Set([...segments, ...files].flatMap(({ start, end }) => [start, end]))].sort(
    ascending,
  );
  const segmentAt = follow(segments);
  const fileAt = follow(files);
  return cuts.slice(0, -1).flatMap((start, i) => {
    const segment = segmentAt(start);
    const file = fileAt(start);
    if (!segment && !file) return [];
    return {
      start,
      end: cuts[i + 1]!,
      protection: segment ? protectionOf(segment, core.byGdb) : null,
      name: nameOf(file, core.byGdb),
      offset: file ? fileOffset(file.offset + (start - file.start)) : null,
    };
  });
}

/** gdb copies the names from smaps, where the kernel writes a newline as \012; the kernel's own cores have it as it is. */
const nameOf = (file: CoreFileMapping | null, byGdb: boolean): string =>
  byGdb ? (file?.name ?? '').replaceAll('\\012', '\n') : (file?.name ?? '');

/** Finds the range that holds an address, for addresses that only rise. */
function follow<T extends Range>(ranges: readonly T[]): (at: Address) => T | null {
  let next = 0;
  return at => {
    while (next < ranges.length && ranges[next]!.end <= at) next++;
    const range = ranges[next];
    return range && range.start <= at ? range : null;
  };
}

function protectionOf({ flags, start }: CoreSegment, byGdb: boolean): string {
  const rest = `${flags.write ? 'w' : '-'}${flags.execute ? 'x' : '-'}`;
  if (byGdb && (rest === '--' || start === VSYSCALL)) return `?${rest}`;
  return `${flags.read ? 'r' : '-'}${rest}`;
}

function withoutOverlap(files: readonly CoreFileMapping[]): CoreFileMapping[] {
  let end = 0n;
  return files.filter(file => {
    const apart = file.start >= end;
    if (apart) end = file.end;
    return apart;
  });
}
