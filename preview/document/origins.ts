import { propertyPath, type Violation } from "../../checklist/violation.ts";
import type { CatalogueEntry } from "../../config/catalogue.ts";
import { type SettingsRead, settingsRead } from "../../config/origin-message.ts";
import { commonWords, type Read, relationOf } from "../../config/relation.ts";
import { parseJson } from "../../lib/json.ts";
import { nameOf, typeOf } from "../engine/urn.ts";
import type { PropertyMap, PropertyValue } from "../engine/values.ts";

/** A setting that a violation came from. */
export interface OriginSetting {
  /** Without the project's namespace. */
  readonly path: string;
  /** What it is where nobody sets it, which is what the checklist asks for. */
  readonly fallback?: string | number | boolean | undefined;
}

interface Setting extends OriginSetting {
  readonly items: readonly string[];
  /** Whether somebody set it to something else than its default. */
  readonly differs: boolean;
}

type Marked = SettingsRead["resources"][number];

/**
 * Which setting a violation came from, as far as the settings that the program read while it declared the
 * resource tell. Where two are as likely, or none is, it says nothing.
 */
export class Origins {
  #reads: Read[] = [];
  /** By type and name: a program does not know its URNs. */
  #resources = new Map<string, Marked>();
  #settings = new Map<string, Setting>();

  /**
   * @param said by the program, each JSON; what is not of the form is left out
   * @returns undefined where the program says nothing of settings
   */
  static async of(said: readonly string[]): Promise<Origins | undefined> {
    const messages = said.flatMap((text) => settingsRead.safeParse(parseJson(text)).data ?? []);
    const [first] = messages;
    if (first === undefined) return undefined;
    const { catalogueOf } = await import("../../config/models.ts");
    return new Origins(messages, catalogueOf(first.reference));
  }

