/** Processes, programs and libraries with names that try to act: nothing does in any format, and JSON gives them back. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { expectInert, expectSound, judgeAll, renderAll } from '../fuzz/support/sound.ts';
import { build, buildText } from '../support/build.ts';
import { explainPid } from '../support/explained.ts';
import { HOSTILE_NAMES } from '../support/hostile-names.ts';
import { type Subject, start, stopAll } from '../support/process.ts';
import { expectOneTable, expectWorkflowCommands, parseCsv } from '../support/readers.ts';
import { ROOT } from '../support/shell.ts';
import { scratchFolder } from '../support/situations.ts';
import { describeWith, itWith } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements } from '../support/variant.ts';

afterEach(stopAll);

/** Starts a program whose path and arguments are bytes, which no argument of ours can be: they come in hexadecimal. */
const LAUNCHER = `
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char *bytes(const char *hex) {
  size_t length = strlen(hex) / 2;
  char *text = calloc(length + 1, 1), digits[3] = {0};
  for (size_t i = 0; i < length; i++) {
    memcpy(digits, hex + 2 * i, 2);
    text[i] = (char)strtol(digits, 0, 16);
  }
  return text;
}
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) argv[i] = bytes(argv[i]);
  execv(argv[1], argv + 1);
  return 1;
}
`;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const hex = (text: string): string => latin1(text).toString('hex');

/** A process of which the program, its folder, a library and an argument are called `name`. */
async function startNamed(
  name: string,
  file: string = name,
): Promise<{ subject: Subject; program: string; library: string }> {
  const folder = join(scratchFolder('names'), name);
  mkdirSync(latin1(folder), { recursive: true });
  const [program, library] = [join(folder, file), join(folder, `${file.slice(0, 250)}.so`)];
  copyFileSync(build('dlopen.c'), latin1(program));
  copyFileSync(build('lib.c', LIBRARY), latin1(library));
  const subject = await start(buildText('launcher.c', LAUNCHER), [hex(program), hex(library)]);
  return { subject, program, library };
}

/** The path of a JSON document as the file system has it: a lone surrogate U+DCNN is the byte NN. */
const fromJson = (text: string): string =>
  Array.from(text, char => {
    const code = char.codePointAt(0)!;
    return code >= 0xdc80 && code <= 0xdcff
      ? String.fromCharCode(code - 0xdc00)
      : Buffer.from(char).toString('latin1');
  }).join('');

describeWith(requirements(DEFAULT), 'a process whose files and arguments are called', () => {
  for (const [title, name] of HOSTILE_NAMES)
    itWith([], title, async () => {
      const { subject, program, library } = await startNamed(name);
      const report = explainPid(subject.pid, 'layout');
      await expectSound(report);
      // Of the executable, whatever it is called, the dynamic table is read all the same.
      expect(report.modules.find(({ role }) => role === 'executable')?.relro.declared).toBe('partial');
      await expectExact(report, program, library);
      const [texts, judged] = [await renderAll(report), await judgeAll(report)];
      const rows = parseCsv(texts.get('csv')!);
      expect(new Set(rows.map(row => row.length)).size).toBe(1);
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+@\t\r-]/);
      // One line a mapping, and one object a line, whatever the names hold.
      expect(
        texts
          .get('ndjson')!
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line)),
      ).toHaveLength(report.mappings.length);
      expectWorkflowCommands(judged.get('check github')!);
      expectOneTable(judged.get('check markdown')!);
      expect(JSON.parse(judged.get('check sarif')!)).toMatchObject({ version: '2.1.0' });
    });
});

async function expectExact(report: Report, program: string, library: string): Promise<void> {
  const { process, modules, mappings } = JSON.parse((await renderAll(report)).get('json')!);
  expect(fromJson(process.executable)).toBe(program);
  expect(fromJson(process.command)).toBe(`${program} ${library}`);
  const paths = modules.map((module: { path: string }) => fromJson(module.path));
  expect(paths).toEqual(expect.arrayContaining([program, library]));
  expect(
    mappings.some(
      (mapping: { path: string | null }) => mapping.path !== null && fromJson(mapping.path) === library,
    ),
  ).toBe(true);
  expect(mappings.every(({ deleted }: { deleted: boolean }) => !deleted)).toBe(true);
}

describeWith([...requirements(DEFAULT), 'xmllint'], 'JUnit XML', () => {
  itWith([], 'is well-formed whatever the names hold', async () => {
    const folder = scratchFolder('junit');
    for (const [title, name] of HOSTILE_NAMES) {
      const { subject } = await startNamed(name);
      const file = join(folder, `${title}.xml`);
      writeFileSync(file, (await judgeAll(explainPid(subject.pid))).get('check junit')!);
      execFileSync('xmllint', ['--noout', file], { stdio: 'pipe' });
      await subject.stop();
    }
  });
});

describe('the command', () => {
  const run = (args: readonly string[]): string => {
    try {
      return execFileSync(process.execPath, [join(ROOT, 'dist', 'cli.cjs'), ...args], {
        encoding: 'latin1',
        stdio: 'pipe',
      });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };
  const words = HOSTILE_NAMES.map(([, name]) => latin1(name).toString()).filter(
    word => !word.startsWith('-'),
  );

  itWith([], 'says of files that are not there what they are called, and lets none act', () => {
    const lines = run([...words.map(word => `./${word}`)])
      .trimEnd()
      .split('\n');
    for (const line of lines) expectInert('stderr', Buffer.from(line, 'latin1').toString());
    expect(lines.filter(line => line.startsWith('vmaexplain: '))).toHaveLength(words.length);
  });

  itWith([], 'says the same of options and rules', () => {
    for (const word of words.slice(0, 6))
      for (const args of [
        [`--format=${word}`, '1'],
        ['--elf', word, '1'],
        ['-A', word, '1'],
        ['-o', `/none/${word}`, '1'],
        ['check', '--rule', word, '1'],
        ['check', '--policy', `./${word}`, '1'],
        [`--${word}`],
        ['record', word, '-o', '/none/x'],
        ['--sysroot', `./${word}`, 'README.md'],
      ])
        expectInert(args.join(' '), Buffer.from(run(args), 'latin1').toString());
  });

  itWith(requirements(DEFAULT), 'explains files of all these names', () => {
    const folder = scratchFolder('files');
    const paths = HOSTILE_NAMES.map(([, name]) => join(folder, latin1(name).toString()));
    for (const path of paths) copyFileSync(build('plain.c'), path);
    for (const format of ['table', 'json', 'csv', 'sections'])
      expectInert(format, Buffer.from(run(['--format', format, ...paths]), 'latin1').toString());
    const documents = JSON.parse(Buffer.from(run(['--json', ...paths]), 'latin1').toString());
    const found = documents.map((document: { origin: { path: string } }) => fromJson(document.origin.path));
    expect(found).toEqual(paths.map(path => Buffer.from(path).toString('latin1')));
  });
});

describeWith(requirements(DEFAULT), 'a path of 4,000 bytes', () => {
  itWith([], 'is given back whole', async () => {
    const { subject, program, library } = await startNamed(Array(15).fill('d'.repeat(254)).join('/'), 'long');
    const report = explainPid(subject.pid);
    await expectSound(report);
    await expectExact(report, program, library);
  });
});
