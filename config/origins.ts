import * as pulumi from "@pulumi/pulumi";
import { propertyPath } from "../checklist/violation.ts";
import type { SettingsModel } from "./model.ts";
import { originsPrefix, originsVariable, type SettingsRead } from "./origin-message.ts";

/**
 * The same settings, whose reads are told to a preview that asks for it. Settings are plain values, so nothing in
 * the input of a resource says where it is from; what was read while the resource was declared does. A
 * deployment runs without.
 */
export function withOrigins<Settings extends object>(settings: Settings, model: SettingsModel): Settings {
  if (process.env[originsVariable] === undefined) return settings;
  const origins = new Origins(model.reference);
  pulumi.runtime.registerStackTransformation(({ type, name, opts, resource }) => {
    origins.declared({ type, name }, resource, opts.parent);
    return undefined;
  });
  return origins.noted(settings, []);
}

type Setting = SettingsRead["settings"][number];

class Origins {
  #reference: string;
  #settings: Setting[] = [];
  #reads: number[] = [];
  /** Reads that were told before. */
  #told = 0;
  #resources: SettingsRead["resources"] = [];
  /** How many settings were read before the arguments of each resource. */
  #starts = new WeakMap<object, number>();
  #last = 0;

  constructor(reference: string) {
    this.#reference = reference;
  }

  noted<T extends object>(settings: T, path: readonly string[]): T {
    const inner = new Map<PropertyKey, object>();
    const places = new Map<PropertyKey, number>();
    return new Proxy(settings, {
      get: (target, key, receiver) => {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof key === "symbol" || !Object.hasOwn(target, key)) return value;
        if (typeof value === "object" && value !== null) {
          // A proxy has to hand over the very value of a frozen object.
          if (Object.isFrozen(target)) return value;
          const known = inner.get(key) ?? this.noted(value, [...path, key]);
          inner.set(key, known);
          return known;
        }
        if (isScalar(value)) {
          const place =
            places.get(key) ?? this.#settings.push({ path: propertyPath([...path, key]), value }) - 1;
          places.set(key, place);
          this.#reads.push(place);
        }
        return value;
      },
    });
  }

  declared(
    { type, name }: { type: string; name: string },
    resource: object,
    parent: object | undefined,
  ): void {
    const start = this.#last;
    const end = this.#told + this.#reads.length;
    this.#last = end;
    this.#starts.set(resource, start);
    const scope = (parent && this.#starts.get(parent)) ?? 0;
    this.#resources.push({ type, name, start, end, scope });
    // All that one turn of the program declares goes in one message.
    if (this.#resources.length === 1) setImmediate(() => this.#tell());
  }

  #tell(): void {
    const message: SettingsRead = {
      reference: this.#reference,
      settings: this.#settings,
      reads: this.#reads,
      resources: this.#resources,
    };
    void pulumi.log.debug(`${originsPrefix}${JSON.stringify(message)}`);
    this.#told += this.#reads.length;
    this.#reads = [];
    this.#resources = [];
  }
}

function isScalar(value: unknown): value is Setting["value"] {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
