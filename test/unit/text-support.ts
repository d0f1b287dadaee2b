/** Helpers of the text-*.test.ts files: parse in one go, and show a process in a few words. */
import type { Vma } from '../../src/model/vma.ts';
import { TextParser, type TextProcess } from '../../src/parse/text.ts';

/** Parses a text of any characters as the bytes of its UTF-8 form, in pieces of `chunk` bytes. */
export function parseAll(text: string, chunk = Number.POSITIVE_INFINITY): readonly TextProcess[] {
  return parseBytes(Buffer.from(text).toString('latin1'), chunk);
}

/** Parses latin1 text. */
export function parseBytes(text: string, chunk = Number.POSITIVE_INFINITY): readonly TextProcess[] {
  const parser = new TextParser();
  if (chunk >= text.length) parser.feed(text);
  else for (let at = 0; at < text.length; at += chunk) parser.feed(text.slice(at, at + chunk));
  return parser.finish();
}

/** Parses a text that holds one process. */
export function parseOne(text: string): TextProcess {
  const processes = parseAll(text);
  if (processes.length !== 1) throw new Error(`${processes.length} processes instead of one`);
  return processes[0]!;
}

/** A mapping in one line: range, permissions, offset, device, inode, name; "~" for what is not told. */
export function show(vma: Vma): string {
  const range = `${vma.start.toString(16)}-${vma.end.toString(16)}`;
  const offset = vma.offset === null ? '~' : vma.offset.toString(16);
  return `${range} ${vma.permissions} ${offset} ${vma.device ?? '~'} ${vma.inode ?? '~'} ${vma.name}`.trimEnd();
}

export const showAll = (process: TextProcess): string[] => process.vmas.map(show);

/** A figure of a mapping by its name, in bytes. */
export function figure(process: TextProcess, index: number, name: string): number | null | undefined {
  const column = process.figureNames.indexOf(name);
  return column < 0 ? undefined : process.vmas[index]?.figures?.[column];
}

export const codes = (process: TextProcess): string[] => process.limits.map(note => note.code);

/** What UTF-8 text looks like as latin1. */
export const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
