/**
 * Which programs this machine has, and tests that say in their title which one they missed.
 * A test of a tool that is not there is reported as skipped, never as passed.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/**
 * A program of PATH, a program by its path, or one of these:
 *   ia32        a kernel and a C library that run 32-bit x86 programs
 *   map_files   the right to follow the links of /proc/PID/map_files, which lead to deleted files too
 */
export type Tool = string;

const IA32_LOADER = '/lib/ld-linux.so.2';
const found = new Map<Tool, string | undefined>();

/** The full path of a program, which may be given by its path, or undefined where it is missing. */
export function which(tool: Tool): string | undefined {
  if (!found.has(tool)) found.set(tool, (SPECIAL[tool] ?? findInPath)(tool));
  return found.get(tool);
}

const SPECIAL: Readonly<Record<string, () => string | undefined>> = {
  ia32: findIa32,
  map_files: findMapFiles,
};

export const hasTool = (tool: Tool): boolean => which(tool) !== undefined;

export const missingTools = (tools: readonly Tool[]): Tool[] => [...new Set(tools)].filter(t => !hasTool(t));

/** `describe`, or one skipped test with the reason in its title: a body may build what its tests need. */
export function describeWith(tools: readonly Tool[], title: string, body: () => void): void {
  const missing = missingTools(tools);
  if (missing.length === 0) describe(title, body);
  else it.skip(withReason(title, missing));
}

/** `it`, or a skipped test with the reason in its title. */
export function itWith(tools: readonly Tool[], title: string, body: () => unknown, timeout?: number): void {
  const missing = missingTools(tools);
  if (missing.length === 0) it(title, async () => void (await body()), timeout);
  else it.skip(withReason(title, missing));
}

const withReason = (title: string, missing: readonly Tool[]): string =>
  `${title} [missing: ${missing.join(', ')}]`;

function findInPath(name: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map(folder => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The 32-bit loader is itself a 32-bit program: if it can tell its version, others run too. */
function findIa32(): string | undefined {
  if (!existsSync(IA32_LOADER)) return undefined;
  try {
    execFileSync(IA32_LOADER, ['--version'], { stdio: 'ignore' });
    return IA32_LOADER;
  } catch {
    return undefined;
  }
}

function findMapFiles(): string | undefined {
  const folder = '/proc/self/map_files';
  try {
    statSync(join(folder, readdirSync(folder)[0]!));
    return folder;
  } catch {
    return undefined;
  }
}
