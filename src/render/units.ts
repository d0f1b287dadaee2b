/** Sizes as people read them. Bytes in, binary units out. */

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

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
  if (bytes < MIB) return inUnits(bytes, KIB, 'KiB');
  return bytes < GIB ? inUnits(bytes, MIB, 'MiB') : inUnits(bytes, GIB, 'GiB');
}

const inUnits = (bytes: number, unit: number, name: string): string =>
  `${(bytes / unit).toFixed(bytes % unit === 0 ? 0 : 1)} ${name}`;
