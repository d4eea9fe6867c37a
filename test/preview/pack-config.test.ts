import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { fromStruct, toStruct } from "../../preview/engine/struct.ts";
import type { PropertyMap } from "../../preview/engine/values.ts";
import {
  type EnforcementLevel,
  levelFrom,
  type PackConfig,
  type PolicyInfo,
  readPackConfig,
  reconcile,
} from "../../preview/packs/pack-config.ts";

const levels = ["advisory", "mandatory", "disabled", "remediate"] as const;
const numbers: Record<EnforcementLevel, 0 | 1 | 2 | 3> = {
  advisory: 0,
  mandatory: 1,
  disabled: 2,
  remediate: 3,
};

function policy(
  name: string,
  level: EnforcementLevel = "mandatory",
  schema?: PolicyInfo["schema"],
): PolicyInfo {
  return { name, description: "", level, kind: "resource", items: [], remediationSteps: "", schema };
}

interface Setting {
  level: EnforcementLevel;
  properties?: PropertyMap;
}

function reconciled(policies: PolicyInfo[], initial: Record<string, Setting>, user: PackConfig | undefined) {
  const messages = new Map(
    Object.entries(initial).map(([name, { level, properties }]) => {
      const message = new analyzerPb.PolicyConfig();
      message.setEnforcementlevel(numbers[level]);
      if (properties !== undefined) message.setProperties(toStruct(properties));
      return [name, message];
    }),
  );
  const configs = reconcile("pack", policies, messages, user);
  return Object.fromEntries(
    [...configs].map(([name, config]) => [
      name,
      { level: levelFrom(config.getEnforcementlevel()), properties: fromStruct(config.getProperties()) },
    ]),
  );
}

describe("a policy's level", () => {
  it("comes from the nearest that sets one: by name, for all, by the pack's own name, for all, the policy", () => {
    const maybe = fc.option(fc.constantFrom(...levels), { nil: undefined });
    fc.assert(
      fc.property(
        maybe,
        maybe,
        maybe,
        maybe,
        fc.constantFrom(...levels),
        (named, all, own, ownAll, written) => {
          const initial = {
            ...(own && { p: { level: own } }),
            ...(ownAll && { all: { level: ownAll } }),
          };
          const user = { ...(named && { p: named }), ...(all && { all }) };
          const { p } = reconciled([policy("p", written)], initial, user);
          expect(p?.level).toBe(named ?? all ?? own ?? ownAll ?? written);
        },
      ),
    );
  });

  it("may stand with properties or without", () => {
    const { p, q } = reconciled(
      [policy("p"), policy("q")],
      {},
      { p: { enforcementLevel: "advisory", x: 1 }, q: { x: 1 } },
    );
    expect(p).toEqual({ level: "advisory", properties: { x: 1 } });
    expect(q).toEqual({ level: "mandatory", properties: { x: 1 } });
  });
});

describe("a policy's properties", () => {
  const schema: PolicyInfo["schema"] = {
    properties: { days: { type: "integer", minimum: 1, default: 7 }, name: { type: "string" } },
    required: ["name"],
  };

  it("are the schema's defaults, then the pack's, then the user's, each by itself", () => {
    const initial = { p: { level: "advisory" as const, properties: { name: "pack's", days: 8 } } };
    expect(reconciled([policy("p", "mandatory", schema)], initial, { p: { name: "user's" } }).p).toEqual({
      level: "advisory",
      properties: { days: 8, name: "user's" },
    });
    expect(
      reconciled([policy("p", "mandatory", schema)], {}, { p: { name: "user's" } }).p?.properties,
    ).toEqual({
      days: 7,
      name: "user's",
    });
  });

  it("are refused where they do not fit, also of a policy that is disabled", () => {
    expect(() => reconciled([policy("p", "disabled", schema)], {}, undefined)).toThrow(
      /the configuration of policy pack pack does not fit:\n {2}p\.name: .*undefined/,
    );
    expect(() => reconciled([policy("p", "mandatory", schema)], {}, { p: { name: "n", days: 1.5 } })).toThrow(
      /p\.days/,
    );
  });

  it("are refused of a policy that is not there", () => {
    expect(() => reconciled([policy("p")], {}, { q: "advisory", all: "advisory" })).toThrow(
      /^the configuration of policy pack pack does not fit:\n {2}q: the pack has no such policy$/,
    );
  });

  it("with a schema that cannot be read are refused, not judged by half", () => {
    const broken = { properties: { days: { type: "nonsense" } }, required: [] };
    expect(() => reconciled([policy("p", "mandatory", broken)], {}, { p: { days: 1 } })).toThrow(
      /^.*\n {2}p: its configuration schema cannot be read/,
    );
  });
});

describe("a file of policy configuration", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "configuration-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function reading(content: string) {
    const path = join(folder, "config.json");
    writeFileSync(path, content);
    return () => readPackConfig(path);
  }

  it("has levels, or levels and properties, and may be empty", () => {
    const config = { all: "advisory", p: { enforcementLevel: "disabled", list: [1] }, q: { list: [] } };
    expect(reading(JSON.stringify(config))()).toEqual(config);
    expect(reading(" \n")()).toEqual({});
  });

  it.each([
    ["{", /Cannot read the policy configuration .*JSON/],
    ["[]", /expected a mapping, found a list/],
    ['{"p":"strict"}', /\n {2}p: expected "advisory", "mandatory", "disabled", "remediate" or a mapping$/],
    ['{"p":1}', /\n {2}p: expected .* or a mapping, found a number$/],
    ['{"p":{"enforcementLevel":"strict"}}', /\n {2}p\.enforcementLevel: expected "advisory"/],
    [" ".repeat(1024 * 1024 + 1), /larger than 1 MiB/],
  ])("is refused where it is anything else", (content, message) => {
    expect(reading(content)).toThrow(Failure);
    expect(reading(content)).toThrow(message);
  });

  it("is refused where it is not there", () => {
    expect(() => readPackConfig(join(folder, "nowhere.json"))).toThrow(
      /Cannot read the policy configuration .*nowhere\.json: there is no such file/,
    );
  });
});
