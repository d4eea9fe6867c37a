import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { settings, start } from "../verify/vendor-faults.ts";
import { documented } from "./documents/index.ts";
import type { Documented } from "./documents/words.ts";
import { type FakePlatform, startPlatform } from "./fake/platform.ts";

let platform: FakePlatform;
beforeAll(async () => {
  platform = await startPlatform(settings, { declared: [], now: () => start });
});
afterAll(() => platform.stop());
beforeEach(() => platform.reset());

const routes = Object.entries(documented).flatMap(([vendor, of]) =>
  Object.entries(of).map(([route, each]: [string, Documented]) => ({ vendor, route, ...each })),
);

describe("what a document of a vendor says", () => {
  it.each(routes)(
    "$vendor answers $route on loopback as its document says",
    async ({ shape, ask, with: give }) => {
      give?.(platform.states);
      const answers: string[] = [];
      await ask({ environment: platform.environment, record: (raw) => answers.push(String(raw)) });
      expect(answers.length).toBeGreaterThan(0);
      for (const answer of answers) {
        const read = shape.safeParse(JSON.parse(answer));
        expect(read.success ? "" : z.prettifyError(read.error)).toBe("");
      }
    },
  );

  it.each(routes)(
    "the least that $vendor may answer to $route is understood, with each of its words",
    async ({ vendor, shape, ask }) => {
      const schema = z.toJSONSchema(shape);
      for (let turn = 0; turn < mostWords(schema); turn += 1) {
        platform.reset();
        platform.server.misbehave(vendor, { kind: "status", status: 200, body: least(schema, turn) });
        await ask({ environment: platform.environment });
      }
    },
  );
});

type Schema = z.core.JSONSchema.JSONSchema;

/** A document with nothing but what must be there: null where it may be, and of several words the one whose turn it is. */
function least(schema: Schema | boolean | undefined, turn: number): unknown {
  if (schema === undefined || typeof schema === "boolean") return {};
  const { const: only, enum: words, anyOf, type, required = [], properties = {}, items } = schema;
  if (only !== undefined) return only;
  if (words !== undefined) return words[turn % words.length];
  // Either form says that null is one of the values.
  if (anyOf !== undefined || Array.isArray(type)) return null;
  switch (type) {
    case "string":
      return schema.format === "date-time" ? "2026-11-28T12:00:00Z" : "text";
    case "boolean":
      return turn % 2 === 0;
    case "integer":
    case "number":
      return 1;
    case "array":
      return [Array.isArray(items) ? undefined : least(items, turn)];
    default:
      return Object.fromEntries(required.map((name) => [name, least(properties[name], turn)]));
  }
}

function mostWords(schema: Schema): number {
  return Math.max(
    2,
    ...(JSON.stringify(schema)
      .match(/"enum":\[[^\]]*\]/g)
      ?.map((list) => list.split(",").length) ?? []),
  );
}
