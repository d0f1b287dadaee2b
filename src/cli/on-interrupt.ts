/** Tidying up when the user, or whoever started the command, ends it. */

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Calls `tidy` before one of these signals ends the process as it would have without. Returns the way to say that there is
 * nothing to tidy up any more.
 */
export function onInterrupt(tidy: () => void): () => void {
  const release = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    release();
    tidy();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return release;
}

/** A signal is noticed between two turns of the event loop only. */
export const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
