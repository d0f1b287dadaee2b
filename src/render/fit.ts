/** Makes a list of names fit into a line: families become patterns, then the least telling names become a count. */

/** Sections that a reader looks for first. */
const TELLING = [
  '.text',
  '.rodata',
  '.data',
  '.bss',
  '.got',
  '.got.plt',
  '.plt',
  '.data.rel.ro',
  '.dynamic',
  '.tdata',
  '.interp',
];
const FAMILIES = ['.note', '.rela', '.rel', '.gnu', '.init', '.fini', '.dyn', '.eh_frame', '.gcc', '__libc'];

/** The items in one line of at most `width` characters where that is possible at all; null: without bound. */
export function fitItems(items: readonly string[], width: number | null): string {
  const full = joinItems(items);
  if (width === null || full.length <= width) return full;
  const folded = foldFamilies(items);
  if (joinItems(folded).length <= width) return joinItems(folded);
  return dropLeastTelling(folded, width);
}

/** Names apart by blanks; phrases of several words by commas. */
export function joinItems(items: readonly string[]): string {
  let text = items[0] ?? '';
  for (let i = 1; i < items.length; i++)
    text += `${items[i]!.includes(' ') || items[i - 1]!.includes(' ') ? ',' : ''} ${items[i]}`;
  return text;
}

/** Two and more members of a family become one pattern: ".note.*". */
function foldFamilies(items: readonly string[]): string[] {
  const family = (item: string): string | undefined =>
    FAMILIES.find(prefix => item.startsWith(prefix) && !TELLING.includes(item) && !item.includes(' '));
  const counts = new Map<string, number>();
  for (const item of items) {
    const prefix = family(item);
    if (prefix) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const out: string[] = [];
  for (const item of items) {
    const prefix = family(item);
    const name = prefix && counts.get(prefix)! > 1 ? `${prefix}*` : item;
    if (!out.includes(name)) out.push(name);
  }
  return out;
}

function dropLeastTelling(items: readonly string[], width: number): string {
  const rank = (item: string): number => {
    if (item.startsWith('ELF ')) return TELLING.length + 1;
    const at = TELLING.findIndex(name => item === name || item.endsWith(` of ${name}`));
    return at < 0 ? TELLING.length : at;
  };
  const kept = new Set<number>();
  const order = items.map((_, i) => i).sort((a, b) => rank(items[a]!) - rank(items[b]!) || a - b);
  let used = 0;
  for (const i of order) {
    const more = `+${items.length} more`.length + 1;
    if (used + items[i]!.length + 1 + more > width && kept.size > 0) continue;
    used += items[i]!.length + 1;
    kept.add(i);
  }
  const shown = items.filter((_, i) => kept.has(i));
  const left = items.length - shown.length;
  return left === 0 ? joinItems(shown) : `${joinItems(shown)} +${left} more`;
}
