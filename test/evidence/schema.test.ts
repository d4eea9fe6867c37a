import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { runSchemaDocument } from "../../docs/schemas.ts";
import { payloadOf } from "../../evidence/envelope.ts";
import { sealRun } from "../../evidence/record.ts";
import { runOf } from "./records.ts";

describe("the published schema of a record", () => {
  it("is the one that the code has", () => {
    const published = readFileSync(join(import.meta.dirname, "../../docs/schemas/run-v1.json"), "utf8");
    expect(published).toBe(runSchemaDocument());
  });

  it("takes what the code writes and refuses what it does not know", () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(runSchemaDocument()));
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
});
