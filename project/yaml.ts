import { statSync } from "node:fs";
import { parseDocument } from "yaml";
import type * as z from "zod";
import { Failure, type FailureKind } from "../lib/failure.ts";
import { cannotRead } from "../lib/file-reasons.ts";
import { readText } from "../lib/files.ts";
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
    // Nobody would wait for a pipe that a project has in place of its settings.
    if (statSync(path).isFIFO()) throw new Error("it is not a regular file");
    const document = parseDocument(readText(path, path, { maximumBytes: maxSettingsBytes, kind: failure }), {
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
    throw cannotRead(path, error, failure);
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
