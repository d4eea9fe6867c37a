import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { propertyPath } from "../../checklist/violation.ts";
import { packName } from "../../policies/model/pack-name.ts";
import {
  type PreviewDocument,
  type PreviewOptions,
  preview,
  type ShownViolation,
} from "../../preview/index.ts";
import { pack } from "../preview/harness.ts";
import { type Judgment, judge } from "./judge.ts";
import type { RecordedResource } from "./record.ts";
import { type Previewed, previewed } from "./recorded.ts";
import { recordDelivery, recordPlatform } from "./stacks.ts";

// What tests record in-process has to be what a pack sees in a real preview, and what the pack says of it too.

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "seen-"));

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const broken = [
  "edge.minTlsVersion=1.0",
  "database.pitrDays=0",
  "secrets.length=32",
  'edge.corsOrigins=["*"]',
  "objectives.p95Ms=800",
  `waivers=${JSON.stringify([
    waiver({ policy: "tls-minimum-version", resource: "edge-min-tls-version" }),
    waiver({ policy: "no-such-policy", resource: "*" }),
  ])}`,
];

describe.each([
  { name: "production", preview: () => previewed("production"), record: () => recordPlatform() },
  { name: "staging", preview: () => previewed("staging"), record: () => recordPlatform("staging") },
  {
    name: "a production that breaks items",
    preview: () => previewOf({ cwd: root, stack: "production", config: broken }),
    record: () => recordPlatform("production", ...broken),
  },
  {
    name: "the delivery",
    preview: () => previewOf({ cwd: join(root, "delivery"), stack: "production" }),
    record: () => recordDelivery(),
  },
])("$name, recorded", ({ preview, record }) => {
  const recorded = record();
  let document: PreviewDocument;
  let seen: readonly RecordedResource[];

  beforeAll(async () => {
    ({ document, seen } = await preview());
  });

  it("is what a policy pack sees in a preview", async () => {
    const { resources } = await recorded;
    expect(byUrn(resources)).toEqual(byUrn(seen));
    expect(resources.length).toBeGreaterThan(30);
  });

  it("is judged as by the pack in a preview", async () => {
    const { resources, context } = await recorded;
    const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "";
    const shown = document.policies.filter((policy) => policy.pack === packName);
    const judged = judge(resources, context).map((judgment) => summaryOf(judgment, root));
    expect(judged).toEqual(
      shown.map(({ name, items, status, enforcement, violations }, place) => ({
        name,
        items,
        status,
        enforcement,
        violations: violations.map((violation, index) => {
          const { urn, message, expected, property, waiver } = violation;
          // What only a preview knows: a setting that the program read, and how to change it.
          const { fix, setting } = isTraced(violation)
            ? (judged[place]?.violations[index] ?? violation)
            : violation;
          return { urn, message, expected, fix, property, setting, waiver };
        }),
      })),
    );
  });
});

function isTraced({ setting = "", fix = "" }: ShownViolation): boolean {
  return setting !== "" && (fix.startsWith(`Set ${setting} to `) || fix.startsWith(`Change ${setting} in `));
}

function waiver(of: { policy: string; resource: string }) {
  return { ...of, reason: "Only an example", approvedBy: "security@optropic.example", until: inDays(30) };
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Previews with the pack of this repository, and with another that writes what it is handed. */
async function previewOf(program: Pick<PreviewOptions, "cwd" | "stack" | "config">): Promise<Previewed> {
  const file = join(folder, "seen.json");
  vi.stubEnv("SEEN_BY_PACK", file);
  const policyPacks = [join(root, "policies"), pack("seen")];
  const document = await preview({ ...program, policyPacks, timeoutMs: 150_000 });
  return { document, seen: JSON.parse(readFileSync(file, "utf8")) };
}

function byUrn(resources: readonly RecordedResource[]): Record<string, RecordedResource> {
  return Object.fromEntries(resources.map((resource) => [resource.urn, resource]));
}

interface Objection {
  urn: string;
  message: unknown;
  expected?: string | undefined;
  fix?: string | undefined;
  property?: string | undefined;
  setting?: string | undefined;
  waiver?: ShownViolation["waiver"];
}

/**
 * A judgment as the document of a preview has it: what its policy always expects and how to fix it are said once,
 * of the policy, and what is unknown is of a resource, in words of the SDK.
 */
function summaryOf({ policy, status, enforcement, violations, unknown }: Judgment, root: string) {
  const { name, items, title } = policy;
  const objections: Objection[] = violations.map(
    ({ resource, found, expected, fix, property, setting, waiver }) => ({
      urn: resource ?? root,
      message: found,
      expected: expected === title ? undefined : expected,
      fix: fix === policy.fix ? undefined : fix,
      ...{ property, setting, waiver },
    }),
  );
  if (unknown !== undefined) {
    const { resource, path } = unknown;
    const property = propertyPath(path);
    const message: unknown = expect.stringContaining(` at .${path.join(".")} can't be known during preview`);
    objections.push({ urn: resource.urn, message, property });
  }
  return { name, items, status, enforcement, violations: objections };
}
