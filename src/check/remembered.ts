/** The same function, that works once for each key: a file may be loaded hundreds of times. */
export function remembered<K, V>(work: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return key => {
    if (!known.has(key)) known.set(key, work(key));
    return known.get(key)!;
  };
}
