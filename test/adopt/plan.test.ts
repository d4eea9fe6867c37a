import { describe, expect, it } from "vitest";
import { givenAnswers, questionsOf } from "../../adopt/answers.ts";
import { importFileOf } from "../../adopt/import-file.ts";
import { type Plan, planImports } from "../../adopt/plan.ts";
import { type Declared, type Existing, unsaid } from "../../adopt/resources.ts";
import { planText } from "../../adopt/words.ts";
import { importedBy } from "./import.ts";

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

describe("what is there and is not imported", () => {
  const dashboard = "grafana:oss/dashboard:Dashboard";
  const template = "grafana:alerting/messageTemplate:MessageTemplate";
  const point = "grafana:alerting/contactPoint:ContactPoint";
  const setting = "cloudflare:index/zoneSetting:ZoneSetting";
  const supabase = "supabase:index/settings:Settings";
  const project = "supabase:index/project:Project";
  const model = { uid: "main", title: "Main", panels: [] };
  const own = (panels: unknown[]) => JSON.stringify({ ...model, panels });

  const planOf = (one: Declared, theirs: Existing["properties"], answers?: Record<string, string>) =>
    planImports({
      declared: [zone, declared(project, "database", { name: "shop" }), one],
      existing: [theirZone, existing(project, "ref", { name: "shop" }), existing(one.type, "7", theirs)],
      answers,
    });

  it.each([
    [dashboard, { configJson: own([]), overwrite: true }, { configJson: own([{ id: 1 }]) }, "configJson"],
    [template, { name: "t", template: "a" }, { name: "t", template: "b" }, "template"],
    [setting, { zoneId: unknown, settingId: "ssl", value: "strict" }, { value: "full" }, "value"],
    [supabase, { projectRef: unknown, auth: '{"jwt_exp":60}' }, { auth: '{"jwt_exp":3600}' }, "auth"],
    [supabase, { projectRef: unknown, auth: "[secret]" }, { auth: "{}" }, "auth"],
  ] as const)(
    "is written over where %s has other content, and the update is refused",
    (type, inputs, theirs, named) => {
      const one = declared(type, "one", inputs);
      const place = { zoneId: "z1", settingId: "ssl", projectRef: "ref", uid: "main", name: "t" };
      const plan = planOf(one, { ...place, ...theirs });
      expect(plan.steps[2]).toMatchObject({ action: "import", overwrites: `writes over its ${named}` });
      expect(planText(plan)).toContain(
        `To import first:\n  one: without an import, an update writes over its ${named}`,
      );
      // Neither an id nor a wish of somebody makes the vendor keep it.
      for (const answer of ["7", "create"])
        expect(planOf(one, { ...place, ...theirs }, { [one.urn]: answer }).steps[2]).toHaveProperty(
          "overwrites",
        );
    },
  );

  it.each([
    [dashboard, { configJson: own([]), overwrite: true }, { configJson: ` ${own([])}` }],
    [dashboard, { configJson: own([]) }, { configJson: own([{ id: 1 }]) }],
    [setting, { zoneId: unknown, settingId: "ssl", value: 3600 }, { value: "3600" }],
    [supabase, { projectRef: unknown, auth: '{"jwt_exp":60}' }, { auth: '{"jwt_exp":60,"more":1}' }],
    ["grafana:alerting/muteTiming:MuteTiming", { name: "t", intervals: [] }, { intervals: [{}] }],
    ["pagerduty:index/schedule:Schedule", { name: "t", layers: [] }, { layers: [{}] }],
  ] as const)(
    "is not written over where %s is the same, or the vendor rejects a second one",
    (type, inputs, theirs) => {
      const place = { zoneId: "z1", settingId: "ssl", projectRef: "ref", uid: "main", name: "t" };
      const [, , step] = planOf(declared(type, "one", inputs), { ...place, ...theirs }).steps;
      expect(step).toMatchObject({ action: "import" });
      expect(step).not.toHaveProperty("overwrites");
    },
  );

  it("is a dashboard by the uid of its model, whatever its panels refer to before", () => {
    const panels = [{ datasource: { type: "prometheus", uid: "prom" } }];
    const one = declared(dashboard, "one", {
      configJson: JSON.stringify({ annotations: panels, ...model }),
      overwrite: true,
    });
    const theirs = ["prom", "main"].map((uid) => existing(dashboard, uid, { uid, configJson: own([]) }));
    const [step] = planImports({ declared: [one], existing: theirs }).steps;
    expect(step).toMatchObject({ action: "import", id: "main", overwrites: "writes over its configJson" });
  });

  it("gets integrations beside its own where it is a contact point, and is safe once the stack has it", () => {
    const one = declared(point, "pager", { name: "pager" });
    const theirs = existing(point, "pager", { name: "pager" });
    const [step] = planImports({ declared: [one], existing: [theirs] }).steps;
    expect(step?.overwrites).toContain("adds to the integrations");
    const after = planImports({ declared: [one], existing: [theirs, { ...theirs, urn: one.urn }] });
    expect(after.steps[0]).toEqual({ declared: one, action: "managed" });
  });

  it("is as new or as unknown as what it is a setting of, and written over elsewhere", () => {
    const role = declared("postgresql:index/role:Role", "role", { name: "app" });
    const references = new Map([["role", [role.urn]]]);
    const grant = { ...declared("postgresql:index/grant:Grant", "grant", { role: "app" }), references };
    const given = { declared: [role, grant], existing: [], vendors: ["postgresql"] };
    expect(actionsOf(planImports(given))).toEqual({ role: "create", grant: "create" });
    expect(actionsOf(planImports({ ...given, vendors: [] }))).toEqual({ role: "unknown", grant: "unknown" });
    const there = { ...given, existing: [existing(role.type, "app", { name: "app" })] };
    expect(actionsOf(planImports(there))).toEqual({ role: "import app", grant: "overwrite" });
  });
});

