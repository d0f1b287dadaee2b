/** What a TARGET on the command line means. */
import { oneCharAByte } from '../model/latin1.ts';

/** `name` is for messages: one char a byte, like all names of the evidence. */
export type Target =
  | { readonly kind: 'process'; readonly name: string; readonly pid: number }
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  | { readonly kind: 'standard-input'; readonly name: string };

/** All digits is always a PID; ./1234 is a file. None at all: the parent process, as NetBSD's pmap does. */
export function parseTargets(words: readonly string[], parent: number): Target[] {
  if (words.length === 0) return [{ kind: 'process', name: String(parent), pid: parent }];
  return words.map(word => {
    const pid = /^(\d+)$|^\/proc\/(\d+)\/?$/.exec(word);
    if (pid) return { kind: 'process', name: word, pid: Number(pid[1] ?? pid[2]) };
    return word === '-'
      ? { kind: 'standard-input', name: 'standard input' }
      : { kind: 'file', name: oneCharAByte(word) || "''", path: word };
  });
}
