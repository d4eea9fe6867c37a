import { readFileSync, statSync } from "node:fs";
import { parseDocument } from "yaml";
import type * as z from "zod";
import { Failure, type FailureKind, fileReasonOf } from "../lib/failure.ts";
import { schemaProblems } from "../lib/schema-problems.ts";
import { scalarTags } from "./scalars.ts";

/** Files of settings are read up to this size, in bytes. */
export const maxSettingsBytes = 1024 * 1024;

/**
 * Reads a YAML file as Pulumi's engine does. An empty file is an empty object; a whole number is a bigint, so
 * that account identifiers keep every digit.
 *
 * @throws {Failure} when the file cannot be read, is not YAML or does not fit
 */
export function readYaml<T>(path: string, schema: z.ZodType<T>, failure: FailureKind): T {
  const parsed = schema.safeParse(readDocument(path, failure) ?? {}, { jitless: true });
  if (parsed.success) return parsed.data;
  throw new Failure(failure, `${path} is not as Pulumi expects:\n${schemaProblems(parsed.error)}`);
}

function readDocument(path: string, failure: FailureKind): unknown {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error("not a file");
    if (stats.size > maxSettingsBytes) throw new Error(`larger than ${maxSettingsBytes / 1024} KiB`);
    const document = parseDocument(readFileSync(path, "utf8"), {
      schema: "failsafe",
      customTags: scalarTags,
      merge: true,
    });
    // As the engine does, what follows the first document is not read.
    const problem = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
    if (problem !== undefined) throw new Failure(failure, `${path} is not YAML: ${problem.message}`);
    return withTextKeys(document.toJS({ mapAsMap: true, maxAliasCount: 100 }));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(failure, `${path} cannot be read: ${fileReasonOf(error)}`);
  }
}

/** Mappings as objects. A key that is no text, such as a port, becomes the text that Go prints for it. */
function withTextKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTextKeys);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    [...value].map(([key, element]) => [key === null ? "<nil>" : String(key), withTextKeys(element)]),
  );
}
