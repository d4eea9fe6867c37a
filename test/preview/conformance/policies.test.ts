import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PolicyOutcome, type PreviewDocument, preview } from "../../../preview/index.ts";
import { installPolicies, packWith, policySdks } from "./policies.ts";
import { installSdks, projectOf, remove } from "./sdks.ts";

const versions = Object.keys(policySdks);
const folder = mkdtempSync(join(tmpdir(), "conformance-policies-"));
let document: PreviewDocument;

beforeAll(async () => {
  const sdks = installSdks();
  const policies = installPolicies();
  document = await preview({
    cwd: projectOf("judged", "sdk-newest", sdks, folder),
    stack: "dev",
    policyPacks: versions.map((version) => packWith(version, { policies, sdks, folder })),
    policyPackConfigs: versions.map(() => ({ configured: { enforcementLevel: "advisory", least: 5 } })),
    timeoutMs: 120_000,
  });
}, 600_000);

afterAll(() => remove(folder));

/** Whether a version of @pulumi/policy has what came with another. */
function since(version: string, first: string): boolean {
  return version.localeCompare(first, "en", { numeric: true }) >= 0;
}

/** Those that remediate, in the order of the packs: each signs what the ones before it left. */
const signed = versions.filter((version) => since(version, "1.11.0"));

describe.each(versions)("@pulumi/policy %s", (version) => {
  const policy = (name: string): PolicyOutcome | undefined =>
    document.policies.find((one) => one.pack === `policy-${version}` && one.name === name);
  const told = (name: string): Record<string, unknown> =>
    Object.fromEntries(
      (policy(name)?.violations ?? []).map(({ urn, message }) => {
        return [urn.split("::").at(-1), JSON.parse(message)];
      }),
    );
  const options = {
    ...{ protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] },
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  };
  const parent = (name: string) => (since(version, "1.14.0") ? { parent: name } : {});
  const unknown = (path: string) => `string value at ${path} can't be known during preview`;
  const first = {
    ...{
      type: "test:index:Thing",
      name: "first",
      size: 4,
      secret: "[secret]",
      by: signed,
      nested: "undefined",
    },
    ...{ opts: { ...options, ...parent("judged-dev") }, provider: { name: "default" } },
  };
  const second = {
    ...{ type: "test:index:Thing", name: "second", size: 9 },
    unknown: unknown(".unknown"),
    nested: unknown(".nested.list.1"),
    opts: {
      ...{
        ...options,
        ...parent("group"),
        protect: true,
        ignoreChanges: ["size"],
        deleteBeforeReplace: true,
      },
      additionalSecretOutputs: ["made"],
      customTimeouts: { ...options.customTimeouts, createSeconds: 90 },
    },
    provider: { name: "explicit", region: "here" },
  };

  it("is given each resource", () => {
    expect(told("sees-resource")).toEqual({
      first,
      second,
      group: expect.objectContaining({ name: "group" }),
    });
  });

  it.each(["sees-stack", "sees-stack-too"])("is given the stack: %s", (name) => {
    expect(told(name)).toEqual({
      first: { ...first, config: {}, parent: "judged-dev", dependencies: [], propertyDependencies: {} },
      second: {
        ...{ ...second, config: {}, parent: "group", dependencies: ["first"] },
        propertyDependencies: { unknown: ["first"], nested: ["first"] },
      },
      group: expect.objectContaining({ name: "group" }),
    });
  });

  it("is configured", () => {
    expect(policy("configured")).toMatchObject({
      ...{ enforcement: "advisory", status: "violated" },
      violations: [{ message: "4 is less than 5" }],
    });
  });

  it("cannot tell what is not known", () => {
    expect(policy("reads-unknown")).toMatchObject({
      ...{ enforcement: "mandatory", status: "unknown" },
      violations: [{ message: unknown(".unknown") }],
    });
  });

  it("remediates where it can", () => {
    const applied = document.remediations.filter(({ pack }) => pack === `policy-${version}`);
    expect(applied.map(({ properties }) => properties.map(({ path }) => path))).toEqual(
      signed.includes(version) ? [[`by[${signed.indexOf(version)}]`]] : [],
    );
  });
});

it("registers what all packs left of the resource", () => {
  expect(document.resources.find(({ name }) => name === "first")?.inputs).toEqual({
    ...{ size: 4, secret: "[secret]", by: signed },
  });
  expect(JSON.stringify(document)).not.toContain("hush-hush");
});
