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
const MOST_INCLUDES = 64;

/** The folders that exist, each once whatever links lead to it, in the order of search. */
export function searchDirectories(root: Sysroot): string[] {
  const triplets = ['/lib', '/usr/lib', '/usr/local/lib'].flatMap(folder =>
    root.list(folder).flatMap(name => (TRIPLET.test(name) ? [`${folder}/${name}`] : [])),
  );
  const foreign = root.list('/usr').flatMap(name => (TRIPLET.test(name) ? [`/usr/${name}/lib`] : []));
  const all = [...LIBRARIES, ...triplets, ...foreign, ...configured(root), ...PROGRAMS];
  const known = new Map<string, string>();
  for (const folder of all) {
    const identity = root.identity(folder);
    if (identity !== null && !known.has(identity)) known.set(identity, folder);
  }
  return [...known.values()];
}

/** The folders that /etc/ld.so.conf and what it includes name, one a line. */
function configured(root: Sysroot): string[] {
  const folders: string[] = [];
  const files = ['/etc/ld.so.conf'];
  for (let i = 0; i < files.length && i < MOST_INCLUDES; i++) {
    for (const line of textOf(root, files[i]!).split('\n')) {
      const text = line.replace(/#.*/, '').trim();
      const include = /^include\s+(\S+)$/.exec(text)?.[1];
      if (include) files.push(...expand(root, include.startsWith('/') ? include : `/etc/${include}`));
      else if (text.startsWith('/')) folders.push(text.replace(/=.*/, ''));
    }
  }
  return folders;
}

/** A file name pattern in which the last part alone may hold stars, as in "/etc/ld.so.conf.d/*.conf". */
function expand(root: Sysroot, pattern: string): string[] {
  const slash = pattern.lastIndexOf('/');
  const [folder, last] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
  const parts = last.split('*').map(part => part.replace(/[^\w]/g, '\\$&'));
  const matches = new RegExp(`^${parts.join('[^/]*')}$`);
  return root
    .list(folder)
    .filter(name => matches.test(name))
    .sort()
    .map(name => `${folder}/${name}`);
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
