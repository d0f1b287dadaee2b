/** Runs one command once, measured by measure.c. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildText } from '../support/build.ts';

export interface Measurement {
  /** Wall time in milliseconds. */
  readonly time: number;
  /** Peak resident memory in bytes. */
  readonly memory: number;
}

/** Runs a command; `input` is what it reads from standard input. */
export type Measure = (words: readonly string[], input?: Iterable<string>) => Promise<Measurement>;

/** With these, Node 20 reads every certificate or other modules at start-up, and every ratio looks better than it is. */
const UNWANTED = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'];

/** A function that runs commands, their standard output going to a file. */
export function measurer(output: string): Measure {
  const source = join('test', 'bench', 'measure.c');
  const helper = buildText('measure.c', readFileSync(source, 'utf8'));
  const env = { ...process.env };
  for (const name of UNWANTED) delete env[name];
  return async (words, input = []) => {
    const child = spawn(helper, [output, ...words], { env, stdio: 'pipe' });
    let [answer, errors] = ['', ''];
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      errors += text;
    });
    const closed = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    // A command that reads no input closes the pipe.
    await pipeline(Readable.from(input), child.stdin).catch(() => {});
    await closed;
    const [status, time, memory] = answer.split(' ').map(Number);
    // check says 1 where a process has a finding
    if (status !== 0 && status !== 1) throw new Error(`${words.join(' ')}: status ${status}\n${errors}`);
    return { time: time! / 1e6, memory: memory! * 1024 };
  };
}
