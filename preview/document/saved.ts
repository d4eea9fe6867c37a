import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readText } from "../../lib/files.ts";
import { schemaProblems } from "../../lib/schema-problems.ts";
import { checkDepth, type PropertyMap } from "../engine/values.ts";

/** A saved preview is read up to this size, in bytes. */
const maxSavedBytes = 64 * 1024 * 1024;

const name = z.string().max(10_000);

// What comes out of JSON.parse as an object is a property map already: to check it again node by node would
// take longer than the preview.
const properties = z.custom<PropertyMap>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "a mapping",
);

const savedDocument = z.object({
  project: name,
  stack: name,
  resources: z.array(
    z.object({
      urn: name,
      type: name,
      name,
      parent: name.default(""),
      protect: z.boolean().default(false),
      operation: z.enum(["create", "read", "same"]),
      inputs: properties,
    }),
  ),
  policies: z.array(
    z.object({
      pack: name,
      name,
      enforcement: z.enum(["advisory", "mandatory", "disabled", "remediate"]),
      status: z.enum(["passed", "violated", "waived", "not-applicable", "unknown", "elsewhere"]),
    }),
  ),
});

const savedError = z.object({
  error: z.object({ failure: name, message: z.string().max(1_000_000) }),
});

/** What `preview --json` printed, as far as a comparison wants it; also a preview that could not tell. */
export type SavedPreview = z.infer<typeof savedDocument> | z.infer<typeof savedError>;

/**
 * Reads what `preview --json` printed before.
 *
 * @param of the project and stack that it is to be compared with
 * @throws {Failure} when the file cannot be read, is no such document or is of another stack
 */
export function readSavedPreview(path: string, of: { project: string; stack: string }): SavedPreview {
  const content = parseFile(path);
  const isError = typeof content === "object" && content !== null && "error" in content;
  const parsed = (isError ? savedError : savedDocument).safeParse(content);
  if (!parsed.success) {
    throw new Failure(
      "diff",
      `${path} is not what optropic preview --json prints:\n${schemaProblems(parsed.error)}`,
    );
  }
  const saved: SavedPreview = parsed.data;
  if (!("resources" in saved)) return saved;
  if (saved.project !== of.project || saved.stack !== of.stack) {
    throw new Failure(
      "diff",
      `${path} is of ${saved.project}/${saved.stack}, not of ${of.project}/${of.stack}: save that one with --json first`,
    );
  }
  const seen = new Set<string>();
  for (const { urn } of saved.resources) {
    if (seen.has(urn)) throw new Failure("diff", `${path} holds ${urn} twice`);
    seen.add(urn);
  }
  return saved;
}

function parseFile(path: string): unknown {
  const what = `the saved preview ${path}`;
  const text = readText(what, path, { maximumBytes: maxSavedBytes, kind: "diff" });
  try {
    const content: unknown = JSON.parse(text);
    checkDepth(content);
    return content;
  } catch (error) {
    throw cannotRead(what, error, "diff");
  }
}
