import { describe, expect, it } from "vitest";
import { givenAnswers, questionsOf } from "../../adopt/answers.ts";
import { importFileOf } from "../../adopt/import-file.ts";
import { type Plan, planImports } from "../../adopt/plan.ts";
import type { Declared, Existing } from "../../adopt/resources.ts";
import { planText } from "../../adopt/words.ts";

const component = "urn:pulumi:production::shop::optropic:index:Edge::edge";
const recordType = "cloudflare:index/dnsRecord:DnsRecord";
const zoneType = "cloudflare:index/zone:Zone";
const rulesetType = "cloudflare:index/ruleset:Ruleset";

function declared(type: string, name: string, inputs: Declared["inputs"] = {}): Declared {
  const urn = `urn:pulumi:production::shop::optropic:index:Edge$${type}::${name}`;
  return { urn, type, name, parent: component, custom: true, inputs };
}

function existing(type: string, id: string, properties: Existing["properties"] = {}): Existing {
  return { type, name: id, id, properties };
}

const zone = declared(zoneType, "zone", { name: "shop.test" });
const theirZone = existing(zoneType, "z1", { name: "shop.test" });
const unknown = { unknown: true };

function actionsOf({ steps }: Plan): Record<string, string | undefined> {
  return Object.fromEntries(
    steps.map(({ declared: { name }, action, id }) => [name, id === undefined ? action : `${action} ${id}`]),
  );
}

