import { TargetError } from './errors.ts';

const LONGEST_PATH = 64 * 1024;

/** A JSON value that is asked for what it should be, and says where it is not. */
export class Shape {
  readonly #value: unknown;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    this.#value = value;
    this.#where = where;
  }

  #fail(expected: string): never {
    throw new TargetError('unusable', `damaged snapshot: ${this.#where} should be ${expected}`);
  }

  anything(): unknown {
    return this.#value;
  }
  /** A member of an object; absent members are null. */
  member(name: string): Shape {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#fail('an object');
    const member: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
    return new Shape(member, `${this.#where}.${name}`);
  }
  list<T>(read: (item: Shape) => T): T[] {
    if (!Array.isArray(this.#value)) return this.#fail('a list');
    return this.#value.map((item: unknown, i) => read(new Shape(item, `${this.#where}[${i}]`)));
  }
  /** An absent list is empty: members that later tools write. */
  listOrNone<T>(read: (item: Shape) => T): T[] {
    return this.#value === null ? [] : this.list(read);
  }
  text(): string {
    return typeof this.#value === 'string' ? this.#value : this.#fail('a string');
  }
  textOrNull(): string | null {
    return this.#value === null ? null : this.text();
  }
  /** A name as the kernel prints it, or a sentence with some: several times what a path can have. */
  path(): string {
    const text = this.text();
    return text.length <= LONGEST_PATH ? text : this.#fail(`no longer than ${LONGEST_PATH} characters`);
  }
  pathOrNull(): string | null {
    return this.#value === null ? null : this.path();
  }
  matching(pattern: RegExp): string {
    return pattern.test(this.text()) ? this.text() : this.#fail(`like ${pattern.source}`);
  }
  matchingOrNull(pattern: RegExp): string | null {
    return this.#value === null ? null : this.matching(pattern);
  }
  /** A whole number that is not negative. */
  integer(): number {
    const value = this.#value;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.#fail('a whole number');
  }
  integerOrNull(): number | null {
    return this.#value === null ? null : this.integer();
  }
  flag(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.#fail('true or false');
  }
  oneOf<T extends string>(choices: readonly T[]): T {
    return choices.find(choice => choice === this.#value) ?? this.#fail(`one of ${choices.join(', ')}`);
  }
}
