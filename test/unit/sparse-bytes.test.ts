/** What a recording keeps of a file gives back what was read of it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesInMemory } from '../../src/model/bytes.ts';
import { RecordingBytes, SparseBytes } from '../../src/source/sparse-bytes.ts';

const FILE = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
const reads = fc.array(fc.tuple(fc.nat(320), fc.nat(90)), { maxLength: 30 });

it('whatever was read, in whatever order', () => {
  fc.assert(
    fc.property(reads, wanted => {
      const recording = new RecordingBytes(bytesInMemory(FILE));
      for (const [at, length] of wanted) recording.read(BigInt(at), length);
      const chunks = recording.chunks();
      // Apart from each other, and in order.
      for (const [i, { offset }] of chunks.entries())
        if (i > 0)
          expect(offset).toBeGreaterThan(chunks[i - 1]!.offset + BigInt(chunks[i - 1]!.bytes.length));
      const kept = new SparseBytes(FILE.length, chunks.toReversed());
      for (const [at, length] of wanted)
        expect([...kept.read(BigInt(at), length)]).toEqual([...FILE.subarray(at, at + length)]);
    }),
  );
});

it('nothing, where nothing was read', () => {
  const kept = new SparseBytes(100, [{ offset: 10n, bytes: FILE.subarray(10, 20) }]);
  for (const at of [0n, 9n, 20n, 90n]) expect(kept.read(at, 5)).toHaveLength(0);
});
