import type { MapsEntry } from '../../src/parse/maps.ts';

/** Prints an entry as the kernel prints its maps line, without the newline. */
export function printMapsLine(vma: MapsEntry): string {
  const pad = (value: bigint): string => value.toString(16).padStart(8, '0');
  const fields = `${pad(vma.start)}-${pad(vma.end)} ${vma.permissions} ${pad(vma.offset)} ${vma.device} ${vma.inode}`;
  const name = vma.name.replaceAll('\n', '\\012');
  return name === '' ? `${fields} ` : `${fields.padEnd(72)} ${name}`;
}
