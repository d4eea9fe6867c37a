import type { Resource } from "./stack.ts";

/** What stands for an unknown string. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands for an unknown value in a preview, by kind of value (node_modules/@pulumi/policy/proxy.js). */
const sentinels: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  unknownText,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export function isUnknown(raw: unknown): boolean {
  return sentinels.has(raw);
}

/** Thrown by a read of a value that is not known at preview; `judge` turns it into the answer unknown. */
export class UnknownRead extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super(`${value.path.join(".")} of ${value.resource.name} is not known at preview`);
    this.name = "UnknownRead";
    this.value = value;
  }
}

/**
 * A value somewhere in the inputs of a resource. Reading one that is unknown throws UnknownRead; reading
 * one that is absent or of another type gives undefined, or no elements.
 */
export class Value {
  readonly resource: Resource;
  readonly path: readonly string[];
  readonly #raw: unknown;
  /** Path of the JSON document that this value was read from, if any: the host knows that path only. */
  readonly #document: readonly string[] | undefined;

  constructor(resource: Resource, path: readonly string[], raw: unknown, document?: readonly string[]) {
    this.resource = resource;
    this.path = path;
    this.#raw = raw;
    this.#document = document;
  }

  /** The value at a path below this one; below an unknown value everything is unknown. */
  at(...keys: readonly string[]): Value {
    let value: Value = this;
    for (const key of keys) {
      value = value.#child(key);
    }
    return value;
  }

  get isUnknown(): boolean {
    return isUnknown(this.#raw);
  }

  /** Whether there is a value; null is none. Throws UnknownRead. */
  get exists(): boolean {
    const raw = this.#known();
    return raw !== undefined && raw !== null;
  }

  /** Throws UnknownRead. */
  string(): string | undefined {
    const raw = this.#known();
    return typeof raw === "string" ? raw : undefined;
  }

  /** Throws UnknownRead. */
  number(): number | undefined {
    const raw = this.#known();
    return typeof raw === "number" ? raw : undefined;
  }

  /** Throws UnknownRead. */
  boolean(): boolean | undefined {
    const raw = this.#known();
    return typeof raw === "boolean" ? raw : undefined;
  }

  /** Elements of a list. Throws UnknownRead if the list is unknown; an element may be unknown by itself. */
  items(): Value[] {
    const raw = this.#known();
    return Array.isArray(raw) ? raw.map((_, index) => this.#child(String(index))) : [];
  }

  /** Entries of an object or map. Throws UnknownRead if it is unknown; a value may be unknown by itself. */
  entries(): [string, Value][] {
    const raw = this.#known();
    return isRecord(raw) ? Object.keys(raw).map((key) => [key, this.#child(key)]) : [];
  }

  /** Strings of a list; throws UnknownRead if the list or an element is unknown. */
  strings(): string[] {
    return this.items().flatMap((item) => item.string() ?? []);
  }

  /** What a JSON document in a string says; absent if it is none. Throws UnknownRead. */
  json(): Value {
    const text = this.string();
    return new Value(this.resource, this.path, text === undefined ? undefined : parse(text), this.path);
  }

  /** Whether this was given as a secret; undefined where the host does not say. */
  get isSecret(): boolean | undefined {
    return this.resource.isSecret(this.#document ?? this.path);
  }

  /** Throws the policy host's own error for this unknown value. */
  raise(): void {
    this.resource.raiseUnknown(this.#document ?? this.path);
  }

  #known(): unknown {
    if (this.isUnknown) {
      throw new UnknownRead(this);
    }
    return this.#raw;
  }

  #child(key: string): Value {
    if (this.isUnknown) {
      return this;
    }
    const raw = this.#raw;
    const child = isContainer(raw) && Object.hasOwn(raw, key) ? Reflect.get(raw, key) : undefined;
    return new Value(this.resource, [...this.path, key], child, this.#document);
  }
}

function isContainer(raw: unknown): raw is object {
  return typeof raw === "object" && raw !== null;
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return isContainer(raw) && !Array.isArray(raw);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
