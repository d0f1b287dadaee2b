/**
 * Copies an ELF file for the sample sysroot: all that vmaexplain reads of it (headers, section names, notes, the dynamic
 * table with its strings, relocations), zeros for the rest, the same size. What it reads is found out by reading, with
 * vmaexplain's own reader. Of a file that is no ELF file nothing but the size is left.
 *
 *   node samples/reduce-elf.mjs SYSROOT FILE...      after `npm run build`
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readElf } from '../dist/lib/elf/read.js';
import { bytesInMemory } from '../dist/lib/model/bytes.js';
import { RecordingBytes } from '../dist/lib/source/sparse-bytes.js';

function reduced(bytes) {
  const result = Buffer.alloc(bytes.length);
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF') return result;
  const watched = new RecordingBytes(bytesInMemory(bytes));
  readElf(watched, 'full');
  for (const chunk of watched.chunks()) result.set(chunk.bytes, Number(chunk.offset));
  return result;
}

const [sysroot, ...files] = process.argv.slice(2);
for (const file of files) {
  const copy = join(sysroot, resolve(file));
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, reduced(readFileSync(file)));
}
