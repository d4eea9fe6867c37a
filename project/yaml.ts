import { readFileSync, statSync } from "node:fs";
import { parseDocument } from "yaml";
import * as z from "zod";
import { Failure, type FailureKind, reasonOf } from "../lib/failure.ts";

/** Files of settings are read up to this size, in bytes. */
export const maxSettingsBytes = 1024 * 1024;

/**
 * Reads a YAML file as Pulumi does: version 1.1, in which yes and on are booleans, but dates and times are
 * text. An empty file is an empty object.
 *
 * @throws {Failure} when the file cannot be read, is not YAML or does not fit
 */
export function readYaml<T>(path: string, schema: z.ZodType<T>, failure: FailureKind): T {
  const parsed = schema.safeParse(readDocument(path, failure) ?? {});
  if (parsed.success) return parsed.data;
  throw new Failure(failure, `${path} is not as Pulumi expects:\n${z.prettifyError(parsed.error)}`);
}

function readDocument(path: string, failure: FailureKind): unknown {
  try {
    if (statSync(path).size > maxSettingsBytes) throw new Error(`larger than ${maxSettingsBytes / 1024} KiB`);
    const document = parseDocument(readFileSync(path, "utf8"), {
      version: "1.1",
      // Numbers beyond what JavaScript counts exactly, such as account identifiers, keep every digit.
      intAsBigInt: true,
      customTags: (tags) =>
        tags.filter(
          (tag) => typeof tag === "string" || !(tag.tag.endsWith("timestamp") || tag.format === "TIME"),
        ),
    });
    const [problem] = document.errors;
    if (problem !== undefined) throw new Failure(failure, `${path} is not YAML: ${problem.message}`);
    return plainNumbers(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(failure, `${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Integers as numbers, or as text where a number would lose digits. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, plainNumbers(element)]));
}
