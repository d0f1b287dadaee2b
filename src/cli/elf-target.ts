/** An ELF file as target: the core of a process, or a program or library whose layout is predicted. */
import { predictCapture } from '../correlate/predict.ts';
import { ET_CORE } from '../elf/core.ts';
import { MalformedElf, NotElf, readHeader } from '../elf/header.ts';
import { readElf } from '../elf/read.ts';
import type { ByteSource } from '../model/bytes.ts';
import type { Capture } from '../model/capture.ts';
import type { ElfFile } from '../model/elf.ts';
import { USUAL_PAGE_SIZE } from '../parse/page-size.ts';
import { captureCore } from '../source/core.ts';
import { TargetError } from '../source/errors.ts';
import type { ElfSource } from '../source/target-file.ts';

/** Tells the two by e_type. @throws TargetError 'unusable' where nothing can be made of the file. */
export const captureElfTarget: ElfSource = (bytes, path, options) =>
  usable(() => readHeader(bytes)).type === ET_CORE
    ? captureCore(bytes, path, options)
    : captureElf(bytes, path, options.pageSize);

/**
 * The layout of a program or library as predicted.
 * @param path one char a byte, like all paths of mapped files; null: standard input.
 * @param pageSize in bytes, a power of two; null: 4 KiB.
 * @throws TargetError 'unusable' where no loader would map it.
 */
export function captureElf(bytes: ByteSource, path: string | null, pageSize: number | null): Capture {
  const elf: ElfFile = usable(() => readElf(bytes, 'full'));
  const capture = predictCapture({
    elf,
    path,
    pageSize: pageSize ?? USUAL_PAGE_SIZE,
    pageSizeFrom: pageSize === null ? 'assumed' : 'option',
  });
  if ('why' in capture) throw new TargetError('unusable', `it cannot be mapped: ${capture.why}`);
  return capture;
}

function usable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotElf || error instanceof MalformedElf)
      throw new TargetError('unusable', `it is no usable ELF file: ${error.message}`, null, error);
    throw error;
  }
}
