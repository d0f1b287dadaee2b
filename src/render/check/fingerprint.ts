const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits over the parts, as 16 hexadecimal digits: the same for the same parts at every run. */
export function fingerprint(parts: readonly (string | null)[]): string {
  let hash = OFFSET;
  for (const char of JSON.stringify(parts))
    hash = BigInt.asUintN(64, (hash ^ BigInt(char.codePointAt(0)!)) * PRIME);
  return hash.toString(16).padStart(16, '0');
}
