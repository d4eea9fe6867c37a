import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { publishedSchemas } from "../../docs/schemas.ts";
import { payloadOf } from "../../evidence/envelope.ts";
import { sealRun } from "../../evidence/record.ts";
import { jsonLine } from "../../lib/json.ts";
import { busyReport } from "./busy.ts";
import { runOf } from "./records.ts";

function validatorOf(file: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(publishedSchemas[file]?.() ?? ""));
}

describe("the published schemas", () => {
  it.each(Object.entries(publishedSchemas))("has %s as the code has it: npm run docs", (file, text) => {
    expect(readFileSync(join(import.meta.dirname, "../../docs/schemas", file), "utf8")).toBe(text());
  });

  it("of a record takes what the code writes and refuses what it does not know", () => {
    const validate = validatorOf("run-v1.json");
    const { bytes } = sealRun(runOf(), undefined);
    const statement = JSON.parse(
      Buffer.from(payloadOf(JSON.parse(Buffer.from(bytes).toString()))).toString(),
    );
    expect(statement).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "optropic/production" }],
    });
    expect(validate(statement.predicate)).toBe(true);
    expect(validate({ ...statement.predicate, more: 1 })).toBe(false);
  });

  it("of a report takes a report with everything in it and refuses what it does not know", () => {
    const validate = validatorOf("report-v1.json");
    const report = JSON.parse(jsonLine(busyReport()));
    validate(report);
    expect(validate.errors).toBeNull();
    expect(validate({ ...report, more: 1 })).toBe(false);
    expect(validate({ ...report, decision: "maybe" })).toBe(false);
  });
});
