/** Walks over the words of a line; blanks are spaces and tabs. Each character is looked at once. */
export class Cursor {
  readonly line: string;
  /** Position after the last word taken. */
  at = 0;

  constructor(line: string) {
    this.line = line;
  }

  /** Takes the next word; "" at the end of the line. */
  next(): string {
    const start = this.#skipBlanks();
    let end = start;
    while (end < this.line.length && !isBlank(this.line.charCodeAt(end))) end++;
    this.at = end;
    return this.line.slice(start, end);
  }

  /** The next word, not taken. */
  peek(): string {
    const { at } = this;
    const word = this.next();
    this.at = at;
    return word;
  }

  /** How many blanks come next. */
  blanks(): number {
    return this.#skipBlanks() - this.at;
  }

  /** All that follows, without the blanks around it. */
  rest(): string {
    let end = this.line.length;
    const start = this.#skipBlanks();
    while (end > start && isBlank(this.line.charCodeAt(end - 1))) end--;
    return this.line.slice(start, end);
  }

  #skipBlanks(): number {
    let { at } = this;
    while (at < this.line.length && isBlank(this.line.charCodeAt(at))) at++;
    return at;
  }
}

/** The words of a line. */
export function wordsOf(line: string): string[] {
  const cursor = new Cursor(line);
  const words: string[] = [];
  for (let word = cursor.next(); word !== ''; word = cursor.next()) words.push(word);
  return words;
}

function isBlank(char: number): boolean {
  return char === 32 || char === 9;
}
