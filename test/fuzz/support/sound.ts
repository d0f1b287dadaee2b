/** What must hold of every report, however hostile its evidence was: no words of the expected report are known here. */

import { expect } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../../src/check/policy.ts';
import { RULES } from '../../../src/check/rules.ts';
import type { Mapping, Report } from '../../../src/model/report.ts';
import { CHECK_FORMATS, type CheckFormatName } from '../../../src/render/check/formats.ts';
import { FORMATS, type FormatName } from '../../../src/render/formats.ts';
import type { RenderOptions } from '../../../src/render/options.ts';
import { PLAIN } from '../../../src/render/palette.ts';
import { TargetError } from '../../../src/source/errors.ts';
import { IN_A_PIPE } from '../../support/render-options.ts';
import { expectValid } from '../../support/schema.ts';

const RENDER: RenderOptions = { ...IN_A_PIPE, width: 80, explain: true };

/** A report as every format prints it, by the format's name. */
export async function renderAll(report: Report): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    const render = await FORMATS[name].load();
    texts.set(name, [...render(report, RENDER)].join(''));
  }
  return texts;
}

/** The same report judged, as every format of `check` prints it. */
export async function judgeAll(report: Report): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const judged = check(report, DEFAULT_POLICY, '2026-01-01');
  for (const name of Object.keys(CHECK_FORMATS) as CheckFormatName[]) {
    const render = await CHECK_FORMATS[name]();
    const options = {
      palette: PLAIN,
      width: 80,
      rules: Object.values(RULES),
      all: true,
      counts: () => true,
      unjudged: [],
      several: false,
      exitCode: 1,
    };
    texts.set(`check ${name}`, [...render([judged], options)].join(''));
  }
  return texts;
}

/** Every format can print it, its JSON is valid, its parts cover what they claim to, and no text can act. */
export async function expectSound(report: Report): Promise<void> {
  for (const mapping of report.mappings) expectCovered(mapping);
  const texts = await renderAll(report);
  expectValid(JSON.parse(texts.get('json')!));
  for (const [format, text] of [...texts, ...(await judgeAll(report))]) expectInert(format, text);
}

/** All of what came of one target; an error is an answer, if it has words and no stack in them. */
export async function expectAllSound(explained: readonly Report[] | TargetError): Promise<void> {
  if (explained instanceof TargetError) expect(explained.message).toMatch(/^(?!.*\n\s+at )./s);
  else for (const report of explained) await expectSound(report);
}

/** Parts cover their mapping exactly, in order and without overlap. */
export function expectCovered({ vma, parts }: Mapping): void {
  if (parts.length === 0) return;
  let cursor = vma.start;
  for (const { start, end, kind } of parts) {
    if (start !== cursor || end <= start)
      throw new Error(`a part (${kind}) begins at ${start}, not at ${cursor}`);
    cursor = end;
  }
  expect(cursor).toBe(vma.end);
}

/** Controls (C0 but newline, DEL, C1), marks that turn the direction of text, and lone surrogates. */
const ACTIVE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/u;

export function expectInert(format: string, text: string): void {
  const plain = format === 'csv' ? text.replaceAll('\r\n', '\n') : text;
  const at = plain.search(ACTIVE);
  if (at >= 0)
    throw new Error(`${format} prints ${JSON.stringify(plain.slice(Math.max(0, at - 40), at + 10))}`);
}
