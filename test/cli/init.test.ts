import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { partsFrom } from "../../adopt/init/parts.ts";
import type { Existing } from "../../adopt/resources.ts";
import { readStackSettings } from "../../project/settings.ts";
import { runHere as run } from "./here.ts";

const root = join(import.meta.dirname, "..", "..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function state(): string {
  const path = join(folder, "state.json");
  const urn = (type: string, name: string) => `urn:pulumi:live::shop::${type}::${name}`;
  const resource = (type: string, name: string, inputs: object) => ({
    ...{ urn: urn(type, name), type, custom: true, id: name, inputs },
  });
  writeFileSync(
    path,
    JSON.stringify({
      version: 3,
      deployment: {
        resources: [
          resource("cloudflare:index/zone:Zone", "z1", {
            name: "shop.test",
            account: { id: "a".repeat(32) },
          }),
          resource("vercel:index/project:Project", "p1", {
            ...{ name: "shop", teamId: "team_shop", gitRepository: { type: "github", repo: "shop/web" } },
          }),
          resource("pulumi:providers:grafana", "g", { url: "https://shop.grafana.net", auth: "canary-auth" }),
        ],
      },
    }),
  );
  return path;
}

/** What no state says. */
const told = {
  "render-owner": "tea-shop",
  "supabase-organization": "shop-organization",
  networks: "203.0.113.0/24, 203.0.114.0/24",
  recipients: [
    "age1kfqr6cdcyw0hu26xe8ck5z6ku0llr82grc9yv6c2j6g2f4zsyy6qtmlm22",
    "age1fth7xhlhreew68mwz00yxlc3y9620pudvkm3ufrkz5jc75f2q46se4x2ds",
  ].join(","),
  sentry: "shop",
  "sentry-pagerduty": "4711",
  "grafana-stack": "4712",
  pagerduty: "shop",
  primary: "first@shop.test",
  secondary: "second@shop.test",
  logs: "https://logs.shop.test/loki/api/v1/raw",
  syslog: "logs.shop.test:6514",
};

function flags(answers: Record<string, string>): string[] {
  return Object.entries(answers).flatMap(([flag, value]) => [`--${flag}`, value]);
}

describe("optropic init", () => {
  it("needs no answer to judge a platform, which is then judged and not refused", async () => {
    const path = state();
    const { status, stdout } = await run(["init", "--judge-only", "--from", path, "--folder", folder]);
    expect(status).toBe(0);
    expect(stdout).toContain("npx optropic preview --state");
    const pack = join(folder, "checklist-pack.json");
    const judged = await run(["preview", "--state", path, "--policy-pack-config", pack]);
    expect(judged.status).toBe(0);
    expect(judged.stdout).toContain("Previewing shop (live)");
    expect(judged.stdout).toMatch(/\d+ advisory violated/);
  });

  it("writes a workflow of pinned actions that judges each pull request", async () => {
    const action = `shop/checklist@${"1".repeat(40)}`;
    const given = ["init", "--judge-only", "--from", state(), "--folder", folder, "--action"];
    expect((await run([...given, action])).status).toBe(0);
    const text = readFileSync(join(folder, ".github", "workflows", "checklist.yml"), "utf8");
    expect(text.split("\n").length).toBeLessThan(14);
    const { steps } = parse(text).jobs.judge;
    expect(steps.map(({ uses }: { uses: string }) => uses)).toEqual([
      expect.stringMatching(/^actions\/checkout@[0-9a-f]{40}$/),
      action,
    ]);
    expect(steps[1].with).toEqual({ state: "state.json", "policy-pack-config": "checklist-pack.json" });
    const refused = await run([...given, "shop/checklist@main", "--force"]);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("a commit of 40 digits") });
  });

  it("says all that it was not told, and writes nothing", async () => {
    const { status, stderr } = await run(["init", "--yes", "--from", state(), "--folder", folder]);
    expect(status).toBe(2);
    for (const flag of Object.keys(told)) expect(stderr).toContain(`--${flag}: `);
    expect(stderr).not.toMatch(/--zone|--vercel-team|canary-auth/);
    expect(existsSync(join(folder, "Pulumi.live.yaml"))).toBe(false);
  });

  it("refuses an answer that is one of the example's own", async () => {
    const { status, stderr } = await run([
      "init",
      "--yes",
      "--from",
      state(),
      "--folder",
      folder,
      ...flags(told),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain("value of the example: backups.recipients");
  });

  it("writes settings that the program takes, with no value of the example, once, and keeps what is there", async () => {
    const { generateIdentity, identityToRecipient } = await import("age-encryption");
    const keys = await Promise.all([1, 2].map(async () => identityToRecipient(await generateIdentity())));
    const given = ["init", "--yes", "--from", state(), "--folder", folder];
    const answers = flags({ ...told, recipients: keys.join(",") });
    expect(await run([...given, ...answers])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("Vercel shop: it has no host in the zone, so it stays as it is"),
    });
    cpSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    expect(readStackSettings(folder, "live")).toMatchObject({
      project: { name: "shop", repository: "shop/web" },
      domains: { zone: "shop.test", web: "shop.test", redirect: "www.shop.test", api: "api.shop.test" },
      accounts: { cloudflare: "a".repeat(32), vercelTeam: "team_shop" },
      contacts: { technicalLead: "tech-lead@shop.test" },
      backups: { recipients: keys },
    });
    const values = JSON.stringify(parse(readFileSync(join(folder, "Pulumi.live.yaml"), "utf8")));
    expect(values).not.toMatch(/example|canary/);
    expect(readFileSync(join(folder, "Pulumi.live.yaml"), "utf8")).not.toMatch(/example/i);
    expect(await run([...given, ...answers])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("exist already"),
    });
    // What the program would refuse is not written, and no name of a stack leads out of the folder.
    rmSync(join(folder, "Pulumi.live.yaml"));
    const wrong = await run([...given, ...answers, "--api", "https://api.shop.test/x", "--force"]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("domains.api") });
    expect(await run([...given, ...answers, "--stack", "x/../../y"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--stack x/../../y must be"),
    });
    expect(existsSync(join(folder, "Pulumi.live.yaml"))).toBe(false);
  });
});

