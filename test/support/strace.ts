/** The system calls of a command, as strace(1) tells them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SystemCall {
  readonly name: string;
  /** As printed; descriptors with what they refer to: `19</proc/1234/smaps>`. */
  readonly args: string;
  /** What it returned; -1 where it failed. */
  readonly result: number;
  /** What the descriptor that it is about refers to: the first argument, or the result of openat. */
  readonly path: string | null;
  /** Made by the command's first thread? */
  readonly main: boolean;
}

const CALL = /^(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?/;

/** Runs a command, its output thrown away, and returns what it called of `names`, thread by thread. */
export function trace(words: readonly string[], names: readonly string[]): SystemCall[] {
  const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-strace-'));
  try {
    const options = ['-ff', '-y', '-s', '8', '-e', `trace=execve,${names.join(',')}`];
    const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, NODE_V8_COVERAGE: ___, ...env } = process.env;
    execFileSync('strace', [...options, '-o', join(folder, 'calls'), ...words], { env, stdio: 'ignore' });
    // -ff: a file for each thread, so that no call is torn in two lines.
    return readdirSync(folder).flatMap(name => callsOf(readFileSync(join(folder, name), 'latin1')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function callsOf(text: string): SystemCall[] {
  const main = text.startsWith('execve(');
  return text.split('\n').flatMap(line => {
    const match = CALL.exec(line);
    if (!match) return [];
    const [, name, args, result, opened] = match;
    const path = opened ?? /^\d+<(.*?)>/.exec(args!)?.[1] ?? null;
    return [{ name: name!, args: args!, result: Number(result), path, main }];
  });
}
