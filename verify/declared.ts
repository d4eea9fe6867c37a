import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { readText } from "../lib/files.ts";
import { parseJson } from "../lib/json.ts";

/** Largest preview that is read, in bytes. */
const maximumBytes = 64 * 1024 * 1024;

const name = z.string().max(10_000);
const count = z.number().int().positive();

const preview = z.object({
  resources: z
    .array(
      z.object({
        type: name,
        name,
        parent: name.optional(),
        inputs: z.record(z.string(), z.unknown()),
        source: z.object({ path: name, line: count, column: count }).optional(),
      }),
    )
    .max(100_000),
});

/** A resource as the program declares it: an unknown input is `{"unknown":true}`, a secret one `"[secret]"`. */
export type DeclaredResource = z.infer<typeof preview>["resources"][number];

/**
 * The resources in what `optropic preview --json` printed.
 *
 * @throws {Failure} `refused`
 */
export function readDeclared(path: string): DeclaredResource[] {
  const document = preview.safeParse(parseJson(readText(`--preview ${path}`, path, { maximumBytes })));
  if (document.success) return document.data.resources;
  throw new Failure("refused", `--preview ${path} is not what optropic preview --json prints`);
}
