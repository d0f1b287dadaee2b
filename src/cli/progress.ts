/** Work that takes longer than a second says how far it is, in one line on standard error that is taken back. */
import { printable } from '../render/printable.ts';
import { cutTo } from '../render/width.ts';

const PATIENCE = 1000;
/** Between two texts, in milliseconds. */
const PAUSE = 200;

export interface Screen {
  /** Milliseconds. */
  now(): number;
  /** Is there a reader at all? Asked at most once, and not before it has taken long. */
  isThere(): boolean;
  /** How wide it is, in characters. */
  columns(): number;
  write(text: string): void;
}

export class Progress {
  readonly #screen: Screen;
  #isThere: boolean | null = null;
  #next: number;
  #isShown = false;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#next = screen.now() + PATIENCE;
  }

  /** Shows the text, unless it is too early or another one has just been shown. */
  tell(text: () => string): void {
    const now = this.#screen.now();
    if (now < this.#next) return;
    this.#next = now + PAUSE;
    this.#isThere ??= this.#screen.isThere();
    if (!this.#isThere) return;
    // In the last column, some terminals go on to the next line.
    this.#screen.write(`\r${cutTo(printable(text()), this.#screen.columns() - 1)}\x1b[K`);
    this.#isShown = true;
  }

  /** Takes the line back: to be called before anything else is written. */
  clear(): void {
    if (this.#isShown) this.#screen.write('\r\x1b[K');
    this.#isShown = false;
  }
}
