/**
 * As large as it gets: what the kernel allows, and beyond it what text can say. Times are not looked at, but for the
 * tests' own limits, which no quadratic step would meet; peak memory is, above what node itself takes.
 */
import {
  closeSync,
  copyFileSync,
  createReadStream,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { measurer } from '../bench/measure.ts';
import { build } from '../support/build.ts';
import { start, stopAll } from '../support/process.ts';
import { ROOT } from '../support/shell.ts';
import { describeWith } from '../support/tools.ts';
import { DEFAULT, LIBRARY, requirements } from '../support/variant.ts';
import { ByteOrder, note, writeElf } from '../support/write-elf.ts';

const CLI = join(ROOT, 'dist', 'cli.cjs');
const MB = 1e6;
/** A megabyte, or three where V8 lets garbage wait for longer: from Node.js 22 on, it is not kept from that. */
const ALLOWED = Number.parseInt(process.versions.node, 10) > 20 ? 3 * MB : MB;
const GIB = 2 ** 30;
/** vm.max_map_count is 65,530; program, C library, stack and kernel take some. */
const MOST = 65_480;
/** On demand: VMAEXPLAIN_SCALE=full. */
const CAPTURE_BYTES = process.env['VMAEXPLAIN_SCALE'] === 'full' ? 1e9 : 64e6;

const folder = mkdtempSync(join(tmpdir(), 'vmaexplain-scale-'));
afterAll(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const output = join(folder, 'output');
const measure = measurer(output);
let bareNode: Promise<number> | undefined;

/** Runs the command; returns its peak memory above bare node, in bytes. */
async function peak(words: readonly string[], input?: Iterable<string>): Promise<number> {
  bareNode ??= measure([process.execPath, '-e', '0']).then(({ memory }) => memory);
  const { memory } = await measure([process.execPath, CLI, ...words], input);
  return memory - (await bareNode);
}

async function countLines(matching: RegExp): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(output, 'latin1') }))
    if (matching.test(line)) count++;
  return count;
}

const mappingsOf = (pid: number): number =>
  readFileSync(`/proc/${pid}/maps`, 'latin1').trimEnd().split('\n').length;