describe("a plan of imports", () => {
  it("matches records by their zone, type and full name, however each names it", () => {
    const plan = planImports({
      declared: [
        zone,
        declared(recordType, "www", { zoneId: unknown, name: "www.shop.test", type: "CNAME", content: "a" }),
        declared(recordType, "apex", { zoneId: unknown, name: "shop.test", type: "CNAME", content: "a" }),
        declared(recordType, "caa", { zoneId: unknown, name: "@", type: "CAA", data: { tag: "issue" } }),
        declared(recordType, "api", { zoneId: unknown, name: "api.shop.test", type: "CNAME", content: "b" }),
      ],
      existing: [
        theirZone,
        existing(zoneType, "z2", { name: "other.test" }),
        existing(recordType, "r1", { zoneId: "z1", name: "WWW", type: "cname", content: "old" }),
        existing(recordType, "r2", { zoneId: "z1", name: "@", type: "CNAME", content: "old" }),
        existing(recordType, "r3", { zoneId: "z1", name: "shop.test", type: "CAA", data: { tag: "issue" } }),
        existing(recordType, "r4", { zoneId: "z2", name: "api", type: "CNAME", content: "b" }),
      ],
    });
    expect(actionsOf(plan)).toEqual({
      zone: "import z1",
      www: "import z1/r1",
      apex: "import z1/r2",
      caa: "import z1/r3",
      api: "create",
    });
    expect(plan.unmanaged.map(({ id }) => id)).toEqual(["z2", "r4"]);
    expect(plan.deleted).toEqual([]);
  });

  it("names what the stack's own state has and the program no longer declares, and nobody else's", () => {
    const gone = { ...existing(recordType, "r1"), urn: declared(recordType, "gone").urn };
    const plan = planImports({
      declared: [zone],
      existing: [
        { ...theirZone, urn: zone.urn },
        gone,
        { ...existing(recordType, "r2"), urn: gone.urn.replace("::shop::", "::blog::") },
        { ...existing(recordType, "r3"), urn: gone.urn.replace("production", "staging") },
        {
          ...existing("pulumi:providers:cloudflare", "p1"),
          urn: "urn:pulumi:production::shop::pulumi:providers:cloudflare::default",
        },
      ],
    });
    expect(plan.deleted).toEqual([gone]);
    expect(plan.unmanaged.map(({ id }) => id)).toEqual(["r2", "r3"]);
    expect(planText(plan)).toContain(`Would be deleted:\n  ${gone.urn}\n`);
  });

  it("matches variables of the program's own project alone, by their key and targets", () => {
    const variable = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable";
    const project = "vercel:index/project:Project";
    const value = { projectId: unknown, key: "JWT_SECRET", targets: ["production"] };
    const plan = planImports({
      declared: [declared(project, "web", { name: "shop" }), declared(variable, "jwt", value)],
      existing: [
        existing(project, "prj_1", { name: "shop", teamId: "team_1" }),
        existing(project, "prj_2", { name: "admin", teamId: "team_1" }),
        existing(variable, "e1", { ...value, projectId: "prj_1", teamId: "team_1" }),
        existing(variable, "e2", { ...value, projectId: "prj_2", teamId: "team_1" }),
        existing(variable, "e3", { ...value, projectId: "prj_1", teamId: "team_1", targets: ["preview"] }),
      ],
    });
    expect(actionsOf(plan)).toEqual({ web: "import team_1/prj_1", jwt: "import team_1/prj_1/e1" });
  });

  it("asks where several could be meant, and takes the answer", () => {
    const service = declared("render:index/webService:WebService", "api", { name: "api" });
    const given = {
      declared: [service],
      existing: [
        existing(service.type, "srv-1", { name: "api" }),
        existing(service.type, "srv-2", { name: "api" }),
      ],
    };
    const asked = planImports(given);
    expect(actionsOf(asked)).toEqual({ api: "ask" });
    const questions = questionsOf(asked);
    expect(questions).toEqual({
      answers: { [service.urn]: null },
      candidates: { [service.urn]: ["srv-1", "srv-2"] },
    });
    expect(givenAnswers(questions)).toEqual({});
    const answers = { [service.urn]: "srv-2" };
    expect(actionsOf(planImports({ ...given, answers }))).toEqual({ api: "import srv-2" });
    expect(planImports({ ...given, answers }).steps[0]?.renames).toBeUndefined();
    expect(actionsOf(planImports({ ...given, answers: { [service.urn]: "create" } }))).toEqual({
      api: "create",
    });
  });

  it("takes what belongs to a project that was chosen by its id, and says that the update renames it", () => {
    const variable = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable";
    const project = "vercel:index/project:Project";
    const web = declared(project, "web", { name: "shop-web" });
    const value = { projectId: unknown, key: "JWT_SECRET", targets: ["production"] };
    const plan = planImports({
      declared: [web, declared(variable, "jwt", value)],
      existing: [
        existing(project, "prj_1", { name: "frontend", teamId: "team_1" }),
        existing(variable, "e1", { ...value, projectId: "prj_1", teamId: "team_1" }),
      ],
      answers: { [web.urn]: "team_1/prj_1" },
    });
    expect(actionsOf(plan)).toEqual({ web: "import team_1/prj_1", jwt: "import team_1/prj_1/e1" });
    expect(plan.unmanaged).toEqual([]);
    expect(planText(plan)).toContain("Renamed:\n  web: frontend becomes shop-web");
  });

  it("says create only of vendors that something is known of", () => {
    const team = declared("sentry:index/team:Team", "team", { slug: "shop" });
    const given = { declared: [zone, team], existing: [existing(zoneType, "z2", { name: "other.test" })] };
    expect(actionsOf(planImports(given))).toEqual({ zone: "create", team: "unknown" });
    expect(actionsOf(planImports({ ...given, vendors: ["sentry"] }))).toEqual({
      zone: "create",
      team: "create",
    });
  });

  it("tells what has no import: the program's own code, generated secrets, settings of an account", () => {
    expect(
      actionsOf(
        planImports({
          declared: [
            declared("pulumi-nodejs:supabase:AddOn", "add-on"),
            declared("random:index/randomPassword:RandomPassword", "jwt"),
            declared("render:index/logStream:LogStream", "logs"),
            declared("pulumi:providers:cloudflare", "provider"),
          ],
          existing: [],
        }),
      ),
    ).toEqual({ "add-on": "adopt", jwt: "rotate", logs: "overwrite" });
  });

  it("counts what a ruleset has and the program does not declare", () => {
    const rules = [{ expression: "mine" }, { expression: "theirs" }];
    const waf = { zoneId: unknown, phase: "http_request_firewall_custom", rules: rules.slice(0, 1) };
    const plan = planImports({
      declared: [zone, declared(rulesetType, "waf", waf)],
      existing: [theirZone, existing(rulesetType, "rs", { ...waf, zoneId: "z1", rules })],
    });
    expect(plan.steps[1]).toMatchObject({
      action: "import",
      id: "zones/z1/rs",
      loses: "1 rule that the program does not declare",
    });
    expect(planText(plan)).toContain("Would be lost:\n  waf: 1 rule that the program does not declare");
  });
});