describe("what a resource holds beside what is declared", () => {
  const serviceType = "render:index/webService:WebService";
  const theirs = {
    ...{ name: "api", envVars: { PORT: {}, STRIPE_KEY: {} }, secretFiles: { "key.pem": {} } },
    ...{ disk: { name: "data" }, customDomains: [{ name: "api.shop.test" }, { name: "old.shop.test" }] },
    ipAllowLists: [{ cidrBlock: "0.0.0.0/0" }, { cidrBlock: "203.0.113.0/24" }],
  };
  const inputs = { name: "api", customDomains: [{ name: "api.shop.test" }] };
  const lossOf = (own: Declared, others: readonly Declared[] = [], properties: object = theirs) =>
    planImports({
      declared: [own, ...others],
      existing: [existing(own.type, "srv-1", { ...properties })],
    }).steps.find(({ declared: { name } }) => name === own.name)?.loses;

  it("is lost with the update, and named", () => {
    expect(lossOf(declared(serviceType, "api", inputs))).toBe(
      "2 variables (PORT and STRIPE_KEY), 1 secret file (key.pem), 1 disk (data), 1 host (old.shop.test) and 1 allowed network (203.0.113.0/24) that the program does not declare",
    );
  });

  it("is not lost where the program leaves it alone, a linked group has it, or it is not known", () => {
    const group = declared("render:index/envGroup:EnvGroup", "group", {
      envVars: { PORT: { value: "1" }, STRIPE_KEY: { value: "[secret]" } },
    });
    const kept = { ...declared(serviceType, "api", inputs), ignoreChanges: ["envVars", "secretFiles"] };
    const rest =
      "1 disk (data), 1 host (old.shop.test) and 1 allowed network (203.0.113.0/24) that the program does not declare";
    expect(lossOf(kept)).toBe(rest);
    expect(lossOf(declared(serviceType, "api", { ...inputs, secretFiles: unknown }), [group])).toBe(rest);
    const unknownFiles = planImports({
      declared: [declared(serviceType, "api", { ...inputs, secretFiles: unknown })],
      existing: [existing(serviceType, "srv-1", { ...theirs })],
    });
    expect(unknownFiles.steps[0]?.unseen).toBe("secret files");
    const hidden = { name: "api", envVars: { "4dabf18193072939515e22adb298388d": "s", value: "v" } };
    const given = { declared: [declared(serviceType, "api", inputs)], existing: [] };
    const plan = planImports({ ...given, existing: [existing(serviceType, "srv-1", hidden)] });
    expect(plan.steps[0]).toMatchObject({ action: "import", unseen: "variables" });
    expect(plan.steps[0]?.loses).toBe(undefined);
    const urn = plan.steps[0]?.declared.urn ?? "";
    expect(planImports({ ...given, answers: { [urn]: "srv-9" } }).steps[0]).toMatchObject({
      ...{ action: "import", id: "srv-9" },
      unseen: "variables, secret files, disks, hosts and allowed networks",
    });
    expect(planText(plan)).toContain("Not seen, and may be lost:\n  api: its variables could not be read");
  });

  it.each([
    [
      "render:index/project:Project",
      { environments: { production: {}, preview: {} } },
      "1 environment (preview)",
    ],
    ["grafana:alerting/ruleGroup:RuleGroup", { rules: [{ name: "5xx" }] }, "1 rule (5xx)"],
    [
      "vercel:index/firewallConfig:FirewallConfig",
      { rules: { rules: [{ name: "block bots" }] }, ipRules: { rules: [{ ip: "203.0.113.9" }] } },
      "1 rule (block bots) and 1 address rule (203.0.113.9)",
    ],
    [
      "render:index/staticSite:StaticSite",
      { routes: [{ source: "/old" }], headers: [{ name: "X-Frame-Options" }] },
      "1 header (X-Frame-Options) and 1 route (/old)",
    ],
  ])("counts for %s", (type, properties, lost) => {
    const place = { projectId: "p1", folderUid: "f1", name: "a" };
    const own = declared(type, "a", { ...place, environments: { production: {} } });
    expect(lossOf(own, [], { ...place, ...properties })).toBe(`${lost} that the program does not declare`);
  });
});