/** A line that stands for a mapping, by format. */
const ROWS = {
  table: /^ *[0-9a-f]{8,16} +\d+K /,
  json: /^ {6}"start": /,
  ndjson: /^\{"pid":/,
  csv: /^\d+,0x/,
} as const;
const FORMATS = Object.keys(ROWS) as (keyof typeof ROWS)[];

describeWith(requirements(DEFAULT), '65,530 mappings', () => {
  it('in every format, a row for each', async () => {
    const { pid } = await start(build('many-vmas.c'), [String(MOST)]);
    for (const format of FORMATS) {
      expect(await peak(['--format', format, String(pid)]), format).toBeLessThan(80 * ALLOWED);
      expect(await countLines(ROWS[format]), format).toBe(mappingsOf(pid));
    }
    await peak(['--format', 'sections', String(pid)]);
    expect(await countLines(/^ *[0-9a-f]+ +[0-9a-f]+ +\d+ [r-][w-][x-][ps] /)).toBeGreaterThan(MOST);
    expect(await peak(['check', String(pid)])).toBeLessThan(80 * ALLOWED);
  });

  it('as text of smaps and of maps', async () => {
    const { pid } = await start(build('many-vmas.c'), [String(MOST)]);
    const mappings = mappingsOf(pid);
    for (const name of ['smaps', 'maps']) {
      const text = join(folder, name);
      writeFileSync(text, readFileSync(`/proc/${pid}/${name}`));
      for (const format of FORMATS) {
        expect(await peak(['--format', format, text]), `${name} ${format}`).toBeLessThan(100 * ALLOWED);
        const rows = format === 'csv' ? /^\d*,0x/ : ROWS[format];
        expect(await countLines(rows), `${name} ${format}`).toBe(mappings);
      }
    }
  });

  it('of one ELF file, mapped as data', async () => {
    const { pid } = await start(build('map-file-often.c'), [build('lib.c', LIBRARY), String(MOST)]);
    expect(await peak([String(pid)])).toBeLessThan(80 * ALLOWED);
    expect(await countLines(/ lib\.so +file data$/)).toBe(MOST);
  });

  it('of the loaded program itself, mapped again', async () => {
    const program = build('map-file-often.c');
    const { pid } = await start(program, [program, String(MOST)]);
    expect(await peak([String(pid)])).toBeLessThan(100 * ALLOWED);
    expect(await countLines(/ file data ! .*mapped again/)).toBe(MOST);
  });
});

describeWith(requirements(LIBRARY), '2,000 modules', () => {
  it('are all placed', async () => {
    const library = build('lib-relro.c', LIBRARY);
    const copies = Array.from({ length: 2000 }, (_, i) => join(folder, `copy${i}.so`));
    for (const copy of copies) copyFileSync(library, copy);
    const { pid } = await start(build('dlopen.c'), copies);
    expect(await peak([String(pid)])).toBeLessThan(150 * ALLOWED);
    expect(readFileSync(output, 'utf8')).toMatch(/200[34] modules, all as predicted/);
  });

  it('of which one has 4 GiB, its section headers at the end', async () => {
    const bytes = readFileSync(build('lib-relro.c', LIBRARY));
    const copy = join(folder, 'huge.so');
    const sectionHeaders = bytes.readBigUInt64LE(0x28);
    bytes.writeBigUInt64LE(BigInt(4 * GIB), 0x28);
    const file = openSync(copy, 'w');
    writeSync(file, bytes);
    writeSync(file, bytes.subarray(Number(sectionHeaders)), 0, null, 4 * GIB);
    closeSync(file);
    const { pid } = await start(build('dlopen.c'), [copy]);
    expect(await peak([String(pid)])).toBeLessThan(20 * ALLOWED);
    expect(readFileSync(output, 'utf8')).toMatch(/ huge\.so +LOAD \d.*\.text/);
  });
});

describeWith(
  requirements(LIBRARY),
  '32,000 ELF files in one process, which is as many as it can have mapped',
  () => {
    it('are explained and judged within the bounds that README states', async () => {
      const copy = join(folder, 'one.so');
      copyFileSync(build('lib-relro.c', LIBRARY), copy);
      const links = mkdtempSync(join(folder, 'links-'));
      const { pid } = await start(build('many-files.c'), ['32000', copy, links]);
      expect(await peak([String(pid)])).toBeLessThan(500 * ALLOWED);
      expect(await countLines(/ \d{7}\.so /)).toBe(64_000);
      expect(await peak(['check', '--json', String(pid)])).toBeLessThan(1000 * ALLOWED);
      expect(await countLines(/"rule": "image-mismatch"/)).toBeGreaterThan(32_000);
      // What was read first is judged; for what was too much, it is said that it was.
      expect(
        await countLines(/"message": "the files before it have more headers|more headers, slots or flaws/),
      ).toBeGreaterThan(0);
    });
  },
);

describe('files', () => {
  it('one with 60,000 sections', async () => {
    const count = 60_000;
    const path = join(folder, 'sections.so');
    const sections = Array.from({ length: count }, (_, i) => ({
      name: `.s${i}`,
      flags: 2n,
      vaddr: BigInt(0x1000 + 16 * i),
      offset: BigInt(0x1000 + 16 * i),
      size: 16n,
    }));
    const size = BigInt(0x1000 + 16 * count);
    const load = { type: 1, flags: 4, vaddr: 0n, offset: 0n, filesz: size, memsz: size };
    const filler = { type: 0, offset: 0x1000n, bytes: new Uint8Array(16 * count) };
    writeFileSync(path, writeElf({ type: 3, segments: [load, filler], sections }));
    expect(await peak(['--format', 'sections', path])).toBeLessThan(150 * ALLOWED);
    expect(await countLines(/ \.s\d+$/)).toBe(count);
    // They are one mapping, whose JSON is one text.
    for (const format of FORMATS)
      expect(await peak(['--format', format, path]), format).toBeLessThan(320 * ALLOWED);
    expect(await peak(['check', path])).toBeLessThan(200 * ALLOWED);
  });

  it('a core of 20 GiB', async () => {
    const path = join(folder, 'core');
    const order = new ByteOrder(true, true);
    const status = Buffer.alloc(112 + 40 * 8);
    const notes = { type: 4, flags: 0, bytes: note(order, 'CORE', 1, status), memsz: 0n, align: 4n };
    const memory = { type: 1, flags: 6, vaddr: 0x7f00_0000_0000n, offset: 4096n, filesz: BigInt(20 * GIB) };
    writeFileSync(path, writeElf({ type: 4, segments: [notes, memory] }));
    const file = openSync(path, 'r+');
    ftruncateSync(file, 4096 + 20 * GIB);
    closeSync(file);
    expect(await peak([path])).toBeLessThan(20 * ALLOWED);
    expect(readFileSync(output, 'utf8')).toMatch(/7f0000000000 20971520K/);
  });

  it(`a text of ${CAPTURE_BYTES / MB} MB from standard input`, async () => {
    const mappings = Math.floor(CAPTURE_BYTES / smapsRecord(0).length);
    // 500 bytes a mapping: what is kept of the text does not grow with its lines.
    const limit = 50 * ALLOWED + mappings * 500;
    expect(await peak(['--format', 'csv', '-'], smapsText(mappings))).toBeLessThan(limit);
    expect(await countLines(/^,0x/)).toBe(mappings);
  }, 600_000);
});

describe('2 MB of names of nothing but control characters', () => {
  const path = join(folder, 'names.txt');
  const name = '\x1b'.repeat(60_000);
  const line = (i: number): string => {
    const start = 0x7000_0000_0000 + i * 0x1000;
    return `${start.toString(16)}-${(start + 0x1000).toString(16)} rwxp 00000000 fe:00 ${i + 1} /${name}${i}\n`;
  };
  const names = 40;

  // In Markdown it is sixty times as long.
  it.each(['table', 'json', 'markdown'])('are judged: %s', async format => {
    writeFileSync(path, Array.from({ length: names }, (_, i) => line(i)).join(''), 'latin1');
    expect(await peak(['check', '--format', format, path])).toBeLessThan(200 * ALLOWED);
    expect(await countLines(/x1b|u001b/)).toBeGreaterThanOrEqual(names);
  });
});

function* smapsText(mappings: number): Generator<string> {
  for (let i = 0; i < mappings; i += 100)
    yield Array.from({ length: Math.min(100, mappings - i) }, (_, j) => smapsRecord(i + j)).join('');
}

/** Neighbours of different permissions, with figures of their own. */
function smapsRecord(i: number): string {
  const start = 0x7000_0000_0000 + i * 0x2000;
  const header = `${start.toString(16)}-${(start + 0x1000).toString(16)} ${i % 2 ? 'rw' : 'r-'}-p 00000000 00:00 0 `;
  const figure = (name: string, value: number): string =>
    `${`${name}:`.padEnd(15)} ${String(value).padStart(8)} kB`;
  const names = [
    'Size',
    'Rss',
    'Pss',
    'Shared_Clean',
    'Shared_Dirty',
    'Private_Clean',
    'Private_Dirty',
    'Swap',
  ];
  const figures = names.map((name, column) => figure(name, (i * (column + 1)) % 1000));
  return `${[header, ...figures, 'VmFlags: rd wr mr mw me ac'].join('\n')}\n`;
}

describe('500 targets at once', () => {
  const targets = Array.from({ length: 500 }, () => String(process.pid));

  it.each(FORMATS)('are explained one after the other: %s', async format => {
    const one = await peak(['--format', format, targets[0]!]);
    expect(await peak(['--format', format, ...targets])).toBeLessThan(4 * one + 40 * ALLOWED);
  });

  it('are judged', async () => {
    // All findings are written together; what their processes have in common is kept once.
    expect(await peak(['check', ...targets])).toBeLessThan(200 * ALLOWED);
  });
});
