import type { Vma } from '../../src/model/vma.ts';

/** A VMA as a plain object, whatever it was made as: a parser's share what they have in common. */
export function vmaFacts(vma: Vma): Vma {
  const { start, end, permissions, offset, device, inode, name, figures, vmFlags, file } = vma;
  return { start, end, permissions, offset, device, inode, name, figures, vmFlags, file };
}
