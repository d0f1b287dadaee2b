import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';

/** A screen whose clock is turned by hand. */
function screen(isThere = true) {
  const state = { time: 0, asked: 0, text: '' };
  const progress = new Progress({
    now: () => state.time,
    columns: () => 80,
    isThere: () => {
      state.asked++;
      return isThere;
    },
    write: text => {
      state.text += text;
    },
  });
  const tellAt = (time: number, text: string): void => {
    state.time = time;
    progress.tell(() => text);
  };
  return { state, progress, tellAt };
}

describe('progress', () => {
  it('says nothing in the first second, and does not even ask for a terminal', () => {
    const { state, progress, tellAt } = screen();
    tellAt(999, 'early');
    progress.clear();
    expect(state).toMatchObject({ text: '', asked: 0 });
  });

  it('then shows how far it is, five times a second, each text over the one before', () => {
    const { state, tellAt } = screen();
    for (const time of [1000, 1100, 1199, 1200, 1500]) tellAt(time, `at ${time}`);
    expect(state.text).toBe('\rat 1000\x1b[K\rat 1200\x1b[K\rat 1500\x1b[K');
  });

  it('takes its line back, once', () => {
    const { state, progress, tellAt } = screen();
    tellAt(1000, 'one');
    progress.clear();
    progress.clear();
    expect(state.text).toBe('\rone\x1b[K\r\x1b[K');
  });

  it('says nothing where standard error is no terminal', () => {
    const { state, progress, tellAt } = screen(false);
    for (const time of [1000, 2000, 3000]) tellAt(time, 'unseen');
    progress.clear();
    expect(state).toMatchObject({ text: '', asked: 1 });
  });

  it('lets no name act on the terminal, nor fill it', () => {
    const { state, tellAt } = screen();
    tellAt(1000, `\x1b[2J${'x'.repeat(200)}`);
    const [, line] = /^\r(\\x1b\[2Jx+…)\x1b\[K$/.exec(state.text)!;
    expect(line).toHaveLength(79);
  });
});