describe("a stack that is partly managed", () => {
  const rulesOf = (...rules: object[]) => ({ zoneId: "z1", phase: "http_ratelimit", rules });
  const ours = { ref: "ours", action: "block", expression: "a" };
  const waf = declared(rulesetType, "waf", rulesOf({ ...ours, expression: "b" }));

  it("imports nothing anew that its own state has, and knows a rule by its reference or by what it does", () => {
    const stored = { ...ours, id: "r1", version: "3" };
    const given = {
      declared: [zone, waf],
      existing: [
        { ...theirZone, urn: zone.urn },
        { ...existing(rulesetType, "rs", rulesOf(stored)), urn: waf.urn },
        theirZone,
        existing(rulesetType, "rs", rulesOf(stored)),
      ],
    };
    const plan = planImports(given);
    expect(actionsOf(plan)).toEqual({ zone: "managed", waf: "managed" });
    expect(plan.steps.filter(({ loses, replaces }) => (loses ?? replaces) !== undefined)).toEqual([]);
    expect(importFileOf(plan, given.declared).resources).toEqual([]);
    const theirs = existing(rulesetType, "rs", rulesOf(stored, { action: "skip", expression: "c" }));
    expect(
      planImports({ ...given, existing: [...given.existing.slice(0, 3), theirs] }).steps[1],
    ).toMatchObject({
      loses: "1 rule that the program does not declare",
    });
  });

  it("takes a state's and a vendor's word of one thing for one", () => {
    const given = { declared: [zone], existing: [{ ...theirZone, urn: "urn:pulumi:a::b::c::d" }, theirZone] };
    expect(actionsOf(planImports(given))).toEqual({ zone: "import z1" });
  });

  it("creates nothing of what could not be read, nor what it has no name for and may be there", () => {
    const alert = declared("sentry:index/alert:Alert", "alert", { name: "errors" });
    const tree = declared("grafana:alerting/notificationPolicy:NotificationPolicy", "tree", {});
    const read = existing("grafana:oss/folder:Folder", "f", { uid: "f" });
    const unread = new Map([[recordType, "DNS records (not read)"]]);
    const plan = planImports({
      declared: [zone, declared(recordType, "www", { name: "www", type: "A" }), alert, tree],
      existing: [theirZone, existing(alert.type, "7"), read],
      unread,
    });
    expect(actionsOf(plan)).toEqual({
      zone: "import z1",
      www: "unknown",
      alert: "ask",
      tree: "import policy",
    });
    expect(plan.steps[3]?.replaces).toContain("not known");
    expect(planText(plan)).toContain("cloudflare, DNS records (not read): 1 resource");
  });
});

describe("Pulumi's import file", () => {
  it("has the components, the packages and the configured providers of what is imported, and nothing else", () => {
    const edge = { urn: component, type: "optropic:index:Edge", name: "edge", custom: false };
    const provider = { ...declared("pulumi:providers:sentry", "errors-sentry"), parent: undefined };
    const fallback = { ...declared("pulumi:providers:cloudflare", "default_6_22_1"), parent: undefined };
    const team = declared("sentry:index/team:Team", "team", { slug: "shop" });
    const all = [edge, provider, fallback, zone, team, declared(recordType, "new", { name: "x", type: "A" })];
    const plan = planImports({
      declared: all,
      existing: [theirZone, existing(team.type, "t", { organization: "acme", slug: "shop" })],
    });
    const file = importFileOf(plan, all);
    expect(file).toEqual({
      nameTable: { "errors-sentry": provider.urn },
      resources: [
        { type: "optropic:index:Edge", name: "edge", component: true },
        { type: zoneType, name: "zone", id: "z1", parent: "edge", version: expect.stringMatching(/^\d/) },
        {
          ...{ type: team.type, name: "team", id: "acme/shop", parent: "edge", provider: "errors-sentry" },
          version: expect.stringMatching(/^\d/),
          parameterization: {
            pluginName: "terraform-provider",
            pluginVersion: "1.1.0",
            value: expect.any(String),
          },
        },
      ],
    });
    const { value = "" } = file.resources[2]?.parameterization ?? {};
    expect(JSON.parse(Buffer.from(value, "base64").toString())).toMatchObject({
      remote: { url: expect.stringContaining("sentry") },
    });
  });
});
