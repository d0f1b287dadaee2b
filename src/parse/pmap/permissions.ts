/**
 * The ways in which listings print permissions, and their common form: the kernel's four characters.
 *
 *   kernel   r-xp         busybox, SLES 11, pmap -X
 *   mode     r-x-- r-xs-  procps, toybox: the fourth is s or - (private), the fifth always -
 *            r-xp- rwxsR  openSUSE; Solaris (R: no swap reserved)
 *   words    read/exec    NetBSD -s, which does not tell shared from private
 */
export type PermissionShape = 'kernel' | 'mode' | 'words';

export interface Permissions {
  readonly shape: PermissionShape;
  /** As Vma.permissions. */
  readonly permissions: string;
}

const KERNEL = /^[r-][w-][x-][sp]$/;
const MODE = /^[r-][w-][x-][sp-][R-][a-zA-Z-]?$/;
const WORDS = /^(?:read|write|exec)(?:\/(?:write|exec)){0,2}$/;

/** Reads a word; null where it is none of the three. */
export function permissionsOf(word: string): Permissions | null {
  if (KERNEL.test(word)) return { shape: 'kernel', permissions: word };
  if (MODE.test(word)) {
    const sharing = word[3] === 's' ? 's' : 'p';
    return { shape: 'mode', permissions: word.slice(0, 3) + sharing };
  }
  if (!WORDS.test(word)) return null;
  const has = (right: string, letter: string): string => (word.includes(right) ? letter : '-');
  return {
    shape: 'words',
    permissions: `${has('read', 'r')}${has('write', 'w')}${has('exec', 'x')}?`,
  };
}

/** Does the word have the kernel's form? */
export function isKernelPermissions(word: string): boolean {
  return KERNEL.test(word);
}
