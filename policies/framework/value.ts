import { parseJson } from "../../lib/json.ts";
import { remembered } from "../values/remembered.ts";
import type { AnyValue, Resource } from "./view.ts";

/** What stands for an unknown string. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands for an unknown value in a preview, by kind of value (node_modules/@pulumi/policy/proxy.js). */
const sentinels: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  unknownText,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export function isUnknown(raw: unknown): boolean {
  // To look up an object or a long text costs its hash, and most values are neither of that length.
  return typeof raw === "string" && raw.length === unknownText.length && sentinels.has(raw);
}

/** What a JSON document says. Several policies read each, and none can change it: values only read. */
export const documentIn = remembered(parseJson);

/** Thrown by a read of a value that is not known at preview; `judge` turns it into the answer unknown. */
export class UnknownRead extends Error {
  readonly value: AnyValue;

  constructor(value: AnyValue) {
    // Most values of a preview are unknown, and nobody looks at where one was read.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super();
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "UnknownRead";
    this.value = value;
  }

  override get message(): string {
    return `${this.value.path.join(".")} of ${this.value.resource.name} is not known at preview`;
  }
}

/** A value of whatever type: the views in view.ts say which names may be read below it. */
export class InputValue implements AnyValue {
  readonly resource: Resource;
  /** The path, or until somebody asks for it the value that this one is in and its key there. */
  #path: readonly string[] | { readonly whole: InputValue; readonly key: string };
  readonly #raw: unknown;
  /** Path of the JSON document that this value was read from, if any. */
  readonly #document: readonly string[] | undefined;

  constructor(
    resource: Resource,
    path: readonly string[] | { readonly whole: InputValue; readonly key: string },
    raw: unknown,
    document?: readonly string[],
  ) {
    this.resource = resource;
    this.#path = path;
    this.#raw = raw;
    this.#document = document;
  }

  at(...keys: readonly string[]): InputValue {
    let value: InputValue = this;
    for (const key of keys) {
      value = value.#child(key);
    }
    return value;
  }

  get path(): readonly string[] {
    if ("whole" in this.#path) this.#path = [...this.#path.whole.path, this.#path.key];
    return this.#path;
  }

  get property(): readonly string[] {
    return this.#document ?? this.path;
  }

  get isUnknown(): boolean {
    return isUnknown(this.#raw);
  }

  get raw(): unknown {
    return this.#raw;
  }

  get sentinel(): unknown {
    return this.isUnknown ? this.#raw : undefined;
  }

  get exists(): boolean {
    const raw = this.#known();
    return raw !== undefined && raw !== null;
  }

  string(): string | undefined {
    const raw = this.#known();
    return typeof raw === "string" ? raw : undefined;
  }

  number(): number | undefined {
    const raw = this.#known();
    return typeof raw === "number" ? raw : undefined;
  }

  boolean(): boolean | undefined {
    const raw = this.#known();
    return typeof raw === "boolean" ? raw : undefined;
  }

  items(): InputValue[] {
    const raw = this.#known();
    return Array.isArray(raw) ? raw.map((_, index) => this.#child(String(index))) : [];
  }

  entries(): [string, InputValue][] {
    const raw = this.#known();
    return isRecord(raw) ? Object.keys(raw).map((key) => [key, this.#child(key)]) : [];
  }

  strings(): string[] {
    return this.items().flatMap((item) => item.string() ?? []);
  }

  as(): InputValue {
    return this;
  }

  json(): InputValue {
    const text = this.string();
    return new InputValue(
      this.resource,
      this.path,
      text === undefined ? undefined : documentIn(text),
      this.path,
    );
  }

  get isSecret(): boolean | undefined {
    return this.resource.isSecret(this.property);
  }

  #known(): unknown {
    if (this.isUnknown) {
      throw new UnknownRead(this);
    }
    return this.#raw;
  }

  #child(key: string): InputValue {
    if (this.isUnknown) {
      return this;
    }
    const raw = this.#raw;
    const child = isContainer(raw) && Object.hasOwn(raw, key) ? Reflect.get(raw, key) : undefined;
    return new InputValue(this.resource, { whole: this, key }, child, this.#document);
  }
}

function isContainer(raw: unknown): raw is object {
  return typeof raw === "object" && raw !== null;
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return isContainer(raw) && !Array.isArray(raw);
}
