/** Reads JSON of a known shape; whatever does not fit is an error that names the place ("exceptions[2].expires"). */

import { whyTooComplex } from '../model/json-bounds.ts';

export class UnusableJson extends Error {
  override readonly name = 'UnusableJson';
}

/** @throws UnusableJson */
export function parseJson(text: string): JsonValue {
  const why = whyTooComplex(text);
  if (why) throw new UnusableJson(why);
  try {
    return new JsonValue(JSON.parse(text), '');
  } catch (error) {
    throw new UnusableJson(`it is no JSON: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

export class JsonValue {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  /** An object with no other keys than these. */
  object(keys: readonly string[]): JsonObject {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#wrong('an object');
    const unknown = Object.keys(value).find(key => !keys.includes(key));
    if (unknown !== undefined)
      throw new UnusableJson(`${join(this.#place, unknown)}: unknown key; known are ${keys.join(', ')}`);
    return new JsonObject(value as Record<string, unknown>, this.#place);
  }

  array<T>(read: (value: JsonValue) => T): T[] {
    if (!Array.isArray(this.#value)) throw this.#wrong('an array');
    return this.#value.map((value, i) => read(new JsonValue(value, `${this.#place}[${i}]`)));
  }

  oneOf<T extends string | number>(choices: readonly T[]): T {
    const found = choices.find(choice => choice === this.#value);
    if (found === undefined) throw this.#wrong(`one of ${choices.join(', ')}`);
    return found;
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.#wrong('a string');
    return this.#value;
  }

  nullableText(): string | null {
    return this.#value === null ? null : this.text();
  }

  nonEmpty(): string {
    const text = this.text();
    if (text.trim() === '') throw this.#wrong('a string that is not empty');
    return text;
  }

  /** A day of the calendar, YYYY-MM-DD. */
  date(): string {
    const text = this.text();
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
    if (!day || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
      throw this.#wrong('a date such as 2027-01-31');
    return text;
  }

  #wrong(expected: string): UnusableJson {
    const actual = shortened(this.#value);
    return new UnusableJson(
      `${this.#place === '' ? 'the document' : this.#place}: expected ${expected}, found ${actual}`,
    );
  }
}

function shortened(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 60)}...` : text;
  } catch {
    // JSON.parse takes any depth, JSON.stringify does not.
    return 'something deeply nested';
  }
}

class JsonObject {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #place: string;

  constructor(value: Record<string, unknown>, place: string) {
    this.#members = new Map(Object.entries(value));
    this.#place = place;
  }

  keys(): string[] {
    return [...this.#members.keys()];
  }

  optional(key: string): JsonValue | undefined {
    return this.#members.has(key) ? new JsonValue(this.#members.get(key), join(this.#place, key)) : undefined;
  }

  required(key: string): JsonValue {
    const value = this.optional(key);
    if (!value) throw new UnusableJson(`${join(this.#place, key)}: missing`);
    return value;
  }
}

const join = (place: string, key: string): string => (place === '' ? key : `${place}.${key}`);
