/** Mutated mappings over mutated ELF files: parts cover their mappings exactly, or the module is refused; nothing is thrown. */
import { describe, it } from 'vitest';
import { mutateRows, snapshotOf } from './support/captures.ts';
import { crash } from './support/crash.ts';
import { lieElf } from './support/lying-elf.ts';
import { mutateElf } from './support/mutate.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectAllSound } from './support/sound.ts';
import { explainSnapshot } from './support/targets.ts';

describe('mutated processes', () => {
  it(
    'are explained soundly',
    async () => {
      const plain = lieElf();
      for (let round = 0; round < rounds(600); round++) {
        const random = new Random(round + 2_000_000);
        const images = [plain, plain, plain].map(image =>
          random.oneIn(3) ? image : mutateElf(image, random),
        );
        const snapshot = JSON.stringify(snapshotOf(images, rows => mutateRows(rows, random)));
        try {
          await expectAllSound(explainSnapshot(snapshot));
        } catch (error) {
          throw crash(round, snapshot, error);
        }
      }
    },
    fuzzTimeout(),
  );
});
