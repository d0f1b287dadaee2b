/**
 * The figures of smaps and the orders in which kernels print them (fs/proc/task_mmu.c show_smap), needed
 * where a listing has no header (`pmap -q -X`).
 */
import { ONLY_IN_XX } from '../../model/figures.ts';

const MODERN =
  'Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible'.split(
    ' ',
  );
/** Page sizes came last but one before 4.19. */
const OLD =
  'Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss KernelPageSize MMUPageSize Locked'.split(
    ' ',
  );
/** What came when, latest first: without the first n of a list the order is that of an older kernel. */
const MODERN_ADDITIONS = [['KSM'], ['Pss_Dirty'], ['FilePmdMapped'], ['THPeligible']];
const OLD_ADDITIONS = [
  ['LazyFree'],
  ['ShmemPmdMapped'],
  ['Shared_Hugetlb', 'Private_Hugetlb', 'SwapPss'],
  ['AnonHugePages'],
];
const KNOWN = new Set([...MODERN, 'ProtectionKey']);

export function isFigureName(word: string): boolean {
  return KNOWN.has(word);
}

/** The known orders of `count` figures, for `pmap -XX` or, without what it leaves out, for `-X`. */
export function ordersOf(count: number, long: boolean): readonly (readonly string[])[] {
  const all = [...eras(MODERN, MODERN_ADDITIONS), ...eras(OLD, OLD_ADDITIONS)];
  return all
    .flatMap(order => [order, [...order, 'ProtectionKey']])
    .map(order => (long ? order : order.filter(name => !ONLY_IN_XX.has(name))))
    .filter(order => order.length === count);
}

function eras(latest: readonly string[], additions: readonly (readonly string[])[]): string[][] {
  let order = [...latest];
  const orders = [order];
  for (const names of additions) {
    order = order.filter(name => !names.includes(name));
    orders.push(order);
  }
  return orders;
}
