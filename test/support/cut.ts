/** Cuts a text at the given places, each taken modulo its length. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const cuts = [0, ...places.map(place => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, i) => text.slice(cuts[i], end));
}
