/** Is this machine little-endian? Loading node:os for the answer would take longer. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
