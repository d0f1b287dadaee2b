/**
 * Makes the names of special mappings uniform. pmap replaces the kernel's names, translated into the
 * user's language:
 *
 *   00007ffdedfb2000    132K rw---   [ stack ]        [stack]
 *   0000562808ac3000     44K rw---   [ anon ]         no name
 *   0000562808ac3000     44K rw---   [ anôn ]         no name (Brazilian Portuguese)
 *
 * Text is one char a byte, so a translation is looked for in UTF-8 and, where it fits, in ISO 8859-1.
 */
const ANON = spellings('anon', 'anôn', 'анон', 'vô danh', '匿名');
const STACK = spellings('stack', 'pila', 'pile', 'stos', 'pilha', 'stivă', 'стек', 'ngăn xếp', '栈');

/** What the kernel shows like deleted files, of which a listing prints the last part. */
const NO_FILE = /^(?:memfd:.*|SYSV[0-9a-f]{8}|anon_hugepage|secretmem) \(deleted\)$/s;

/** The kernel's name for what a listing prints: "" for anonymous memory; all else stays as it is. */
export function kernelName(printed: string): string {
  if (NO_FILE.test(printed)) return `/${printed}`;
  if (printed === 'zero (deleted)') return '/dev/zero (deleted)';
  if (!printed.startsWith('[') || !printed.endsWith(']')) return printed;
  const inner = printed.slice(1, -1).trim();
  if (ANON.has(inner)) return '';
  if (STACK.has(inner)) return '[stack]';
  if (inner === 'heap') return '[heap]';
  return printed;
}

/** Is it the name of a file, in full or its last part? */
export function isFileName(name: string): boolean {
  if (name === '' || name.startsWith('[') || name.startsWith('anon_inode:')) return false;
  // "socket:[123]"; "b]" is what remains of "[anon:a/b]" when a listing cuts at the slash
  return !name.endsWith(']') || (name.includes('[') && !/^[a-z_]+:\[/.test(name));
}

function spellings(...words: string[]): ReadonlySet<string> {
  const encoder = new TextEncoder();
  const utf8 = words.map(word => String.fromCharCode(...encoder.encode(word)));
  return new Set([...words, ...utf8]);
}
