import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import type { Log, Run } from "sarif";

const schemaPath = createRequire(import.meta.url).resolve(
  "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
);

/** The schema is of draft 4; what it uses of that differs in the name of its own identifier only. */
const { $schema: _draft, id: $id, ...schema } = JSON.parse(readFileSync(schemaPath, "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile<Log>({ ...schema, $id });

/**
 * Reads a log of one run.
 *
 * @throws {Error} where it is not as the schema of SARIF 2.1.0 says
 */
export function readSarif(text: string): Run {
  const log: unknown = JSON.parse(text);
  if (!validate(log)) throw new Error(ajv.errorsText(validate.errors));
  const [run] = log.runs;
  if (run === undefined) throw new Error("no run");
  return run;
}
