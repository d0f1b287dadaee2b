/**
 * Blanks what a snapshot or a core file tells of the machine that it was made on and what no analysis needs: the owner's
 * addition to the kernel's version, and where the kernel's vDSO was built.
 *
 *   node samples/blank-host.mjs FILE
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEM = 'opt/|usr/|lib|proc/|dev/';
const PATH = new RegExp(`(?<![\\w.+-])/(?!${SYSTEM})[\\w.+-]+/[\\w.+/-]{10,}`, 'g');
const VERSION = /\d+\.\d+\.\d+-[\w.+-]{3,}/g;

const blank = bytes =>
  Buffer.from(
    bytes
      .toString('latin1')
      .replace(PATH, text => '\0'.repeat(text.length))
      .replace(VERSION, text => text.replace(/-.*/, rest => '\0'.repeat(rest.length))),
    'latin1',
  );

const [file] = process.argv.slice(2);
const bytes = readFileSync(file);
if (bytes[0] === 0x7f) {
  writeFileSync(file, blank(bytes));
} else {
  const snapshot = JSON.parse(bytes.toString('utf8'));
  snapshot.kernelRelease = snapshot.kernelRelease.replace(/-.*/, '');
  snapshot.vdso = blank(Buffer.from(snapshot.vdso, 'base64')).toString('base64');
  writeFileSync(file, `${JSON.stringify(snapshot, null, 1)}\n`);
}
