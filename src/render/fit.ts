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
/** As many names as are ever tried. */
const MOST_TRIED = 200;
const FAMILIES = ['.note', '.rela', '.rel', '.gnu', '.init', '.fini', '.dyn', '.eh_frame', '.gcc', '__libc'];

/** An item, or the pattern of a family: how many names it stands for. */
interface Entry {
  readonly text: string;
  readonly names: number;
}

/** The items in one line of at most `width` characters where that is possible at all; null: without bound. */
export function fitItems(items: readonly string[], width: number | null): string {
  const full = joinItems(items);
  if (width === null || full.length <= width) return full;
  const folded = foldFamilies(items);
  const line = lineOf(folded, () => true);
  return line.length <= width ? line : dropLeastTelling(folded, width);
}

/** Those that are shown, then how many names are not. */
function lineOf(entries: readonly Entry[], isShown: (i: number) => boolean): string {
  let left = 0;
  const shown: string[] = [];
  entries.forEach(({ text, names }, i) => {
    if (isShown(i)) shown.push(text);
    else left += names;
  });
  return left === 0 ? joinItems(shown) : `${joinItems(shown)} +${left} more`;
}

/** Names apart by blanks; phrases of several words by commas. */
export function joinItems(items: readonly string[]): string {
  let text = '';
  let wasPhrase = false;
  for (let i = 0; i < items.length; i++) {
    const isPhrase = items[i]!.includes(' ');
    if (i > 0) text += isPhrase || wasPhrase ? ', ' : ' ';
    text += items[i];
    wasPhrase = isPhrase;
  }
  return text;
}

/** Two and more members of a family become one pattern: ".note.*". */
function foldFamilies(items: readonly string[]): Entry[] {
  const family = (item: string): string | undefined =>
    FAMILIES.find(prefix => item.startsWith(prefix) && !TELLING.includes(item) && !item.includes(' '));
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = family(item) ?? item;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const entries = new Map<string, Entry>();
  for (const item of items) {
    const prefix = family(item);
    const names = counts.get(prefix ?? item)!;
    const text = prefix && names > 1 ? `${prefix}*` : item;
    if (!entries.has(text)) entries.set(text, { text, names });
  }
  return [...entries.values()];
}

function dropLeastTelling(entries: readonly Entry[], width: number): string {
  const rank = ({ text }: Entry): number => {
    if (text.startsWith('ELF ')) return TELLING.length + 1;
    const at = TELLING.findIndex(name => text === name || text.endsWith(` of ${name}`));
    return at < 0 ? TELLING.length : at;
  };
  const kept = new Set<number>();
  const order = entries.map((_, i) => i).sort((a, b) => rank(entries[a]!) - rank(entries[b]!) || a - b);
  for (const next of order.slice(0, MOST_TRIED))
    if (kept.size === 0 || lineOf(entries, i => i === next || kept.has(i)).length <= width) kept.add(next);
  const line = lineOf(entries, i => kept.has(i));
  return line.length <= width ? line : line.replace(/ more$/, '');
}
