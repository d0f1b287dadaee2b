import { expect, it, vi } from 'vitest';
import { offlineOf } from '../../src/cli/offline.ts';
import { run } from '../../src/cli/program.ts';
import { explain, PLAIN } from '../../src/cli/work.ts';

vi.mock('../../src/cli/work.ts', async original => ({
  ...(await original<object>()),
  explain: vi.fn(async () => 0),
}));

/** bundle/start.cjs passes commander by where words have no options. */
it.each([[[]], [['1234']], [['1234', '5678']]])(
  '%j asks commander for the same as without it',
  async words => {
    expect(await run(words)).toBe(0);
    const [targets, request] = vi.mocked(explain).mock.lastCall!;
    expect(targets).toEqual(words);
    expect({ ...request, offline: offlineOf(request.offline) }).toEqual({
      ...PLAIN,
      offline: offlineOf(PLAIN.offline),
    });
  },
);