describe("what settings have no word for", () => {
  const service = (kind: string, properties: Existing["properties"]): Existing => ({
    ...{ type: `render:index/${kind}`, name: "one", id: "srv-1" },
    properties: { name: "one", region: "oregon", ...properties },
  });
  const source = { repoUrl: "https://github.com/shop/web", branch: "main", autoDeployTrigger: "commit" };
  const node = { ...source, runtime: "node", buildCommand: "npm ci" };
  const worker = (properties: Existing["properties"], native: object = {}): Existing =>
    service("backgroundWorker:BackgroundWorker", {
      ...{ plan: "starter", numInstances: 1, startCommand: "npm start", ...properties },
      runtimeSource: { nativeRuntime: { ...node, ...native } },
    });
  const built = (context?: string): Existing =>
    service("privateService:PrivateService", {
      ...{ plan: "starter", numInstances: 1 },
      runtimeSource: { docker: { ...source, context } },
    });
  const site = (buildCommand: string): Existing =>
    service("staticSite:StaticSite", {
      ...{ ...source, buildCommand, publishPath: "dist", customDomains: [{ name: "docs.shop.test" }] },
    });
  const partsOf = (one: Existing) =>
    partsFrom(
      [one],
      { zone: "shop.test", name: "shop", repository: "shop/web", branch: "main" },
      {
        ...{ web: undefined, api: undefined },
      },
    );

  it.each([
    [worker({ preDeployCommand: "npm run migrate" }), "a command before each deployment"],
    [worker({}, { autoDeployTrigger: "off" }), "deployed by hand"],
    [worker({}, { autoDeployTrigger: undefined, autoDeploy: false }), "deployed by hand"],
    [built("./search"), "its image is built in ./search"],
    [site(""), "served without a build"],
  ])("stays as it is, and is named", (one, why) => {
    const { services, left } = partsOf(one);
    expect({ services, left }).toEqual({ services: {}, left: [expect.stringContaining(why)] });
  });

  it.each([worker({}), worker({}, { autoDeploy: false }), built("."), built(), site("npm run build")])(
    "is nothing of a plain service",
    (one) => {
      const { services, left } = partsOf(one);
      expect({ services: Object.keys(services), left }).toEqual({ services: ["one"], left: [] });
    },
  );
});
