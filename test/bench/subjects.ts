/** The processes that are looked at, each ready and quiet when it is handed out. */
import { readFileSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { build, buildManyLibraries } from '../support/build.ts';
import { start } from '../support/process.ts';
import { which } from '../support/tools.ts';
import { LIBRARY } from '../support/variant.ts';

export const SUBJECT_NAMES = [
  'sleep',
  'node',
  'gdb',
  'python3',
  'chromium',
  'libraries',
  'vmas-2000',
  'vmas-65000',
] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

export interface RunningSubject {
  readonly name: SubjectName;
  readonly pid: number;
  readonly vmas: number;
  /** Every regular file that is mapped and begins with the ELF magic number. */
  readonly elfFiles: readonly string[];
  readonly largestFile: number;
}

const IMPORT_EVERYTHING = `
import importlib, os, sys
for root in [os.path.dirname(importlib.util.find_spec('_ctypes').origin), '/usr/lib/python3/dist-packages']:
    for folder, _, files in os.walk(root):
        for file in files:
            if file.endswith('.so'):
                name = os.path.relpath(os.path.join(folder, file), root).split('.')[0].replace('/', '.')
                try: importlib.import_module(name)
                except BaseException: pass
print('ready', flush=True)
sys.stdin.read()
`;

/** Ready at once; what it becomes takes a moment more. */
const become = (command: string): string[] => ['-c', `echo ready; exec ${command}`];

const STARTS: Record<SubjectName, { program: string; args: () => string[] }> = {
  sleep: { program: '/bin/sh', args: () => become('sleep 7200') },
  node: {
    program: process.execPath,
    args: () => ['-e', "process.stdin.resume().on('end', process.exit); console.log('ready')"],
  },
  gdb: { program: 'gdb', args: () => ['-q', '-nx', '-ex', 'echo ready\\n'] },
  python3: { program: '/usr/bin/python3', args: () => ['-c', `import importlib.util${IMPORT_EVERYTHING}`] },
  chromium: {
    program: '/bin/sh',
    args: () => become('chromium --headless --no-sandbox --remote-debugging-port=0 about:blank 2>/dev/null'),
  },
  libraries: { program: 'dlopen.c', args: () => buildManyLibraries(500, LIBRARY) },
  'vmas-2000': { program: 'many-vmas.c', args: () => ['1976'] },
  'vmas-65000': { program: 'many-vmas.c', args: () => ['65480'] },
};

/** Starts a subject; null where this machine lacks what it needs. */
export async function startSubject(name: SubjectName): Promise<RunningSubject | null> {
  const { program, args } = STARTS[name];
  const tool = name === 'chromium' ? 'chromium' : program;
  const path = program.endsWith('.c') ? build(program) : which(program);
  if (path === undefined || (tool !== program && !which(tool))) return null;
  const { pid } = await start(path, args());
  const maps = await settled(pid);
  const files = [...new Set(maps.flatMap(line => /\s(\/.*)$/.exec(line)?.[1] ?? []))].filter(isElf);
  return {
    name,
    pid,
    vmas: maps.length,
    elfFiles: files,
    largestFile: Math.max(0, ...files.map(file => statSync(file).size)),
  };
}

/** The lines of maps once they have stayed the same for a while. */
async function settled(pid: number): Promise<string[]> {
  for (let before = ''; ; ) {
    await setTimeout(300);
    const now = readFileSync(`/proc/${pid}/maps`, 'latin1');
    if (now === before) return now.trimEnd().split('\n');
    before = now;
  }
}

function isElf(path: string): boolean {
  try {
    return statSync(path).isFile() && readFileSync(path).subarray(1, 4).toString('latin1') === 'ELF';
  } catch {
    return false;
  }
}
