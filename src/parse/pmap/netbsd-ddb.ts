/**
 * NetBSD `pmap -d`, the kernel debugger's view of a map; -v adds the last line of each entry:
 *
 *   MAP 0xc1a2b0: [0x0->0x7f7ffffff000]
 *   	#ent=12, sz=3571712, ref=1, version=29, flags=0x41
 *   	pmap=0xc1b000(resident=<unknown>)
 *    - 0xc2a000: 0x200000->0x210000: obj=0xc3a000/0x0, amap=0x0/0
 *   	submap=F, cow=T, nc=T, prot(max)=5/7, inh=1, wc=0, adv=0
 *   	(dev=4,m ino=1234 [/rescue/sleep] [0xc3a000])
 */
import { fileOffset } from '../../model/units.ts';
import { rowOf, withoutVnode } from './netbsd-rows.ts';
import { deviceOf } from './numbers.ts';
import type { Form, ReadRow, TextRow } from './row.ts';

const FORM: Form = { kind: 'netbsd-pmap', variant: 'netbsd -d', figureNames: [] };
const ENTRY =
  /^ *- 0x[0-9a-f]{1,16}: 0x([0-9a-f]{1,16})->0x([0-9a-f]{1,16}): obj=[^,/]{1,40}\/0x([0-9a-f]{1,16}), amap=/;
const DETAIL = /^\s*submap=[TF], cow=([TF]), nc=[TF], prot\(max\)=([0-7])\/[0-7],/;
const VNODE = /^\s*\(dev=([0-9]{1,8}),m?([0-9]{1,8}) ino=([0-9]{1,20})(.*)\)\s*$/s;
const HEADER = /^\s*(?:MAP 0x[0-9a-f]+: \[0x|#ent=[0-9]|pmap=0x|pmap=[0-9a-f])/;

/** What a line of the listing is: a row (when it is complete), more about the last row, or nothing by itself. */
export type DdbLine =
  | { readonly kind: 'row'; readonly read: ReadRow }
  | { readonly kind: 'more'; readonly device: string; readonly inode: string; readonly name: string }
  | { readonly kind: 'part' };

export class DdbReader {
  #entry: RegExpExecArray | null = null;

  /** Reads a line; null where it belongs to no such listing. */
  read(line: string): DdbLine | null {
    const entry = ENTRY.exec(line);
    if (entry) {
      this.#entry = entry;
      return { kind: 'part' };
    }
    const detail = DETAIL.exec(line);
    if (detail) return this.#close(detail);
    const vnode = VNODE.exec(line);
    if (vnode) {
      const [, major, minor, inode, names] = vnode;
      const named = withoutVnode(names!.trim());
      return { kind: 'more', device: deviceOf(major!, minor!, 10), inode: inode!, name: unbracketed(named) };
    }
    return HEADER.test(line) ? { kind: 'part' } : null;
  }

  #close(detail: RegExpExecArray): DdbLine | null {
    const entry = this.#entry;
    this.#entry = null;
    if (!entry) return null;
    const row = rowOf(BigInt(`0x${entry[1]}`), BigInt(`0x${entry[2]}`), {
      permissions: permissionsOf(Number(detail[2]), detail[1] === 'T'),
      offset: fileOffset(BigInt(`0x${entry[3]}`)),
    });
    return row && { kind: 'row', read: { form: FORM, row } };
  }
}

/** From VM_PROT_READ 1, WRITE 2, EXECUTE 4, and copy-on-write. */
function permissionsOf(protection: number, cow: boolean): TextRow['permissions'] {
  const bit = (mask: number, letter: string): string => ((protection & mask) !== 0 ? letter : '-');
  return `${bit(1, 'r')}${bit(2, 'w')}${bit(4, 'x')}${cow ? 'p' : 's'}`;
}

/** "[/bin/ls]" as the path; a special name in its own brackets ("[  [ stack ]]") keeps those. */
function unbracketed(name: string): string {
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1).trim() : name;
}
