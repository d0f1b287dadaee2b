/** Sizes as people read them. Bytes in, binary units out. */

const KIB = 1024;

/** As pmap prints sizes: whole kibibytes with K ("132K"); '-' where unknown. */
export function kib(bytes: number | null): string {
  return bytes === null ? '-' : `${Math.round(bytes / KIB)}K`;
}

/** Kibibytes without a unit, for columns that name it; '-' where unknown. */
export function kibNumber(bytes: number | null): string {
  return bytes === null ? '-' : String(Math.round(bytes / KIB));
}

/** In words: "24 bytes", "4 KiB", "1.5 MiB". */
export function amount(bytes: number): string {
  if (bytes === 1) return '1 byte';
  if (bytes < KIB) return `${bytes} bytes`;
  for (const [unit, size] of [
    ['GiB', KIB ** 3],
    ['MiB', KIB ** 2],
    ['KiB', KIB],
  ] as const)
    if (bytes >= size) return `${(bytes / size).toFixed(bytes % size === 0 ? 0 : 1)} ${unit}`;
  return `${bytes} bytes`;
}
