/**
 * The header line of `pmap -X`, `-XX` and `-C`, which alone tells the columns:
 *
 *            Address Perm   Offset Device  Inode Size  Rss … Locked      VmFlags Mapping
 *            Adresse Zugr  Versatz Gerät  Inode Size  Rss … Locked      VmFlags Zuordnung
 *   Address Perm Offset Device Inode Size Rss … Locked VmFlags Mapping      collapsed, as in web pages
 *   … Locked      VmFlagsMapping                                           3.3.7-3.3.14
 *   … Flags Offset Device Inode  Rss  Pss … Description                    3.3.4-3.3.6, without Size
 *
 * The names of smaps figures are never translated and stand between the two groups of words that are.
 */
import { MOST_FIGURES, ONLY_IN_XX } from '../../model/figures.ts';
import { wordsOf } from './cursor.ts';
import { isFigureName } from './figure-names.ts';

/** The columns before the figures, in this order. */
interface LeadColumns {
  readonly permissions: boolean;
  readonly offset: boolean;
  readonly device: boolean;
  readonly inode: boolean;
}

export interface ExtendedHeader {
  /** null where the words are translated: then each row's shape tells. */
  readonly lead: LeadColumns | null;
  /** smaps' names, in column order. */
  readonly figureNames: readonly string[];
  readonly vmFlags: boolean;
  readonly mapping: boolean;
  /** Position after the column VmFlags; null where there is none, or white space was collapsed. */
  readonly flagsEnd: number | null;
  readonly collapsed: boolean;
  readonly variant: string;
}

const TABULAR_WORDS = /^(?:Kbytes|RSS|PSS|Mode|SIZE|DIRTY)$/;
const ASCII = /^[\x21-\x7e]+$/;
const BASIC = ['Rss', 'Pss', 'Referenced', 'Swap'];

/** Reads a line; null where it is no such header. */
export function parseExtendedHeader(line: string): ExtendedHeader | null {
  const words = wordsOf(unfused(line));
  if (words.length < 2 || words.some(word => TABULAR_WORDS.test(word) || /^[0-9]/.test(word))) return null;
  const first = words.findIndex(word => isFigureName(word) || word === 'VmFlags');
  const english = words[0] === 'Address';
  if (first < 1 && !(english && words[1] === 'Perm')) return null;
  const leadWords = first < 0 ? words : words.slice(0, first);
  const lead = leadOf(leadWords);
  const { figureNames, vmFlags, mapping } = tailOf(first < 0 ? [] : words.slice(first));
  const believable = english || figureNames.filter(isFigureName).length >= 2 || vmFlags;
  if (!believable || figureNames.length > MOST_FIGURES || !figureNames.every(mayBeFigure)) return null;
  const collapsed = !/ {2}/.test(line.trimEnd());
  const flagsAt = line.indexOf('VmFlags');
  return {
    lead,
    figureNames,
    vmFlags,
    mapping: mapping || (first < 0 && words.includes('Mapping')),
    flagsEnd: vmFlags && !collapsed ? flagsAt + 'VmFlags'.length : null,
    collapsed,
    variant: variantOf(line, words, lead, figureNames, vmFlags),
  };
}

/** May some kernel have a figure of this name, known or not? */
const mayBeFigure = (word: string): boolean => /^[A-Za-z]\w{0,63}$/.test(word);

/** "VmFlagsMapping" as two words. */
function unfused(line: string): string {
  return line.replace(/VmFlags(?=[^ \t\r])/, 'VmFlags ');
}

function leadOf(words: readonly string[]): LeadColumns | null {
  const known = ['Address', 'Perm', 'Flags', 'Offset', 'Device', 'Inode', 'Mapping', 'Description'];
  if (!words.every(word => known.includes(word))) return null;
  return {
    permissions: words.includes('Perm') || words.includes('Flags'),
    offset: words.includes('Offset'),
    device: words.includes('Device'),
    inode: words.includes('Inode'),
  };
}

/** What follows the lead: figures, perhaps VmFlags, perhaps the mapping's word or words (ko, vi). */
function tailOf(words: readonly string[]): Pick<ExtendedHeader, 'figureNames' | 'vmFlags' | 'mapping'> {
  const flags = words.indexOf('VmFlags');
  if (flags >= 0)
    return { figureNames: words.slice(0, flags), vmFlags: true, mapping: flags + 1 < words.length };
  let end = words.length;
  while (end > 0 && !ASCII.test(words[end - 1]!)) end--;
  if (end === words.length && end > 0 && !isFigureName(words[end - 1]!)) end--;
  return { figureNames: words.slice(0, end), vmFlags: false, mapping: end < words.length };
}

function variantOf(
  line: string,
  words: readonly string[],
  lead: LeadColumns | null,
  figureNames: readonly string[],
  vmFlags: boolean,
): string {
  if (words.includes('Description') || words.includes('Flags')) return 'procps 3.3.4-3.3.6 -X';
  const has = (name: string): boolean => figureNames.includes(name);
  const whole = !lead || (lead.permissions && lead.offset && lead.device && lead.inode);
  if (!whole || !has('Size') || !BASIC.every(has)) return 'procps -C';
  const version = /VmFlags[^ \t\r]/.test(line) ? 'procps 3.3.7-3.3.14' : 'procps';
  const more = [...ONLY_IN_XX];
  if (more.every(has)) return `${version} -XX`;
  return vmFlags || more.some(has) ? `${version} -C` : `${version} -X`;
}
