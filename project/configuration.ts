import { Failure } from "../lib/failure.ts";
import { goJson } from "./go-json.ts";
import { parsePropertyPath } from "./property-path.ts";

/** What stands in place of a secret wherever one could be read or printed. */
export const secretPlaceholder = "[secret]";

/** A stack's configuration while it is put together. */
export class Configuration {
  /** Keys whose value is or holds a secret. */
  readonly secretKeys = new Set<string>();
  /** What overrides put in place of secrets, in plain text. */
  readonly givenSecrets: string[] = [];
  /** Keys that overrides gave a value. */
  readonly overridden = new Set<string>();
  #project: string;
  #values = new Map<string, unknown>();

  constructor(project: string) {
    this.#project = project;
  }

  /** Takes a setting as the stack's file has it, where `{secure: …}` is an encrypted value. */
  set(key: string, value: unknown): void {
    const full = this.fullKey(key);
    checkDepth(value, 0);
    this.#values.set(full, value);
    if (isSecure(value)) this.secretKeys.add(full);
    else this.secretKeys.delete(full);
  }

  /** Takes a setting that Pulumi.yaml gives where the stack has none; its key may be a path. */
  setDefault(key: string, value: unknown): void {
    if (this.find(key) !== undefined) return;
    const { top, path } = this.#steps(key);
    this.set(top, withValueAt(this.#values.get(this.fullKey(top)), path, value, key));
  }

  /** @returns the value at a path, in which `{secure: …}` is an encrypted value; undefined where none is */
  find(key: string): unknown {
    const { top, path } = this.#steps(key);
    let value = this.#values.get(this.fullKey(top));
    for (const step of path) {
      if (Array.isArray(value)) value = value[Number(step)];
      else value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }
    return value;
  }

  /** Has a setting be a secret that was given in plain text. */
  conceal(key: string): void {
    const full = this.fullKey(this.#steps(key).top);
    this.secretKeys.add(full);
    this.givenSecrets.push(...textsIn(this.find(key)));
  }

  /**
   * Takes `key=value` or `key.path=value`; the value is text, a whole number, a boolean or JSON. What was
   * secret stays so.
   *
   * @throws {Failure} for what cannot be read so, or does not fit the value that is there
   */
  override(assignment: string): void {
    const [, key = "", text = ""] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    const steps = parsePropertyPath(key.slice(key.lastIndexOf(":") + 1))?.map(String) ?? [];
    if (steps.length === 0 || steps.some(isPrototypeKey)) {
      // Its value, if any, may be a secret.
      const shown = JSON.stringify(assignment.replace(/=.*$/s, "=…"));
      throw new Failure("config", `--config ${shown} is not key=value or key.path=value`);
    }
    const { top, path } = this.#steps(key);
    const full = this.fullKey(top);
    const wasSecret = this.secretKeys.has(full);
    this.overridden.add(full);
    const value = readScalar(text);
    if (wasSecret) this.givenSecrets.push(...textsIn(value));
    this.set(top, withValueAt(this.#values.get(full), path, value, top));
    if (wasSecret) this.secretKeys.add(full);
  }

  /** @returns each setting as the text that the program reads, structures as JSON */
  values(): Map<string, string> {
    return new Map([...this.#values].map(([key, value]) => [key, textOf(key, value)]));
  }

  /**
   * @returns the key with the project's name before it unless it has a namespace
   * @throws {Failure} for a key of more parts than Pulumi takes
   */
  fullKey(key: string): string {
    const [namespace = "", ...rest] = key.split(":");
    if (rest.length === 0) return `${this.#project}:${key}`;
    if (rest.length === 1 || (rest.length === 2 && rest[0] === "config"))
      return `${namespace}:${rest.at(-1)}`;
    throw new Failure("config", `${JSON.stringify(key)} is not a setting's name: write namespace:name`);
  }

  /** A key's first step with its namespace, and the steps below it. */
  #steps(key: string): { top: string; path: string[] } {
    const end = key.lastIndexOf(":") + 1;
    const [first, ...path] = parsePropertyPath(key.slice(end)) ?? [key.slice(end)];
    return { top: key.slice(0, end) + first, path: path.map(String) };
  }
}

/** The text of a setting: an empty one is empty, as the engine has it. */
function textOf(key: string, value: unknown): string {
  const plain = withoutSecure(value);
  if (plain === null) return "";
  if (holdsInfinity(plain)) {
    throw new Failure("config", `${key} has a number that Pulumi cannot write: .inf and .nan are none`);
  }
  return typeof plain === "string" || typeof plain === "bigint" ? String(plain) : goJson(plain);
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInfinity);
}

function checkDepth(value: unknown, depth: number): void {
  if (depth > 100) throw new Failure("config", "a configuration value nests deeper than 100 levels");
  if (typeof value !== "object" || value === null) return;
  for (const element of Object.values(value)) checkDepth(element, depth + 1);
}

/** True for a value that is encrypted, as `pulumi config set --secret` writes it. */
export function isEncrypted(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** True for a value that is or holds a secret. */
export function isSecure(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isSecure);
}

function withoutSecure(value: unknown): unknown {
  if (isEncrypted(value)) return secretPlaceholder;
  if (Array.isArray(value)) return value.map(withoutSecure);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, withoutSecure(element)]));
}

/** @param at what the path leads to so far, for an error */
function withValueAt(target: unknown, path: readonly string[], value: unknown, at: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const below = `${at}.${key}`;
  if (target === undefined && key === "0") return [withValueAt(undefined, rest, value, below)];
  if (!Array.isArray(target)) {
    const record = isRecord(target) ? target : {};
    return { ...record, [key]: withValueAt(record[key], rest, value, below) };
  }
  const index = Number(key);
  if (!/^\d+$/.test(key) || index > target.length) {
    throw new Failure(
      "config",
      `cannot set ${below}: ${at} is a list of ${target.length}, so its next element is ${at}.${target.length}`,
    );
  }
  const element = withValueAt(target[index], rest, value, below);
  return index === target.length ? [...target, element] : target.with(index, element);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
    return [String(value)];
  }
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
