import { describe, expect, test } from "vitest";
import { cloudflare, render, supabase, vercel } from "../../policies/model/tokens.ts";
import { cdnEnabled, dnsRecords, oneRegion } from "../../policies/platform.ts";
import {
  renderAutoDeploy,
  renderAutoscaling,
  renderCustomDomain,
  renderServiceConfigured,
} from "../../policies/render.ts";
import { vercelCustomDomain } from "../../policies/vercel.ts";
import { type Fixture, outcomeOf, production, staging, unknown, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const messages = (...[policy, stack]: Parameters<typeof outcomeOf>) =>
  outcomeOf(policy, stack).violations.map(({ found }) => found);

describe("regions", () => {
  const located = (vercelRegion: unknown, renderRegion: unknown, databaseRegion: unknown): Fixture[] => [
    {
      type: vercel.project,
      name: "web",
      props: { resourceConfig: { functionDefaultRegions: [vercelRegion] } },
    },
    { type: render.webService, name: "api", props: { region: renderRegion } },
    { type: supabase.project, name: "database", props: { region: databaseRegion } },
  ];

  test.each([
    ["fra1", "frankfurt", "eu-central-1"],
    ["iad1", "virginia", "us-east-1"],
    ["cle1", "ohio", "us-east-2"],
    ["pdx1", "oregon", "us-west-2"],
    ["sin1", "singapore", "ap-southeast-1"],
  ])("%s, %s and %s are one place", (...regions) => {
    expect(outcomeOf(oneRegion, located(...regions)).status).toBe("passed");
  });

  test("apart are named with what is there", () => {
    expect(messages(oneRegion, located("fra1", "frankfurt", "us-east-1"))).toEqual([
      expect.stringContaining("The regions are in different places: fra1 (web), us-east-1 (database)."),
    ]);
  });

  test("apart are a violation whatever a third one is", () => {
    expect(outcomeOf(oneRegion, located("fra1", "oregon", unknown)).status).toBe("violated");
    expect(outcomeOf(oneRegion, located("fra1", "frankfurt", unknown)).status).toBe("unknown");
  });

  test("may be new to the pack, where all are the same", () => {
    expect(outcomeOf(oneRegion, located("eu-south-9", "eu-south-9", "eu-south-9")).status).toBe("passed");
    expect(outcomeOf(oneRegion, located("zzz9", "frankfurt", "eu-central-1")).status).toBe("violated");
  });

  test("include the older way to say one at Vercel, workers and jobs", () => {
    const older = withProps(located("fra1", "frankfurt", "eu-central-1"), "web", {
      resourceConfig: undefined,
      serverlessFunctionRegion: "fra1",
    });
    expect(outcomeOf(oneRegion, older).status).toBe("passed");
    const job: Fixture = { type: render.cronJob, name: "job", props: { region: "ohio" } };
    expect(outcomeOf(oneRegion, [...older, job]).status).toBe("violated");
  });
});

describe("DNS", () => {
  const record = (props: Record<string, unknown>): Fixture => ({
    type: cloudflare.dnsRecord,
    name: "record",
    props: { zoneId: unknown, type: "CNAME", proxied: true, ...props },
    from: { zoneId: ["edge-zone"] },
  });
  const withRecord = (props: Record<string, unknown>) => [
    ...without(passingStack(), "edge-api"),
    record(props),
  ];

  test.each([
    ["in full", { name: "api.optropic.example" }],
    ["in full, with a dot", { name: "API.optropic.example." }],
    ["in its zone", { name: "api" }],
    ["an address", { name: "api", type: "AAAA" }],
  ])("knows a record named %s", (_, props) => {
    expect(outcomeOf(dnsRecords, withRecord(props)).status).toBe("passed");
    expect(outcomeOf(cdnEnabled, withRecord(props)).status).toBe("passed");
  });

  test.each([
    ["of another name", { name: "app" }],
    ["of another kind", { name: "api", type: "TXT" }],
    ["of another zone's name", { name: "api.optropic.example.org" }],
  ])("does not take a record %s", (_, props) => {
    expect(messages(dnsRecords, withRecord(props))).toEqual([
      expect.stringContaining("api.optropic.example has no DNS record in this stack."),
    ]);
  });

  test("knows the zone itself by an at sign, and a zone by its id", () => {
    const apex = withProps(passingStack(), "edge-web", { name: "@" });
    expect(outcomeOf(dnsRecords, apex).status).toBe("passed");
    const byId: Fixture[] = [
      { type: vercel.domain, name: "domain", props: { domain: "app.optropic.example" } },
      { type: cloudflare.zone, name: "zone", props: { name: "optropic.example" }, outputs: { id: "zone-1" } },
      { type: cloudflare.dnsRecord, name: "record", props: { zoneId: "zone-1", type: "A", name: "app" } },
    ];
    expect(outcomeOf(dnsRecords, byId).status).toBe("passed");
  });

  test("may be at Vercel", () => {
    const atVercel: Fixture[] = [
      { type: vercel.domain, name: "domain", props: { domain: "app.optropic.example" } },
      {
        type: vercel.dnsRecord,
        name: "record",
        props: { domain: "optropic.example", name: "app", type: "CNAME" },
      },
    ];
    expect(outcomeOf(dnsRecords, atVercel).status).toBe("passed");
  });

  test("is not asked of names that a host gives", () => {
    const domain = { type: vercel.domain, name: "generated", props: { domain: "optropic.vercel.app" } };
    expect(outcomeOf(dnsRecords, [...passingStack(), domain]).status).toBe("passed");
  });

  test("is unknown where a record's name is", () => {
    expect(outcomeOf(dnsRecords, withProps(passingStack(), "edge-api", { name: unknown })).status).toBe(
      "unknown",
    );
    expect(outcomeOf(cdnEnabled, withProps(passingStack(), "edge-api", { proxied: unknown })).status).toBe(
      "unknown",
    );
  });
});

describe("a domain of a host", () => {
  test("may be unknown", () => {
    expect(
      outcomeOf(vercelCustomDomain, withProps(passingStack(), "web-domain", { domain: unknown })).status,
    ).toBe("unknown");
    expect(
      outcomeOf(renderCustomDomain, withProps(passingStack(), "api-service", { customDomains: unknown }))
        .status,
    ).toBe("unknown");
  });

  test("is of that host alone", () => {
    const other: Fixture = { type: vercel.project, name: "other", props: {} };
    expect(messages(vercelCustomDomain, [...passingStack(), other])).toEqual([
      expect.stringContaining("other has no domain of its own."),
    ]);
  });
});

describe("a service at Render", () => {
  const service = (props: Record<string, unknown>) => withProps(passingStack(), "api-service", props);
  const repository = { repoUrl: "https://github.com/optropic/platform", branch: "release/production" };

  test("may be built by Docker or be an image, which does not deploy by itself", () => {
    const docker = service({
      runtimeSource: { docker: { ...repository, autoDeployTrigger: "commit" } },
      startCommand: undefined,
    });
    expect(outcomeOf(renderServiceConfigured, docker).status).toBe("passed");
    expect(outcomeOf(renderAutoDeploy, docker).status).toBe("passed");
    const image = service({
      runtimeSource: { image: { imageUrl: "ghcr.io/optropic/api" } },
      startCommand: undefined,
    });
    expect(outcomeOf(renderServiceConfigured, image).status).toBe("passed");
    expect(outcomeOf(renderAutoDeploy, image).status).toBe("violated");
    expect(messages(renderServiceConfigured, service({ runtimeSource: {} }))).toEqual([
      expect.stringContaining("api-service does not declare runtimeSource."),
    ]);
  });

  test("deploys by itself by the older switch too, and must say so", () => {
    const built = (edit: object) => service({ runtimeSource: { nativeRuntime: { ...repository, ...edit } } });
    expect(outcomeOf(renderAutoDeploy, built({ autoDeploy: true })).status).toBe("passed");
    expect(outcomeOf(renderAutoDeploy, built({})).status).toBe("violated");
    expect(outcomeOf(renderAutoDeploy, built({ autoDeployTrigger: unknown })).status).toBe("unknown");
  });

  test("scales in production, and should in staging", () => {
    const fixed = service({ autoscaling: undefined, numInstances: 1 });
    expect(outcomeOf(renderAutoscaling, fixed, production).violations[0]?.enforcementLevel).toBeUndefined();
    expect(outcomeOf(renderAutoscaling, fixed, staging).violations[0]?.enforcementLevel).toBe("advisory");
    const asked = outcomeOf(renderAutoscaling, passingStack(), production, { minimumInstances: 3 });
    expect(asked.status).toBe("violated");
    expect(outcomeOf(renderAutoscaling, passingStack(), production, { minimumInstances: 2 }).status).toBe(
      "passed",
    );
  });
});
