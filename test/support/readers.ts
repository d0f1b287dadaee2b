/** What reads our text formats, as strictly as their specifications allow. */
import { expect } from 'vitest';

/** RFC 4180: rows of cells. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) throw new Error('no CSV');
    const [, value = '', separator] = match;
    rows.at(-1)!.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (separator === '\r\n') rows.push([]);
  }
  return rows.filter(row => row.length > 0);
}

/** Every line is one command of ours or none at all, and its properties are the two that we write. */
export function expectWorkflowCommands(text: string): void {
  for (const line of text.trimEnd().split('\n')) {
    expect(line).not.toContain('##[');
    if (line.startsWith('::')) expect(line).toMatch(/^::(error|warning|notice) file=[^:,]*,title=[^:,]*::/);
    else expect(line).toMatch(/^vmaexplain: /);
  }
}

/** GFM: rows have as many cells as the head, and no punctuation acts. */
export function expectOneTable(text: string): void {
  for (const line of text.split('\n')) {
    if (!line.startsWith('| ') || line.startsWith('| ---')) continue;
    expect(line.replaceAll(/\\./g, '').split('|')).toHaveLength(6);
    expect(line.replaceAll(/\\./g, '')).not.toMatch(/[<>@[\]`*_]/);
  }
}
