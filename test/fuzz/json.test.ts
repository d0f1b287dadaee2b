/** Mutated snapshots, policies and baselines: as text, and as JSON of which members were changed for others. */
import { describe, it } from 'vitest';
import { parseBaseline } from '../../src/check/baseline.ts';
import { parsePolicy } from '../../src/check/policy-file.ts';
import { UnusableJson } from '../../src/check/strict-json.ts';
import { snapshotOf } from './support/captures.ts';
import { crash } from './support/crash.ts';
import { lieElf } from './support/lying-elf.ts';
import { mutateText } from './support/mutate.ts';
import { mutateJson } from './support/mutate-json.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectAllSound } from './support/sound.ts';
import { explainSnapshot } from './support/targets.ts';

const mutate = (document: unknown, random: Random): string =>
  random.oneIn(3)
    ? mutateText(JSON.stringify(document), random)
    : JSON.stringify(mutateJson(document, random));

describe('mutated JSON', () => {
  it(
    'as a snapshot is explained, or refused by name',
    async () => {
      const snapshot = snapshotOf([lieElf(), lieElf()]);
      for (let round = 0; round < rounds(800); round++) {
        const random = new Random(round + 4_000_000);
        const text = mutate(snapshot, random);
        try {
          await expectAllSound(explainSnapshot(text));
        } catch (error) {
          throw crash(round, text, error);
        }
      }
    },
    fuzzTimeout(),
  );

  it.each([
    ['policy', parsePolicy, POLICY],
    ['baseline', parseBaseline, BASELINE],
  ])(
    'as a %s is taken, or refused by name',
    (_, parse, document) => {
      for (let round = 0; round < rounds(5000); round++) {
        const random = new Random(round + 5_000_000);
        const text = mutate(document, random);
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof UnusableJson)) throw crash(round, text, error);
        }
      }
    },
    fuzzTimeout(),
  );
});

const POLICY = {
  version: 1,
  failOn: 'warning',
  inconclusive: 'fail',
  only: ['/usr/**'],
  ignore: ['*.so'],
  rules: ['relro-partial', 'got-writable'],
  skip: [],
  levels: { 'relro-partial': 'error' },
  modules: [{ path: '/opt/vendor/**', levels: { 'no-pie': 'note' } }],
  exceptions: [{ rule: 'got-writable', module: '/usr/bin/app', reason: 'APP-123', expires: '2027-01-31' }],
};

const BASELINE = {
  format: 'vmaexplain-baseline',
  version: 1,
  findings: [{ rule: 'relro-partial', path: '/usr/bin/sleep', subject: 'GNU_RELRO', outcome: 'fail' }],
};
