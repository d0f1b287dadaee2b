/**
 * Where a file may lie of which only the base name is known (plain pmap prints no more): the loader's usual folders,
 * those of /etc/ld.so.conf, and where programs are (ld.so(8), hier(7)).
 */
import { closeSync } from 'node:fs';
import { reopenRegular } from './open-regular.ts';
import type { Sysroot } from './sysroot.ts';

const LIBRARIES = ['/lib', '/lib64', '/lib32', '/usr/lib', '/usr/lib64', '/usr/lib32', '/usr/local/lib'];
const PROGRAMS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];
/** Folders named after a machine, as Debian and musl have them: /usr/lib/x86_64-linux-gnu, /usr/i686-linux-gnu/lib. */
const TRIPLET = /^[a-z0-9_]+-linux-[a-z0-9_]+$/;
const LONGEST_CONFIGURATION = 64 * 1024;
/** Of patterns, and of files that they lead to. */
const MOST_INCLUDES = 64;
/** Of each source of names. A system has a dozen; each is looked at for every file that is looked for. */
const MOST_FOLDERS = 256;

/** The folders that exist, each once whatever links lead to it, in the order of search. */
export function searchDirectories(root: Sysroot): string[] {
  const triplets = ['/lib', '/usr/lib', '/usr/local/lib'].flatMap(folder =>
    namedAfterMachines(root, folder).map(name => `${folder}/${name}`),
  );
  const foreign = namedAfterMachines(root, '/usr').map(name => `/usr/${name}/lib`);
  const all = [...LIBRARIES, ...triplets, ...foreign, ...configured(root), ...PROGRAMS];
  const known = new Map<string, string>();
  for (const folder of all) {
    const identity = root.identity(folder);
    if (identity !== null && !known.has(identity)) known.set(identity, folder);
  }
  return [...known.values()];
}

const namedAfterMachines = (root: Sysroot, folder: string): string[] =>
  root
    .list(folder)
    .filter(name => TRIPLET.test(name))
    .slice(0, MOST_FOLDERS);

/** The folders that /etc/ld.so.conf and what it includes name, one a line. */
function configured(root: Sysroot): string[] {
  const folders: string[] = [];
  const files = ['/etc/ld.so.conf'];
  let includes = 0;
  for (let i = 0; i < files.length; i++) {
    for (const line of textOf(root, files[i]!).split('\n')) {
      const text = line.replace(/#.*/, '').trim();
      const include = /^include\s+(\S+)$/.exec(text)?.[1];
      if (text.startsWith('/')) folders.push(text.replace(/=.*/, ''));
      else if (include && includes++ < MOST_INCLUDES) {
        const found = expand(root, include.startsWith('/') ? include : `/etc/${include}`);
        files.push(...found.slice(0, MOST_INCLUDES - files.length));
      }
    }
  }
  return folders.slice(0, MOST_FOLDERS);
}

/** A file name pattern in which the last part alone may hold stars, as in "/etc/ld.so.conf.d/*.conf". */
function expand(root: Sysroot, pattern: string): string[] {
  const slash = pattern.lastIndexOf('/');
  const [folder, last] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
  const parts = last.split('*');
  return root
    .list(folder)
    .filter(name => isMadeOf(name, parts))
    .sort()
    .map(name => `${folder}/${name}`);
}

/** Is a name the parts in their order, with anything between them? */
function isMadeOf(name: string, parts: readonly string[]): boolean {
  const last = parts.at(-1)!;
  if (parts.length === 1) return name === last;
  if (!name.startsWith(parts[0]!)) return false;
  let at = parts[0]!.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

function textOf(root: Sysroot, path: string): string {
  const handle = root.open(path);
  if (handle === null) return '';
  try {
    const file = reopenRegular(handle);
    if (!file.ok) return '';
    try {
      return Buffer.from(file.bytes.read(0n, LONGEST_CONFIGURATION)).toString('latin1');
    } finally {
      file.close();
    }
  } catch {
    return '';
  } finally {
    closeSync(handle);
  }
}