it("asks where a state does not say the id of what would be imported by it", () => {
  const type = "render:index/project:Project";
  const plan = planImports({
    declared: [declared(type, "api", { name: "shop" }), zone],
    existing: [existing(type, unsaid, { name: "shop" }), theirZone],
  });
  expect(actionsOf(plan)).toEqual({ api: "ask", zone: "import z1" });
  expect(plan.steps[0]?.candidates).toEqual([]);
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
    // Another provider than its own would have the update make it anew.
    const other = { ...declared("pulumi:providers:sentry", "other"), parent: undefined };
    const providers = [other.urn, fallback.urn, provider.urn].map((urn) => {
      const steps = plan.steps.map((step) => ({ ...step, declared: { ...step.declared, provider: urn } }));
      return importFileOf({ ...plan, steps }, [...all, other]).resources.map((one) => one.provider);
    });
    expect(providers).toEqual([
      [undefined, "other", "other"],
      [undefined, undefined, undefined],
      [undefined, "errors-sentry", "errors-sentry"],
    ]);
    const { value = "" } = file.resources[2]?.parameterization ?? {};
    expect(JSON.parse(Buffer.from(value, "base64").toString())).toMatchObject({
      remote: { url: expect.stringContaining("sentry") },
    });
  });
});

describe("the import file as Pulumi reads it", () => {
  const of = { stack: "production", project: "shop" };
  const urnOf = (types: string, name: string) => `urn:pulumi:production::shop::${types}::${name}`;
  const projectType = "vercel:index/project:Project";
  const domainType = "vercel:index/projectDomain:ProjectDomain";
  const web = "optropic:index:WebApp";

  it("gives each the URN that the program gives it, whatever else has its name", () => {
    const component = (name: string): Declared => ({
      ...{ urn: urnOf(web, name), type: web, name, custom: false },
    });
    const child = (type: string, parent: string, name: string, inputs: object): Declared => ({
      ...{ urn: urnOf(`${web}$${type}`, name), type, name, parent: urnOf(web, parent), custom: true },
      inputs: { ...inputs },
    });
    const all = [
      component("web"),
      component("web-domain"),
      child(projectType, "web", "web-project", { name: "shop" }),
      child(domainType, "web", "web-domain", { projectId: "p1", domain: "shop.test" }),
      child(projectType, "web-domain", "web-domain-project", { name: "domains" }),
    ];
    const plan = planImports({
      declared: all,
      existing: [
        existing(projectType, "p1", { name: "shop" }),
        existing(projectType, "p2", { name: "domains" }),
        existing(domainType, "shop.test", { projectId: "p1", domain: "shop.test" }),
      ],
    });
    const imported = importedBy(importFileOf(plan, all), of);
    expect(imported.map(({ urn }) => urn).toSorted()).toEqual(all.map(({ urn }) => urn).toSorted());
  });

  it("puts what stands below a resource below it, and leaves it out where that is not there yet", () => {
    const below: Declared = {
      ...{ urn: urnOf(`${zoneType}$${recordType}`, "www"), type: recordType, name: "www", custom: true },
      ...{ parent: urnOf(zoneType, "zone"), inputs: { zoneId: "z1", name: "www.shop.test", type: "A" } },
    };
    const above: Declared = {
      ...{ urn: urnOf(zoneType, "zone"), type: zoneType, name: "zone", custom: true },
      inputs: { name: "shop.test" },
    };
    const record = existing(recordType, "r1", { zoneId: "z1", name: "www.shop.test", type: "A" });
    const fileOf = (zones: readonly Existing[], answers?: Record<string, string>) => {
      const given = { declared: [above, below], existing: [...zones, record], answers };
      return importFileOf(planImports(given), given.declared);
    };
    const urns = [above.urn, below.urn];
    expect(importedBy(fileOf([theirZone]), of).map(({ urn }) => urn)).toEqual(urns);
    const managed = fileOf([{ ...theirZone, urn: above.urn }]);
    expect(managed.nameTable).toEqual({ zone: above.urn });
    expect(importedBy(managed, of).map(({ urn }) => urn)).toEqual([below.urn]);
    expect(fileOf([], { [above.urn]: "create", [below.urn]: "z1/r1" }).resources).toEqual([]);
  });
});

