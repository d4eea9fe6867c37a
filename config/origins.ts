import * as pulumi from "@pulumi/pulumi";
import type * as z from "zod";
import { propertyPath } from "../checklist/violation.ts";
import { settingsCatalogue } from "./catalogue.ts";
import { originsPrefix, originsVariable, type SettingOrigins } from "./origin-message.ts";
import { commonWords, type Read, relationOf } from "./relation.ts";

/**
 * Tells a preview from which settings the inputs of resources came. Settings are plain values, so nothing in an
 * input says where it is from: this notes each read of a setting, and relates the inputs of each resource to
 * what was read for it. Only a preview asks for it; a deployment runs without.
 */

/** The same settings, whose reads are noted where a preview asks for it. */
export function withOrigins<Settings extends object>(settings: Settings, schema: z.ZodObject): Settings {
  if (process.env[originsVariable] === undefined) return settings;
  const origins = new Origins(schema);
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts, resource }) => {
    origins.relate({ type, name }, props, resource, opts.parent);
    return undefined;
  });
  return origins.noted(settings, []);
}

type Scalar = Read["value"];

class Origins {
  #schema: z.ZodObject;
  #reads: Read[] = [];
  /** How many settings were read before the arguments of each resource. */
  #starts = new WeakMap<object, number>();
  #last = 0;
  #pending: SettingOrigins["resources"][number][] = [];

  constructor(schema: z.ZodObject) {
    this.#schema = schema;
  }

  noted<T extends object>(settings: T, path: readonly string[]): T {
    const inner = new Map<PropertyKey, object>();
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
        if (isScalar(value)) this.#reads.push({ path: propertyPath([...path, key]), value });
        return value;
      },
    });
  }

  relate(
    { type, name }: { type: string; name: string },
    props: unknown,
    resource: object,
    parent: object | undefined,
  ): void {
    const start = this.#last;
    this.#last = this.#reads.length;
    this.#starts.set(resource, start);
    const scope = (parent && this.#starts.get(parent)) ?? 0;
    const inputs: Record<string, string> = {};
    for (const [path, value] of leavesOf(props)) {
      const about = `${name} ${path}`;
      const origin =
        this.#best(about, value, start, false) ??
        this.#best(about, value, scope, true) ??
        this.#best(about, value, 0, true);
      if (origin !== undefined) inputs[path] = origin;
    }
    if (Object.keys(inputs).length > 0) this.#tell({ type, name, inputs });
  }

  /** The one setting that the value is nearest to, among those read from there on; undefined where two are. */
  #best(about: string, value: Scalar, from: number, isFar: boolean): string | undefined {
    let best = 0;
    let paths = new Set<string>();
    for (const read of this.#reads.slice(from)) {
      const relation = relationOf(value, read.value);
      if (relation === 0) continue;
      const named = commonWords(about, read.path) > 0;
      // What is weakly related, or was read for others too, must be named alike.
      if ((relation < 3 || isFar) && !named) continue;
      const score = relation + (named ? 0.5 : 0);
      if (score > best) [best, paths] = [score, new Set()];
      if (score === best) paths.add(read.path);
    }
    const [path, ...others] = paths;
    return others.length === 0 ? path : undefined;
  }

  /** All that one turn of the program declares goes in one message. */
  #tell(resource: SettingOrigins["resources"][number]): void {
    this.#pending.push(resource);
    if (this.#pending.length > 1) return;
    setImmediate(() => {
      const origins: SettingOrigins = { resources: this.#pending, settings: this.#settings() };
      this.#pending = [];
      void pulumi.log.debug(`${originsPrefix}${JSON.stringify(origins)}`);
    });
  }

  #settings(): SettingOrigins["settings"] {
    const read = new Map(this.#reads.map(({ path, value }) => [path, value]));
    const inLists = new Map<string, Scalar[]>();
    for (const [path, value] of read) {
      const [, list] = /^(.*)\[\d+\]$/.exec(path) ?? [];
      if (list !== undefined) inLists.set(list, [...(inLists.get(list) ?? []), value]);
    }
    return settingsCatalogue(this.#schema).flatMap(({ path: steps, checklist, fallback, section }) => {
      const path = propertyPath(steps);
      const value = read.get(path) ?? inLists.get(path);
      if (value === undefined || section) return [];
      return {
        path,
        items: [...checklist],
        ...(isScalar(fallback) && { fallback }),
        // What somebody has to set is always somebody's choice.
        differs: JSON.stringify(fallback) !== JSON.stringify(value),
      };
    });
  }
}

/** Inputs that are known, at any depth, with their paths. */
function* leavesOf(value: unknown, path: readonly string[] = []): Generator<[string, Scalar]> {
  if (isScalar(value)) yield [propertyPath(path), value];
  else if (path.length < 12 && (Array.isArray(value) || isPlain(value))) {
    for (const [key, child] of Object.entries(value)) yield* leavesOf(child, [...path, key]);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
