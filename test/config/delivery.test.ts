import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { items } from "../../checklist/items.ts";
import { namesAt, settingsCatalogue } from "../../config/catalogue.ts";
import { deliverySchema } from "../../config/delivery.ts";
import { deliveryReference } from "../../config/describe.ts";
import { parseDeliverySettings } from "../../config/parse.ts";
import { Failure } from "../../lib/failure.ts";
import { packName } from "../../policies/model/pack-name.ts";
import packManifest from "../../policies/package.json" with { type: "json" };
import { matchesRef } from "../../policies/values/ref-pattern.ts";
import { acceptDelivery, deliverySource, writtenDelivery } from "./delivery.ts";
import { changed, isMapping, type Mapping } from "./stack.ts";

const written = writtenDelivery();
const catalogue = settingsCatalogue(deliverySchema);
const canary = "CANARY-7c2e";

/** The lines of a refusal that each name a problem. */
function refusal(settings: Mapping, secretKeys: readonly string[] = []): string[] {
  try {
    acceptDelivery(settings, secretKeys);
  } catch (error) {
    if (error instanceof Failure && error.kind === "refused") return error.message.split("\n");
    throw error;
  }
  throw new Error("accepted");
}

describe("the settings of the delivery", () => {
  it("are accepted, and again with the defaults filled in", () => {
    const settings = acceptDelivery(written);
    expect(acceptDelivery(settings)).toEqual(settings);
    expect(settings).toMatchObject(written);
  });

  it("write every setting out, but no waiver, none of its days, no backend and no bucket of one's own", () => {
    const missing = catalogue
      .map((entry) => entry.path)
      .filter(
        (path) =>
          path.reduce<unknown>((value, name) => (isMapping(value) ? value[name] : undefined), written) ===
          undefined,
      );
    expect(missing).toEqual([["backendUrl"], ["evidenceStore"], ["waiverDays"], ["waivers"]]);
  });

  it("need little more than names: the rest is the checklist's", () => {
    const settings = acceptDelivery({
      scope: "delivery",
      repository: { owner: "optropic", name: "platform", owners: ["platform"] },
      pulumiCloud: { organization: "optropic" },
    });
    expect(settings.repository.checks).toEqual(["test", "typecheck", "lint", "build", "preview"]);
    expect(settings.repository.review).toMatchObject({ approvals: 1, codeOwners: true, bypass: [] });
    expect(settings.environments.production).toMatchObject({ branches: [], tags: ["v*"] });
    expect(settings.pulumiCloud).toMatchObject({
      pack: { name: packName, version: packManifest.version },
      production: { stack: "production", branch: "release/production", policies: "mandatory" },
      staging: { stack: "staging", branch: "main", policies: "advisory" },
    });
  });

  it("are of the platform's own repository, branches and project", () => {
    const settings = acceptDelivery(written);
    const { pulumiCloud, repository } = settings;
    for (const stage of ["production", "staging"] as const) {
      const file = readFileSync(new URL(`../../Pulumi.${stage}.yaml`, import.meta.url), "utf8");
      const { config } = z
        .object({ config: z.looseObject({ "optropic:project": projectSchema }) })
        .parse(parse(file));
      const platform = config["optropic:project"];
      expect(`${repository.owner}/${repository.name}`).toBe(platform.repository);
      expect(pulumiCloud?.[stage].branch).toBe(platform.branch);
      expect(pulumiCloud?.project).toBe(platform.name);
      const guarded = [repository.defaultBranch, ...repository.protectedBranches];
      expect(guarded.some((pattern) => matchesRef(pattern, platform.branch))).toBe(true);
    }
  });

  it.each([
    ["scope", undefined, "optropic-delivery:scope: expected delivery; found nothing"],
    ["scope", "platform", 'optropic-delivery:scope: expected delivery; found "platform"'],
    [
      "repository.owner",
      "Optropic Ltd",
      "optropic-delivery:repository.owner: expected the name of an organization",
    ],
    ["repository.owners", [], "optropic-delivery:repository.owners: expected a list of at least 1; found"],
    [
      "repository.owners",
      ["a", "a"],
      "optropic-delivery:repository.owners: expected a list without duplicates",
    ],
    [
      "pulumiCloud.staging.teams",
      [
        { team: "platform", permission: "read" },
        { team: "platform", permission: "edit" },
      ],
      "optropic-delivery:pulumiCloud.staging.teams: expected a list without duplicates",
    ],
    ["repository.checks.0", "a\nb", "optropic-delivery:repository.checks[0]: expected the name of a check"],
    ["repository.review.approvals", 11, "optropic-delivery:repository.review.approvals: expected a whole"],
    ["repository.protectedBranches.0", "release/../x", "optropic-delivery:repository.protectedBranches[0]: "],
    ["repository.merge.methods", ["merge"], "optropic-delivery:repository.merge.methods[0]: expected squash"],
    ["repository.reviews", {}, "optropic-delivery:repository.reviews: unknown; did you mean"],
    ["environments.production.tags.0", "v 1", "optropic-delivery:environments.production.tags[0]: expected"],
    [
      "pulumiCloud.production.policies",
      "none",
      "optropic-delivery:pulumiCloud.production.policies: expected",
    ],
    [
      "pulumiCloud.production.driftSchedule",
      "daily",
      "optropic-delivery:pulumiCloud.production.driftSchedule: ",
    ],
    [
      "pulumiCloud.review.expiring.0.at",
      "2027-02-31",
      "optropic-delivery:pulumiCloud.review.expiring[0].at: ",
    ],
    [
      "pulumiCloud",
      undefined,
      "optropic-delivery:pulumiCloud: expected the settings of Pulumi Cloud, because",
    ],
    [
      "backend",
      "self-managed",
      "optropic-delivery:pulumiCloud: expected nothing, because the backend is self-managed",
    ],
    [
      "backendUrl",
      "s3://state",
      "optropic-delivery:backendUrl: expected nothing, because the backend is Pulumi",
    ],
    ["backend", "s3", "optropic-delivery:backend: expected pulumi-cloud or self-managed"],
  ])("refuse %s of %j, and say where and what", (path, value, message) => {
    const lines = refusal(withValue(written, path, value));
    expect(lines[1]).toContain(message);
    expect(lines.at(-1)).toBe(
      "1 problem in Pulumi.production.yaml; docs/delivery-settings.md lists every setting.",
    );
  });

  it("are refused as settings and in no other way, whatever is in the place of any", () => {
    const paths = catalogue.map(({ path }) => path.join("."));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), (path, value) => {
        const settings = withValue(written, path, value ?? null);
        try {
          acceptDelivery(settings);
        } catch (error) {
          expect(error).toMatchObject({ name: "Failure", kind: "refused" });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("may be of a backend of one's own, which has nothing at Pulumi Cloud", () => {
    const own = changed(changed(written, "backend", "self-managed"), "pulumiCloud");
    expect(acceptDelivery(own).pulumiCloud).toBeUndefined();
    expect(acceptDelivery({ ...own, backendUrl: "s3://state?region=eu-central-1" }).backendUrl).toBeDefined();
    const lines = refusal({ ...own, backendUrl: `s3://key:${canary}@state` }).join("\n");
    expect(lines).toContain(
      "optropic-delivery:backendUrl: expected the URL of a backend without credentials",
    );
    expect(lines).not.toContain(canary);
  });

  it("never show what is stored as a secret", () => {
    const lines = refusal(changed(written, "repository.visibility", canary), ["repository"]);
    expect(lines.join("\n")).toContain("found [secret]");
    expect(lines.join("\n")).not.toContain(canary);
  });

  it("are those of their own namespace", () => {
    const { scope, ...others } = written;
    const config = Object.fromEntries(
      Object.entries(others).map(([key, value]) => [`optropic-delivery:${key}`, JSON.stringify(value)]),
    );
    const attempt = () =>
      parseDeliverySettings({ ...config, "optropic:scope": String(scope) }, deliverySource());
    expect(attempt).toThrow(/optropic-delivery:scope: expected delivery; found nothing/);
  });
});

describe("docs/delivery-settings.md", () => {
  it("is what the schema says: node config/describe.ts delivery > docs/delivery-settings.md", () => {
    const page = readFileSync(new URL("../../docs/delivery-settings.md", import.meta.url), "utf8");
    expect(page).toBe(deliveryReference());
  });

  it("says what each setting means, by items of the checklist", () => {
    const known: string[] = items.map(({ id }) => id);
    for (const { path, description, expected, checklist } of catalogue) {
      expect(description, path.join(".")).toMatch(/^[A-Z0-9`].*\.$/s);
      expect(expected, path.join(".")).not.toBe("");
      expect(checklist.filter((id) => !known.includes(id))).toEqual([]);
    }
    expect(namesAt(catalogue, ["repository", "merge"])).toEqual(["methods", "auto", "deleteBranch"]);
  });
});

const projectSchema = z.looseObject({ name: z.string(), repository: z.string(), branch: z.string() });

/** The settings with one value replaced, in a list by its index. */
function withValue(settings: Mapping, path: string, value: unknown): Mapping {
  const [, list = "", index, rest] = /^(.*?)\.(\d+)(?:\.(.*))?$/.exec(path) ?? [];
  if (index === undefined) return changed(settings, path, value);
  const held = list.split(".").reduce<unknown>((part, name) => Object(part)[name], settings);
  const items: unknown[] = Array.isArray(held) ? held : [];
  const old = items[Number(index)];
  const item = rest === undefined ? value : changed(isMapping(old) ? old : {}, rest, value);
  return changed(settings, list, items.with(Number(index), item));
}