describe("what a vendor calls otherwise, or has elsewhere", () => {
  const record = (id: string, properties: object) =>
    existing(recordType, id, { zoneId: "z1", ...properties });
  const own = (name: string, inputs: object) => declared(recordType, name, { zoneId: unknown, ...inputs });

  it.each([
    [
      "a CAA record as text",
      { type: "CAA", data: { flags: 0, tag: "issue", value: "pki.goog" } },
      { content: '0 issue "pki.goog"' },
    ],
    [
      "a CAA record with both",
      { type: "CAA", data: { flags: 0, tag: "issue", value: "pki.goog" } },
      { content: '0 issue "pki.goog"', data: { flags: 0, tag: "ISSUE", value: "pki.goog" } },
    ],
    [
      "a TXT record in two strings",
      { type: "TXT", content: "v=spf1 include:a -all" },
      { content: '"v=spf1 include:a" " -all"' },
    ],
    [
      "a name with a dot at its end and in capitals",
      { type: "MX", content: "mail.shop.test" },
      { name: "SHOP.test.", content: "Mail.Shop.Test." },
    ],
  ])("knows %s", (_, inputs, theirs) => {
    const plan = planImports({
      declared: [zone, own("r", { name: "@", ...inputs })],
      existing: [theirZone, record("r1", { name: "shop.test", ...inputs, data: undefined, ...theirs })],
    });
    expect(actionsOf(plan)).toEqual({ zone: "import z1", r: "import z1/r1" });
  });

  it("knows a zone by its name in Unicode, in ASCII, and of a record in it", () => {
    const plan = planImports({
      declared: [
        declared(zoneType, "zone", { name: "xn--bcher-kva.test" }),
        own("www", { type: "CNAME", name: "www.xn--bcher-kva.test", content: "a.test" }),
      ],
      existing: [
        existing(zoneType, "z1", { name: "Bücher.test." }),
        record("r1", { type: "CNAME", name: "www.bücher.test", content: "a.test" }),
      ],
    });
    expect(actionsOf(plan)).toEqual({ zone: "import z1", www: "import z1/r1" });
  });

  it("takes the address that is meant of several, asks where none is, and names what stands in the way", () => {
    const addresses = ["192.0.2.1", "192.0.2.2"].map((content, index) =>
      record(`r${index}`, { type: "A", name: "www.shop.test", content }),
    );
    const plan = (inputs: object) =>
      planImports({
        declared: [zone, own("www", { name: "www", ...inputs })],
        existing: [theirZone, ...addresses],
      }).steps[1];
    expect(plan({ type: "A", content: "192.0.2.2" })).toMatchObject({ action: "import", id: "z1/r1" });
    expect(plan({ type: "A", content: "192.0.2.3" })).toMatchObject({
      action: "ask",
      candidates: ["z1/r0", "z1/r1"],
    });
    expect(plan({ type: "AAAA", content: "2001:db8::1" })).not.toHaveProperty("blockedBy");
    const blocked = plan({ type: "CNAME", content: "shop.vercel.app" });
    expect(blocked).toMatchObject({ action: "create", blockedBy: "A www" });
  });

  it("takes nothing of another zone, account or project without a question", () => {
    const waf = { phase: "http_ratelimit", rules: [] };
    const project = "vercel:index/project:Project";
    const domain = "vercel:index/projectDomain:ProjectDomain";
    const bucket = "cloudflare:index/r2Bucket:R2Bucket";
    const plan = planImports({
      declared: [
        zone,
        declared(rulesetType, "waf", { zoneId: unknown, ...waf }),
        declared(project, "web", { name: "shop", teamId: "team_1" }),
        declared(domain, "host", { domain: "shop.test", teamId: "team_1", projectId: unknown }),
        declared(bucket, "backups", { name: "backups", accountId: "a1" }),
      ],
      existing: [
        existing(rulesetType, "rs", { zoneId: "z9", ...waf }),
        existing(project, "prj_1", { name: "shop", teamId: "team_1" }),
        existing(domain, "shop.test", { domain: "shop.test", teamId: "team_1", projectId: "prj_2" }),
        existing(bucket, "backups", { name: "backups", accountId: "a2" }),
      ],
    });
    expect(actionsOf(plan)).toEqual({
      ...{ zone: "create", waf: "ask", web: "import team_1/prj_1", host: "ask", backups: "ask" },
    });
    expect(planText(plan)).toContain("team_1/prj_2/shop.test; it belongs to something else there");
  });

  it("takes nothing of a zone that its records do not name", () => {
    const waf = { phase: "http_ratelimit", rules: [] };
    const given = (name: string) =>
      planImports({
        declared: [zone, declared(rulesetType, "waf", { zoneId: unknown, ...waf })],
        existing: [
          record("r1", { type: "A", name, content: "192.0.2.1" }),
          existing(rulesetType, "rs", { zoneId: "z1", ...waf }),
        ],
      }).steps[1]?.action;
    expect(given("www.shop.test")).toBe("import");
    expect(given("www.shop.test.evil.test")).toBe("ask");
    expect(given("www")).toBe("ask");
  });

  it("asks where a name is nearly the same, where a host is, and where two would be imported by one id", () => {
    const service = "render:index/webService:WebService";
    const hosts = { customDomains: [{ name: "api.shop.test" }] };
    const plan = planImports({
      declared: [
        declared(service, "api", { name: "shop-api", ...hosts }),
        declared(service, "mail", { name: "shop-mail" }),
        declared(service, "one", { name: "same" }),
        declared(service, "two", { name: "same" }),
        declared("supabase:index/project:Project", "database", {
          name: "shop-database",
          region: "eu-west-1",
        }),
      ],
      existing: [
        existing(service, "srv-1", { name: "backend", ...hosts }),
        existing(service, "srv-2", { name: "Shop Mail" }),
        existing(service, "srv-3", { name: "same" }),
        existing("supabase:index/project:Project", "ref", { name: "production", region: "eu-west-1" }),
      ],
    });
    expect(actionsOf(plan)).toEqual({ api: "ask", mail: "ask", one: "ask", two: "ask", database: "ask" });
    expect(plan.steps.map(({ candidates }) => candidates)).toEqual([
      ...[["srv-1"], ["srv-2"], ["srv-3"], ["srv-3"], ["ref"]],
    ]);
  });

  it("says what would be made anew, and where a variable would no longer be", () => {
    const project = declared("vercel:index/project:Project", "web", { name: "shop" });
    const variable = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable";
    const service = "render:index/webService:WebService";
    const plan = planImports({
      declared: [
        declared(service, "api", {
          ...{ name: "api", region: "frankfurt", runtimeSource: { nativeRuntime: { runtime: "node" } } },
        }),
        project,
        declared(variable, "jwt", { projectId: unknown, key: "JWT", targets: ["production"] }),
      ],
      existing: [
        existing(service, "srv-1", { name: "api", region: "oregon", runtimeSource: { docker: {} } }),
        existing(project.type, "prj_1", { name: "shop" }),
        existing(variable, "e1", { projectId: "prj_1", key: "JWT", targets: ["production", "preview"] }),
        existing(variable, "e2", { projectId: "prj_1", key: "JWT", targets: ["development"] }),
      ],
    });
    expect(actionsOf(plan)).toEqual({ api: "import srv-1", web: "import prj_1", jwt: "import prj_1/e1" });
    expect(planText(plan)).toContain("api: region oregon becomes frankfurt, which no update changes");
    expect(planText(plan)).toContain("jwt: preview no longer has it");
    expect(planText(plan)).toContain("api: what is built for docker is built for node");
  });

  it("takes what a state has for a part, which says nothing of the rest, unless a person says so", () => {
    const given = {
      declared: [zone, own("www", { type: "A", name: "www", content: "192.0.2.1" })],
      existing: [{ ...theirZone, urn: "urn:pulumi:default::estate::x::zone" }],
    };
    expect(actionsOf(planImports(given))).toEqual({ zone: "import z1", www: "unknown" });
    expect(actionsOf(planImports({ ...given, vendors: ["cloudflare"] }))).toEqual({
      zone: "import z1",
      www: "create",
    });
    expect(actionsOf(planImports({ ...given, read: new Set(["cloudflare"]) }))).toMatchObject({
      www: "create",
    });
  });

  it.each([
    [zoneType, { name: "new.test" }, { name: "shop.test" }, "name shop.test becomes new.test"],
    [zoneType, { account: { id: "a" } }, { account: { id: "b" } }, "account.id b becomes a"],
    ["cloudflare:index/r2Bucket:R2Bucket", { name: "a" }, { name: "b" }, "name b becomes a"],
    ["cloudflare:index/r2Bucket:R2Bucket", { accountId: "a" }, { accountId: "b" }, "accountId b becomes a"],
    ["vercel:index/project:Project", { teamId: "a" }, { teamId: "b" }, "teamId b becomes a"],
    [
      "vercel:index/projectDomain:ProjectDomain",
      { domain: "a.test" },
      { domain: "b.test" },
      "b.test becomes",
    ],
    ["supabase:index/project:Project", { name: "a" }, { name: "b" }, "name b becomes a"],
    ["grafana:alerting/contactPoint:ContactPoint", { name: "a" }, { name: "b" }, "name b becomes a"],
    ["render:index/cronJob:CronJob", { region: "a" }, { region: "b" }, "region b becomes a"],
  ] as const)(
    "is made anew where %s is to be %o, whether it was chosen or is managed",
    (type, to, from, what) => {
      const one = declared(type, "one", to);
      const theirs = existing(type, "7", from);
      const chosen = planImports({ declared: [one], existing: [theirs], answers: { [one.urn]: "7" } });
      const kept = planImports({ declared: [one], existing: [{ ...theirs, urn: one.urn }] });
      for (const { steps } of [chosen, kept]) {
        expect(steps[0]?.remade).toContain(what);
        expect(steps[0]?.renames).toBeUndefined();
      }
      const { steps } = planImports({
        declared: [one],
        existing: [{ ...existing(type, "7", to), urn: one.urn }],
      });
      expect(steps).toEqual([{ declared: one, action: "managed" }]);
    },
  );

  it("knows what the stack has by its id, whatever the vendor calls it by now", () => {
    const service = declared("render:index/webService:WebService", "api", { name: "api", envVars: {} });
    const theirs = existing(service.type, "srv-1", { name: "older", envVars: { BY_HAND: {} } });
    const others = [existing(service.type, "srv-2", { name: "api" })];
    const own = { ...existing(service.type, "srv-1", { name: "api" }), urn: service.urn };
    const plan = planImports({ declared: [service], existing: [own, theirs, ...others] });
    expect(plan.steps[0]).toMatchObject({ action: "managed", loses: expect.stringContaining("BY_HAND") });
    // What nobody read of the vendor is as the state says.
    const state = planImports({ declared: [service], existing: [{ ...theirs, urn: service.urn }] });
    expect(state.steps[0]?.loses).toContain("BY_HAND");
  });

  it("says which secret of the stack is generated anew", () => {
    const inputs = { length: 64, special: false, keepers: { rotation: "1" } };
    const secret = declared("random:index/randomPassword:RandomPassword", "jwt", inputs);
    const planned = (changes: Existing["properties"]) =>
      planImports({
        declared: [secret],
        existing: [{ ...existing(secret.type, "none", { ...inputs, ...changes }), urn: secret.urn }],
      }).steps[0]?.action;
    for (const same of [{}, { length: "64" }, { keepers: null }, { result: "[secret]", special: undefined }])
      expect(planned(same)).toBe("managed");
    for (const other of [{ keepers: { rotation: "2" } }, { length: 48 }, { special: true }])
      expect(planned(other)).toBe("rotate");
  });

  it("replaces what holds routes and is not imported yet, whatever a person chose", () => {
    const type = "grafana:alerting/notificationPolicy:NotificationPolicy";
    const policy = declared(type, "policy", { contactPoint: "a" });
    const theirs = existing(type, "policy", { contactPoint: "b", policies: [{ contactPoint: "c" }] });
    const planned = (answer: string, all: Existing[], vendors: string[] = []) =>
      planImports({ declared: [policy], existing: all, vendors, answers: { [policy.urn]: answer } }).steps[0];
    for (const answer of ["create", "policy"])
      expect(planned(answer, [theirs])).toMatchObject({ replaces: "1 route" });
    expect(planned("create", [])?.replaces).toContain("not known");
    expect(planned("create", [], ["grafana"])).toEqual({ declared: policy, action: "create" });
  });

  it("takes nobody off a schedule, no target from an escalation and no integration without a word", () => {
    const user = declared("pagerduty:index/user:User", "ann", { email: "ann@shop.test" });
    const schedule = declared("pagerduty:index/schedule:Schedule", "primary", { name: "primary" });
    const escalation = declared("pagerduty:index/escalationPolicy:EscalationPolicy", "up", { name: "up" });
    const point = declared("grafana:alerting/contactPoint:ContactPoint", "pager", {
      ...{ name: "pager", pagerduties: [{ integrationKey: unknown }] },
    });
    const planned = (users: string[], integrations: Existing["properties"]) =>
      planImports({
        declared: [user, schedule, escalation, point],
        existing: [
          existing(user.type, "U1", { email: "ann@shop.test" }),
          existing(schedule.type, "S1", {
            ...{ name: "primary", layers: [{ users }, { users: ["U9"], end: "2020-01-01T00:00:00Z" }] },
          }),
          existing(escalation.type, "E1", { name: "up", rules: [{ targets: users.map((id) => ({ id })) }] }),
          { ...existing(point.type, "pager"), urn: point.urn },
          existing(point.type, "pager", { name: "pager", pagerduties: [{}], ...integrations }),
        ],
      }).steps.flatMap(({ loses }) => loses ?? []);
    expect(planned(["U1"], {})).toEqual([]);
    expect(planned(["U1", "U2", "U3"], { emails: [{ addresses: [] }], pagerduties: [{}, {}] })).toEqual([
      "2 people that the program does not declare",
      "2 targets that the program does not declare",
      "1 emails integration (number 1) and 1 pagerduties integration (number 2) that the program does not declare",
    ]);
  });

  it("knows what the stack has under an older name, and what the vendor keeps", () => {
    const older = zone.urn.replace(/::zone$/, "::domain");
    const kept = { ...record("r1", {}), urn: zone.urn.replace(/::zone$/, "::kept"), isRetained: true };
    const moved = own("www", { type: "A", name: "www", content: "192.0.2.1" });
    const plan = planImports({
      declared: [{ ...zone, olderUrns: [older] }, moved, { ...moved, urn: `${moved.urn}-2`, name: "again" }],
      existing: [
        ...[{ ...theirZone, urn: older }, kept],
        { ...record("r2", {}), urn: moved.urn },
        record("r2", { type: "A", name: "www.shop.test", content: "192.0.2.1" }),
      ],
    });
    expect(actionsOf(plan)).toEqual({ zone: "managed", www: "managed", again: "ask" });
    expect(plan.deleted).toEqual([]);
  });
});
