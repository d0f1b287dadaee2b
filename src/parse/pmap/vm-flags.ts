/**
 * The two-letter words of VmFlags (proc_pid_smaps(5); kernel fs/proc/task_mmu.c show_smap_vma_flags), found
 * between the figures and the name of a `pmap -XX` row:
 *
 *   … 0 0 0 rd ex mr mw me sh      flags, then the name "sh"
 *
 * The kernel prints them in the order of their bits, so an "sh" (shared) after "mr" is no flag.
 */

/** The lowest bits, in order; the order of the rest has changed between versions. */
const LOW_BITS = 'rd wr ex sh mr mw me ms gd'.split(' ');
const HIGH_BITS =
  'pf dw gu lo io sr rr dc de ac nr ht sf nl ar wf dd sd mm hg nh mg bt mt um uw ui ur ss sl lf dp ??'.split(
    ' ',
  );
const RANK = new Map<string, number>([
  ...LOW_BITS.map((word, bit): [string, number] => [word, bit]),
  ...HIGH_BITS.map((word): [string, number] => [word, LOW_BITS.length]),
]);

/** How many of the first words are flags: the longest run that the kernel could have printed. */
export function countFlags(words: readonly string[]): number {
  let highest = -1;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    const rank = RANK.get(word);
    if (rank === undefined) break;
    const repeated = rank < LOW_BITS.length ? rank <= highest : word !== '??' && words.indexOf(word) < at;
    if (repeated) break;
    highest = Math.max(highest, rank);
  }
  return at;
}

/** May this be a flag of some kernel, known or not? */
export function looksLikeFlag(word: string): boolean {
  return /^(?:[a-z][a-z0-9]|\?\?)$/.test(word);
}