  constructor(messages: readonly SettingsRead[], catalogue: readonly CatalogueEntry[]) {
    for (const { settings, reads, resources } of messages) {
      for (const place of reads) this.#reads.push(settings[place] ?? { path: "", value: "" });
      for (const resource of resources) this.#resources.set(`${resource.type} ${resource.name}`, resource);
    }
    for (const entry of catalogue) {
      const setting = settingOf(entry, catalogue, this.#reads);
      if (setting !== undefined) this.#settings.set(setting.path, setting);
    }
  }

  /** @param inputs of the resource that the violation is about */
  settingOf(violation: Violation, inputs: PropertyMap): OriginSetting | undefined {
    const read = this.#ofInput(violation, inputs) ?? this.#ofItem(violation);
    if (read === undefined) return undefined;
    const { path = read, fallback } = this.#setting(read) ?? {};
    return { path, fallback };
  }

  /** The setting behind the very input that is wrong, or the only one behind what is in it. */
  #ofInput({ resource = "", property, items, ...words }: Violation, inputs: PropertyMap): string | undefined {
    const marked = this.#resources.get(`${typeOf(resource)} ${nameOf(resource)}`);
    if (marked === undefined) return undefined;
    const paths = [...leavesOf(inputs, marked.name)]
      .filter(({ path }) => property === undefined || path === property || isWithin(path, property))
      .flatMap((leaf) => this.#behind(leaf, marked) ?? []);
    const candidates = [...new Set(paths)].filter((path) => this.#setting(path)?.differs ?? true);
    if (property !== undefined && candidates.length === 1) return candidates[0];
    const serving = candidates.filter((path) => this.#serves(path, items));
    return nearest(serving, words) ?? (property === undefined ? undefined : nearest(candidates, words));
  }

  /** What was read just before, else for the component, else anywhere: the further, the more must agree. */
  #behind(leaf: Leaf, { start, end, scope }: Marked): string | undefined {
    return (
      best(leaf, this.#reads.slice(start, end), false) ??
      best(leaf, this.#reads.slice(scope, end), true) ??
      best(leaf, this.#reads.slice(0, end), true)
    );
  }

  /**
   * Where a resource is missing, no input is wrong: then the setting that serves the item, is not what the
   * checklist asks for, and is what the violation speaks of.
   */
  #ofItem({ items, ...words }: Violation): string | undefined {
    const changed = [...this.#settings.values()].filter(({ differs }) => differs);
    const serving = changed.map(({ path }) => path).filter((path) => this.#serves(path, items));
    return nearest(serving, words);
  }

  #serves(path: string, items: readonly string[]): boolean {
    return this.#setting(path)?.items.some((item) => items.includes(item)) ?? false;
  }

  /** Of an element, the list is the setting that the schema knows and a person changes. */
  #setting(path: string): Setting | undefined {
    return this.#settings.get(path) ?? this.#settings.get(path.replace(/\[\d+\].*$/, ""));
  }
}

function settingOf(
  { path: steps, fallback, section }: CatalogueEntry,
  catalogue: readonly CatalogueEntry[],
  reads: readonly Read[],
): Setting | undefined {
  const path = propertyPath(steps);
  const known = new Map(reads.flatMap((read) => (isOf(read.path, path) ? [[read.path, read.value]] : [])));
  if (section || known.size === 0) return undefined;
  const value = known.get(path) ?? [...known.values()];
  // What a section serves, its settings serve.
  const around = catalogue.filter((entry) => entry.path.every((step, index) => step === steps[index]));
  return {
    path,
    items: around.flatMap(({ checklist }) => checklist),
    ...(isScalar(fallback) && { fallback }),
    differs: JSON.stringify(fallback) !== JSON.stringify(value),
  };
}

/** Whether a path is that of the setting, or of an element of it. */
function isOf(path: string, setting: string): boolean {
  return path === setting || (path.startsWith(setting) && /^\[\d+\]$/.test(path.slice(setting.length)));
}

interface Leaf {
  path: string;
  value: Read["value"];
  /** What names it: the resource, its path, and the names of what it is in. */
  about: string;
}

/** Inputs that are known, at any depth, with their paths. */
function* leavesOf(value: PropertyValue, about: string, path: readonly string[] = []): Generator<Leaf> {
  if (isScalar(value)) yield { path: propertyPath(path), value, about };
  else if (typeof value === "object" && value !== null && path.length < 12) {
    const entries = Object.entries(value);
    const names = entries.flatMap(([key, child]) =>
      naming.has(key) && typeof child === "string" ? [child] : [],
    );
    const inside = [about, ...names].join(" ");
    for (const [key, child] of entries) yield* leavesOf(child, `${inside} ${key}`, [...path, key]);
  }
}

/** Properties that say what the others beside them are about. */
const naming = new Set(["name", "key", "title", "settingId", "slug"]);

function isScalar(value: unknown): value is Read["value"] {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The one setting that a value is nearest to; undefined where two are. */
function best({ value, about }: Leaf, reads: readonly Read[], isFar: boolean): string | undefined {
  let highest = 0;
  let paths = new Set<string>();
  for (const read of reads) {
    const relation = relationOf(value, read.value);
    if (relation === 0) continue;
    const isNamed = commonWords(about, read.path) > 0;
    // What is weakly related, or was read for others too, must be named alike.
    if ((relation < 3 || isFar) && !isNamed) continue;
    const score = relation + (isNamed ? 0.5 : 0);
    if (score > highest) [highest, paths] = [score, new Set()];
    if (score === highest) paths.add(read.path);
  }
  const [path, ...others] = paths;
  return others.length === 0 ? path : undefined;
}

/** The one path whose words are nearest to what a violation says; undefined where two are, or none is near. */
function nearest(
  paths: readonly string[],
  { found, expected = "" }: Pick<Violation, "found" | "expected">,
): string | undefined {
  const scores = paths.map((path) => ({ path, score: commonWords(`${found} ${expected}`, path) }));
  const highest = Math.max(0, ...scores.map(({ score }) => score));
  const [first, ...others] = highest === 0 ? [] : scores.filter(({ score }) => score === highest);
  return others.length === 0 ? first?.path : undefined;
}

/** Whether a path is of a part of what another one is of. */
export function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && /^[.[]/.test(path.slice(outer.length));
}

/** What to do about a violation that came from a setting; `isFlag` where --config gives the setting. */
export function fixOf(
  { path, fallback }: OriginSetting,
  place: { path: string; line: number } | undefined,
  expected: string,
  isFlag = false,
): string {
  const where =
    place === undefined
      ? isFlag
        ? "in the --config that gives it"
        : "in the stack's settings"
      : `in ${place.path}:${place.line}${isFlag ? ", or in the --config that overrides it" : ""}`;
  return fallback === undefined
    ? `Change ${path} ${where}: ${expected}`
    : `Set ${path} to ${String(fallback)} ${where}.`;
}
