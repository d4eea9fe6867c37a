import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { predicateType, runSchema } from "../evidence/statement.ts";

/** The JSON schema of a record's predicate, from the schema that checks it. */
export function runSchemaDocument(): string {
  const schema = z.toJSONSchema(runSchema, { unrepresentable: "any" });
  const document = { $id: predicateType, title: "What one run of optropic found", ...schema };
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "schemas", "run-v1.json"), runSchemaDocument());
