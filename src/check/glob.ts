/**
 * Patterns for paths: `*` is any run of characters but '/', `**` any run at all, `?` one character but '/';
 * everything else is itself. A pattern without '/' is matched against the path's last component.
 * Runs all positions of the pattern at once, so that no pattern takes longer than pattern × path.
 */

import { oneCharAByte } from '../model/latin1.ts';
import { baseName } from '../model/text.ts';
import { UnusableJson } from './strict-json.ts';

export type Glob = (path: string) => boolean;

type Token = '*' | '**' | '?' | { readonly char: string };

/** PATH_MAX. */
const LONGEST_PATTERN = 4096;

/** @throws UnusableJson for a pattern that is longer than any path. `pattern` is Unicode, as people type it; the paths it is tried on are latin1, one char a byte. */
export function compileGlob(pattern: string): Glob {
  if (pattern.length > LONGEST_PATTERN)
    throw new UnusableJson(`a pattern has at most ${LONGEST_PATTERN} characters`);
  const tokens = tokenize(oneCharAByte(pattern));
  const baseNameOnly = !pattern.includes('/');
  return path => matches(tokens, baseNameOnly ? baseName(path) : path);
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*' && pattern[i + 1] === '*') {
      tokens.push('**');
      while (pattern[i + 1] === '*') i++;
    } else {
      tokens.push(char === '*' || char === '?' ? char : { char });
    }
  }
  return tokens;
}

function matches(tokens: readonly Token[], text: string): boolean {
  let states = withSkips(tokens, [0]);
  for (const char of text) {
    const next: number[] = [];
    for (const state of states) {
      const token = tokens[state];
      if (token === '**' || (token === '*' && char !== '/')) next.push(state);
      else if (token === '?' ? char !== '/' : typeof token === 'object' && token.char === char)
        next.push(state + 1);
    }
    states = withSkips(tokens, next);
    if (states.length === 0) return false;
  }
  return states.includes(tokens.length);
}

/** A star may match nothing. States are in ascending order, each once. */
function withSkips(tokens: readonly Token[], states: readonly number[]): number[] {
  const all = new Set<number>();
  for (let state of states) {
    all.add(state);
    while (tokens[state] === '*' || tokens[state] === '**') all.add(++state);
  }
  return [...all].sort((a, b) => a - b);
}
