/**
 * Bytes at an offset, wherever they are: a file, a process's memory, a snapshot's chunks. Parsers ask for
 * what they need, so a file of many GiB costs only its headers.
 */
export interface ByteSource {
  /** Total number of bytes; null where it is not known. */
  readonly size: number | null;
  /**
   * The `length` bytes at `offset`, or fewer where the source ends before (then also none).
   * The result stays as it is as long as the source is in use, and must not be changed.
   */
  read(offset: bigint, length: number): Uint8Array;
}

/** A source over bytes that are in memory already. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      offset >= BigInt(bytes.length)
        ? new Uint8Array(0)
        : bytes.subarray(Number(offset), Number(offset) + length),
  };
}

/** The same source; `count` is told how many bytes each reading gave. */
export function metered(source: ByteSource, count: (bytes: number) => void): ByteSource {
  return {
    size: source.size,
    read: (offset, length) => {
      const bytes = source.read(offset, length);
      count(bytes.length);
      return bytes;
    },
  };
}
