/** Makes the processes of a text's blocks, which may need each other. */
import type { Address } from '../../model/units.ts';
import { BadLines } from '../bad-lines.ts';
import type { Block } from './block.ts';
import type { TextProcess } from './types.ts';

const NONE: ReadonlyMap<Address, Address> = new Map();

/**
 * Blocks that turn out to be no process leave their lines to the one before, or as `orphans` to the first.
 */
export function joinBlocks(all: readonly Block[], orphans: BadLines): readonly TextProcess[] {
  const blocks: Block[] = [];
  const strays = new BadLines();
  strays.append(orphans.lines, orphans.count);
  for (const block of all) {
    if (block.isProcess()) {
      blocks.push(block);
      continue;
    }
    const heir = blocks.at(-1)?.bad ?? strays;
    if (block.opening) heir.add(block.opening.number, block.opening.text);
    heir.append(block.bad.lines, block.bad.count);
  }
  const [first] = blocks;
  first?.bad.prepend(strays);
  const ends = blocks.some(block => block.lacksEnds()) ? endsByPid(blocks) : null;
  return blocks.map(block => block.toProcess((block.pid !== null && ends?.get(block.pid)) || NONE));
}

/** Where the mappings of each process end, by their start. */
function endsByPid(blocks: readonly Block[]): ReadonlyMap<number, ReadonlyMap<Address, Address>> {
  const all = new Map<number, Map<Address, Address>>();
  for (const block of blocks) {
    if (block.pid === null) continue;
    const ends = all.get(block.pid) ?? new Map<Address, Address>();
    for (const [start, end] of block.ends()) ends.set(start, end);
    all.set(block.pid, ends);
  }
  return all;
}
