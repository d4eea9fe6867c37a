import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { reportSchema, reportType } from "../evidence/report/schema.ts";
import { predicateType, runSchema } from "../evidence/statement.ts";

/** The JSON schemas that this project publishes, by file, each from the schema that the code has. */
export const publishedSchemas: Readonly<Record<string, () => string>> = {
  "run-v1.json": () => written(runSchema, predicateType, "What one run of optropic found"),
  "report-v1.json": () => written(reportSchema, reportType, "What optropic report shows of a stack"),
};

function written(schema: z.ZodType, id: string, title: string): string {
  const document = { $id: id, title, ...z.toJSONSchema(schema, { unrepresentable: "any" }) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(publishedSchemas)) {
    writeFileSync(join(import.meta.dirname, "schemas", file), text());
  }
}
