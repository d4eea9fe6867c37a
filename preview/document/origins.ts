import type { Violation } from "../../checklist/violation.ts";
import { type SettingOrigins, settingOrigins } from "../../config/origin-message.ts";
import { commonWords } from "../../config/relation.ts";
import { parseJson } from "../../lib/json.ts";
import { nameOf, typeOf } from "../engine/urn.ts";

/** A setting that a violation came from. */
export interface OriginSetting {
  /** Without the project's namespace. */
  readonly path: string;
  /** What it is where nobody sets it. */
  readonly fallback?: string | number | boolean | undefined;
}

type Setting = SettingOrigins["settings"][number];

/** Which settings the inputs of resources came from, as far as the program says. */
export class Origins {
  /** By type and name: a program does not know its URNs. */
  #inputs = new Map<string, Readonly<Record<string, string>>>();
  #settings = new Map<string, Setting>();

  /** @param said by the program, each JSON; what is not of the form is left out */
  constructor(said: readonly string[]) {
    for (const text of said) {
      const { data } = settingOrigins.safeParse(parseJson(text));
      for (const { type, name, inputs } of data?.resources ?? []) this.#inputs.set(`${type} ${name}`, inputs);
      for (const setting of data?.settings ?? []) this.#settings.set(setting.path, setting);
    }
  }

  /** The setting to change; undefined where the program or the policy does not say enough. */
  of(violation: Violation): OriginSetting | undefined {
    if (violation.setting !== undefined) return undefined;
    const path = this.#ofInput(violation) ?? this.#ofItem(violation);
    if (path === undefined) return undefined;
    return { path, fallback: this.#settings.get(path)?.fallback };
  }

  /** The setting behind the very input that is wrong, or the only one behind what is in it. */
  #ofInput({ resource = "", property, items, ...words }: Violation): string | undefined {
    const inputs = this.#inputs.get(`${typeOf(resource)} ${nameOf(resource)}`);
    if (inputs === undefined) return undefined;
    const paths = Object.entries(inputs).flatMap(([path, setting]) =>
      property === undefined || path === property || isWithin(path, property) ? [setting] : [],
    );
    const candidates = [...new Set(paths)].filter((path) => this.#setting(path)?.differs ?? true);
    if (property !== undefined && candidates.length === 1) return candidates[0];
    return nearest(
      candidates.filter((path) => this.#serves(path, items)),
      words,
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

  /** Of an element, the list is the setting that the schema knows. */
  #setting(path: string): Setting | undefined {
    return this.#settings.get(path) ?? this.#settings.get(path.replace(/\[\d+\].*$/, ""));
  }
}

/** The one path whose words are nearest to what a violation says; undefined where two are, or none is near. */
function nearest(
  paths: readonly string[],
  { found, expected = "" }: Pick<Violation, "found" | "expected">,
): string | undefined {
  const scores = paths.map((path) => ({ path, score: commonWords(`${found} ${expected}`, path) }));
  const best = Math.max(0, ...scores.map(({ score }) => score));
  const [first, ...others] = best === 0 ? [] : scores.filter(({ score }) => score === best);
  return others.length === 0 ? first?.path : undefined;
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && /^[.[]/.test(path.slice(outer.length));
}

/** What to do about a violation that came from a setting. */
export function fixOf(
  { path, fallback }: OriginSetting,
  place: { path: string; line: number } | undefined,
  expected: string,
): string {
  const where = place === undefined ? "in the stack's settings" : `in ${place.path}:${place.line}`;
  return fallback === undefined
    ? `Change ${path} ${where}: ${expected}`
    : `Set ${path} to ${String(fallback)} ${where}.`;
}
