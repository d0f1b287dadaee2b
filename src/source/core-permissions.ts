/**
 * Permissions of file mappings that gdb's gcore leaves out (text, constants, whatever was never written), and whether
 * those that it has are readable: what the file's own segment asks for. The instance's load bias follows from the
 * mapping of the first segment, which lies nearest below.
 */
import type { CoreMapping } from '../elf/core-mappings.ts';
import type { MappedFile } from '../model/capture.ts';
import type { ElfFile, ProgramHeader } from '../model/elf.ts';
import { atBias, biasOf, pageDown, pageUp } from '../model/units.ts';

const UNKNOWN = '???';
/** Real files have a handful. */
const MOST_LOADS = 64;

/**
 * Of every mapping, three characters as in maps, in the order of the mappings, which is that of addresses.
 * Where no segment of a known file lies, '???'.
 */
export function completeProtections(
  mappings: readonly CoreMapping[],
  fileOf: (mapping: CoreMapping) => MappedFile | undefined,
  pageSize: number,
): string[] {
  const bases = new Map<string, CoreMapping>();
  const segments = new Map<MappedFile | undefined, readonly ProgramHeader[]>();
  return mappings.map(mapping => {
    const file = fileOf(mapping);
    const loads = segments.get(file) ?? loadsOf(file);
    segments.set(file, loads);
    const first = loads[0];
    const known = loadAt(mapping, loads, bases.get(mapping.name), pageSize);
    // Later segments may begin in the same page of the file: they are no other instance.
    const isBase = !known && first && mapping.offset === pageDown(first.offset, pageSize);
    if (isBase) bases.set(mapping.name, mapping);
    const load = isBase ? first : known;
    const letters = load ? lettersOf(load) : UNKNOWN;
    // RELRO or the program may have taken w away, which does not show where nothing is dumped.
    return mapping.protection?.replace('?', letters[0]!) ?? letters.replace('w', '?');
  });
}

function loadsOf(file: MappedFile | undefined): readonly ProgramHeader[] {
  const elf: ElfFile | undefined = file?.image.status === 'read' ? file.image.candidates[0]?.elf : undefined;
  return elf?.programHeaders.filter(({ type }) => type === 'LOAD').slice(0, MOST_LOADS) ?? [];
}

/** The segment that lies in a mapping, if the instance begins at `base`. */
function loadAt(
  mapping: CoreMapping,
  loads: readonly ProgramHeader[],
  base: CoreMapping | undefined,
  pageSize: number,
): ProgramHeader | undefined {
  const first = loads[0];
  if (!base || !first) return undefined;
  const bias = biasOf(base.start, pageDown(first.vaddr, pageSize));
  return loads.findLast(load => {
    const start = pageDown(atBias(bias, load.vaddr), pageSize);
    const end = pageUp(atBias(bias, load.vaddr) + load.filesz, pageSize);
    const offset = pageDown(load.offset, pageSize) + (mapping.start - start);
    return start <= mapping.start && mapping.end <= end && offset === mapping.offset;
  });
}

const lettersOf = ({ flags }: ProgramHeader): string =>
  `${flags.read ? 'r' : '-'}${flags.write ? 'w' : '-'}${flags.execute ? 'x' : '-'}`;
