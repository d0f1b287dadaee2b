/** Tidying up when the user, or whoever started the command, ends it. */

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * Calls `tidy` before one of these signals ends the process as it would have without. Returns the way to say that there is
 * nothing to tidy up any more.
 */
export function onInterrupt(tidy: () => void): () => void {
  const release = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    // In this order: the next signal, of an impatient user, ends the process at once.
    tidy();
    release();
    process.kill(process.pid, signal);
    // The first process of a PID namespace does not die of its own signals.
    if (process.pid === 1) process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return release;
}

/** Of output to a file: between them, a signal is heeded that would leave half of it. */
export const PIECES_A_TURN = 1000;

/** A signal is noticed between two turns of the event loop only. */
export const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
