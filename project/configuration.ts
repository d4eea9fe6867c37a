import { Failure } from "../lib/failure.ts";

/** What stands in place of a secret wherever one could be read or printed. */
export const secretPlaceholder = "[secret]";

/** A stack's configuration while it is put together. */
export class Configuration {
  /** Keys whose value is or holds a secret. */
  readonly secretKeys = new Set<string>();
  /** What overrides put in place of secrets, in plain text. */
  readonly givenSecrets: string[] = [];
  #project: string;
  #values = new Map<string, unknown>();

  constructor(project: string) {
    this.#project = project;
  }

  /** Takes an entry of Pulumi.yaml: a value, or a declaration with a `value` or a `default`. */
  setDefault(key: string, entry: unknown): void {
    if (!isRecord(entry)) this.set(key, entry);
    else if (entry.value !== undefined) this.set(key, entry.value);
    else if (entry.default !== undefined) this.set(key, entry.default);
  }

  set(key: string, value: unknown): void {
    const full = this.#fullKey(key);
    const { plain, secure } = withoutSecure(value, 0);
    this.#values.set(full, plain);
    if (secure) this.secretKeys.add(full);
    else this.secretKeys.delete(full);
  }

  /**
   * Takes `key=value` or `key.path=value`; the value is text, a whole number, a boolean or JSON. What was
   * secret stays so.
   *
   * @throws {Failure} for what cannot be read so, or does not fit the value that is there
   */
  override(assignment: string): void {
    const [, key = "", text = ""] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    const [top = "", ...path] = key.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
    if (top === "" || path.includes("") || path.some(isPrototypeKey)) {
      // Its value, if any, may be a secret.
      const shown = JSON.stringify(assignment.replace(/=.*$/s, "=…"));
      throw new Failure("config", `--config ${shown} is not key=value or key.path=value`);
    }
    const full = this.#fullKey(top);
    const wasSecret = this.secretKeys.has(full);
    const value = readScalar(text);
    if (wasSecret) this.givenSecrets.push(...textsIn(value));
    this.set(top, withValueAt(this.#values.get(full), path, value, top));
    if (wasSecret) this.secretKeys.add(full);
  }

  values(): Map<string, string> {
    return new Map(
      [...this.#values].map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  }

  #fullKey(key: string): string {
    const [namespace, ...rest] = key.split(":");
    if (rest.length === 0) return `${this.#project}:${key}`;
    return `${namespace}:${rest.at(-1)}`;
  }
}

function withoutSecure(value: unknown, depth: number): { plain: unknown; secure: boolean } {
  if (depth > 100) throw new Failure("config", "a configuration value nests deeper than 100 levels");
  if (Array.isArray(value)) {
    const elements = value.map((element) => withoutSecure(element, depth + 1));
    return { plain: elements.map(({ plain }) => plain), secure: elements.some(({ secure }) => secure) };
  }
  if (!isRecord(value)) return { plain: value, secure: false };
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value.secure === "string")
    return { plain: secretPlaceholder, secure: true };
  const entries = keys.map((key) => ({ key, ...withoutSecure(value[key], depth + 1) }));
  return {
    plain: Object.fromEntries(entries.map(({ key, plain }) => [key, plain])),
    secure: entries.some(({ secure }) => secure),
  };
}

/** @param at what the path leads to so far, for an error */
function withValueAt(target: unknown, path: readonly string[], value: unknown, at: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const below = `${at}.${key}`;
  if (!Array.isArray(target)) {
    const record = isRecord(target) ? target : {};
    return { ...record, [key]: withValueAt(record[key], rest, value, below) };
  }
  const index = Number(key);
  if (!/^\d+$/.test(key) || index > target.length) {
    throw new Failure(
      "config",
      `--config ${below}: ${at} is a list of ${target.length}, so its next element is ${at}.${target.length}`,
    );
  }
  const element = withValueAt(target[index], rest, value, below);
  return index === target.length ? [...target, element] : target.with(index, element);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** As `pulumi config set --path` reads it: whole numbers and booleans by their look, so that 1.0 stays text. */
function readScalar(text: string): unknown {
  if (/^(true|false|-?(0|[1-9]\d{0,14}))$/.test(text) || /^[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
