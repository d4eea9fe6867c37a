import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { parseSettings } from "../../config/parse.ts";
import type { SettingsSource } from "../../config/refusal.ts";
import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";

/** A mapping of JSON, as settings are written. */
export type Mapping = Record<string, unknown>;

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

/** The settings that Pulumi.<stack>.yaml holds, by top-level key without its namespace. */
export function writtenSettings(stack: string): Mapping {
  const text = readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
  const { config } = stackFile.parse(parse(text));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("optropic:", ""), value]),
  );
}

/** Settings as Pulumi hands them to a program: text as it stands, all else as JSON. */
export function configOf(settings: Mapping): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `optropic:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

export function source(secretKeys: readonly string[] = []): SettingsSource {
  return { stack: "production", namespace: "optropic", isSecret: (key) => secretKeys.includes(key) };
}

export function accept(settings: Mapping): Settings {
  return parseSettings(configOf(settings), source());
}

/** The message that settings are refused with; an error where they are accepted. */
export function refusal(config: Record<string, string>, secretKeys: readonly string[] = []): string {
  try {
    parseSettings(config, source(secretKeys));
  } catch (error) {
    if (error instanceof Failure && error.kind === "refused") return error.message;
    throw error;
  }
  throw new Error("accepted");
}

/** The lines of a refusal that each name a problem, without their indentation and namespace. */
export function problemLines(message: string): string[] {
  return message
    .split("\n")
    .filter((line) => line.startsWith("  optropic:"))
    .map((line) => line.slice("  optropic:".length));
}

/** Settings with the value at a dotted path replaced, or removed where there is none; what is not on the path is shared. */
export function changed(settings: Mapping, path: string, value?: unknown): Mapping {
  return changedAt(settings, path.split("."), path, value);
}

function changedAt(settings: Mapping, names: readonly string[], path: string, value: unknown): Mapping {
  const [name = "", ...inner] = names;
  const copy = { ...settings };
  if (inner.length > 0) {
    const next = copy[name] ?? {};
    if (!isMapping(next)) throw new Error(`${path} is not inside a mapping`);
    copy[name] = changedAt(next, inner, path, value);
  } else if (value === undefined) delete copy[name];
  else copy[name] = value;
  return copy;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
