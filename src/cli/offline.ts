/** What the options for captured evidence mean. Apart from the options themselves, so that work.ts loads no commander. */
import { oneCharAByte } from '../model/latin1.ts';
import { isPageSize } from '../parse/page-size.ts';
import { TargetError } from '../source/errors.ts';
import type { OfflineOptions } from './load.ts';

export interface OfflineFlags {
  readonly sysroot: readonly string[];
  readonly elf: readonly string[];
  readonly pageSize?: string;
}

/** @throws TargetError where a value makes no sense. */
export function offlineOf(flags: OfflineFlags): OfflineOptions {
  if (flags.sysroot.includes(''))
    throw new TargetError(
      'unusable',
      "--sysroot takes a folder, not ''",
      '--sysroot / is this machine itself',
    );
  const elf = new Map<string, string>();
  for (const pair of flags.elf) {
    const at = pair.indexOf('=');
    if (at <= 0 || at === pair.length - 1)
      throw new TargetError(
        'unusable',
        `--elf takes NAME=FILE, not '${oneCharAByte(pair)}'`,
        'for example: --elf libc.so.6=./libc.so.6',
      );
    elf.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return { sysroots: flags.sysroot, elf, useHost: true, pageSize: pageSizeOf(flags.pageSize) };
}

function pageSizeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const bytes = /^(\d+)([kK]?)$/.exec(text);
  const size = bytes ? Number(bytes[1]) * (bytes[2] ? 1024 : 1) : 0;
  if (!isPageSize(size))
    throw new TargetError(
      'unusable',
      `--page-size takes a power of two from 4K to 1024K, not '${oneCharAByte(text)}'`,
    );
  return size;
}
