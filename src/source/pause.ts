/** Waits a few milliseconds without giving up the thread: for a non-blocking pipe that is full or empty. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
