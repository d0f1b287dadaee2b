/** Why a file cannot be mapped as an image: what the kernel's and ld.so's loaders refuse (kernel fs/binfmt_elf.c, glibc elf/dl-load.c). */
import { DEBUG_FILE, type ElfFile, isDebugFile, type ProgramHeader } from '../model/elf.ts';
import type { Loader } from '../model/module.ts';
import { hex } from '../model/units.ts';
import { loadsOf, MOST_LOADS } from './layout.ts';

/** In plain words; null where nothing stands against it. */
export function whyUnmappable(elf: ElfFile, loader: Loader, pageSize: number): string | null {
  if (elf.type === 'REL')
    return 'it is a relocatable object (ET_REL): it has no addresses until it is linked into a program or library';
  if (elf.type !== 'EXEC' && elf.type !== 'DYN')
    return `its ELF type is ${elf.type}: neither a program nor a library`;
  if (isDebugFile(elf)) return DEBUG_FILE;
  const loads = loadsOf(elf);
  if (loads.length === 0) return withFlaws(elf, 'it has no PT_LOAD segment, so nothing of it is mapped');
  if (loads.length === MOST_LOADS)
    return `it has ${MOST_LOADS} PT_LOAD segments or more, which no loader takes`;
  for (const load of loads) {
    const why = whySegment(load, elf, loader, pageSize);
    if (why !== null) return `program header ${load.index} (LOAD) ${why}`;
  }
  return null;
}

const withFlaws = (elf: ElfFile, why: string): string => [why, ...elf.flaws.slice(0, 1)].join(': ');

function whySegment(load: ProgramHeader, elf: ElfFile, loader: Loader, pageSize: number): string | null {
  const { offset, vaddr, filesz, memsz, align } = load;
  const page = BigInt(pageSize);
  if (filesz > memsz) return `has more bytes in the file (${filesz}) than in memory (${memsz})`;
  const end = vaddr + memsz;
  if (end > (elf.class === 64 ? 1n << 63n : 1n << 32n))
    return `ends at ${hex(end)}, which is beyond what a process can have`;
  if (filesz > 0n && (offset - vaddr) % page !== 0n)
    return `lies at offset ${hex(offset)} and address ${hex(vaddr)}, which differ within a page of ${pageSize >> 10} KiB: it was linked for smaller pages`;
  if (loader === 'glibc' && align % page !== 0n)
    return `is aligned to ${hex(align)}, less than a page of ${pageSize >> 10} KiB: ld.so refuses it`;
  return null;
}
