import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { adapters } from "../../policies/adapters/index.ts";
import { newestType, renamedTypes } from "../../policies/model/renamed-types.ts";
import { typeName } from "../../policies/model/resource-type.ts";
import { cloudflare } from "../../policies/model/tokens.ts";
import { add, all, type Edit, inZone, objecting } from "../recording/edited.ts";
import { type RecordedStack, recordPlatform } from "../recording/stacks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where a provider's package declares its types. */
const packages: Readonly<Record<string, string>> = {
  cloudflare: "node_modules/@pulumi/cloudflare",
  github: "node_modules/@pulumi/github",
  grafana: "node_modules/@pulumi/grafana",
  pagerduty: "node_modules/@pulumi/pagerduty",
  postgresql: "node_modules/@pulumi/postgresql",
  pulumiservice: "node_modules/@pulumi/pulumiservice",
  render: "sdks/render",
  sentry: "sdks/sentry",
  supabase: "sdks/supabase",
  vercel: "node_modules/@pulumi/vercel",
};

function typesIn(folder: string): string[] {
  const found = globSync(`${folder}/**/*.{js,ts}`, { cwd: root })
    .filter((file) => !file.endsWith(".d.ts"))
    .flatMap((file) => [
      ...readFileSync(`${root}${file}`, "utf8").matchAll(/__pulumiType = ['"]([a-z]+:[^'"]+)['"]/g),
    ]);
  return [...new Set(found.map(([, type = ""]) => type))].filter((type) => !type.startsWith("pulumi:"));
}

const listed = adapters.flatMap(({ packages: names = [], types }) =>
  types === undefined ? [] : names.map((name) => [name, types] as const),
);

describe("the table of types", () => {
  test("is there for each vendor whose package is installed", () => {
    expect(listed.map(([name]) => name).sort()).toEqual(Object.keys(packages));
  });

  test.each(listed)("has each type of the installed package of %s once", (name, types) => {
    const read = new Set(types.judged.map(typeName));
    const others = [
      ...types.harmless.flatMap(([, names]) => names),
      ...types.doubtful.map((doubt) => doubt.name),
    ];
    expect(others.filter((one, index) => others.indexOf(one) !== index || read.has(one))).toEqual([]);
    const all = new Set([...read, ...others]);
    const installed = typesIn(packages[name] ?? "");
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter((type) => !all.has(typeName(newestType(type))))).toEqual([]);
  });

  test("names each type that a package calls deprecated in favor of another", () => {
    const files = ["cloudflare", "grafana", "postgresql"].flatMap((name) =>
      globSync(`${packages[name]}/**/*.js`, { cwd: root }).map((file) =>
        readFileSync(`${root}${file}`, "utf8"),
      ),
    );
    const deprecated = files.filter((text) =>
      /@deprecated [\w./]+ has been deprecated in favor of/.test(text),
    );
    const types = deprecated.flatMap((text) => [
      ...text.matchAll(/__pulumiType = '([^']+)'/g).map(([, type = ""]) => type),
    ]);
    const others = types.filter((type) => !renamedTypes.includes(type));
    // Records are read under both names.
    expect(others).toEqual([cloudflare.record]);
    expect(renamedTypes.filter((type) => !types.includes(type))).toEqual([]);
  });
});

describe("a resource of a type that no policy reads", () => {
  let platform: RecordedStack;

  beforeAll(async () => {
    platform = await recordPlatform();
  }, 60_000);

  const policy = "resource-types-judged";

  test.each<[string, Edit]>([
    ["nobody knows", add("cloudflare:index/zoneBypass:ZoneBypass", "new", {}, inZone)],
    ["of another module is not known", add("grafana:alerting/v2/team:Team", "new", {})],
    [
      "may fill the zone",
      add("cloudflare:index/dnsZoneTransfersIncoming:DnsZoneTransfersIncoming", "new", {}, inZone),
    ],
    [
      "may let the domain be moved away",
      add("cloudflare:index/registrarDomain:RegistrarDomain", "new", { locked: false }),
    ],
    [
      "lets a flood use up the quota of errors",
      add("sentry:index/allProjectsSpikeProtection:AllProjectsSpikeProtection", "new", { enabled: false }),
    ],
    [
      "reads metrics in plain text",
      add("grafana:oss/dataSource:DataSource", "new", {
        type: "prometheus",
        url: "http://metrics.example:9090",
      }),
    ],
    [
      "stops calls that break a schema",
      add(
        "cloudflare:index/schemaValidationSettings:SchemaValidationSettings",
        "new",
        { validationDefaultMitigationAction: "block" },
        inZone,
      ),
    ],
    [
      "may let no visitor in",
      add("cloudflare:index/waitingRoomEvent:WaitingRoomEvent", "new", { queueingMethod: "reject" }, inZone),
    ],
    [
      "puts an alert to an incident of yesterday",
      add("pagerduty:index/alertGroupingSetting:AlertGroupingSetting", "new", {
        type: "time",
        config: { timeout: 86_400 },
      }),
    ],
  ])("is refused where it %s", (_what, edit) => {
    expect(objecting(edit(platform))).toEqual([policy]);
  });

  test.each<[string, Edit]>([
    ["only adds a check", add("cloudflare:index/turnstileWidget:TurnstileWidget", "new", {})],
    [
      "says that it does not",
      add("cloudflare:index/registrarDomain:RegistrarDomain", "new", { locked: true }),
    ],
    [
      "finds calls that break a schema, and lets them through",
      all(
        add("cloudflare:index/schemaValidationSchemas:SchemaValidationSchemas", "schema", {}, inZone),
        add(
          "cloudflare:index/schemaValidationSettings:SchemaValidationSettings",
          "new",
          { validationDefaultMitigationAction: "log" },
          inZone,
        ),
      ),
    ],
    [
      "holds more visitors back for an evening",
      add("cloudflare:index/waitingRoomEvent:WaitingRoomEvent", "new", { queueingMethod: "fifo" }, inZone),
    ],
    [
      "puts what is alike into one incident",
      add("pagerduty:index/alertGroupingSetting:AlertGroupingSetting", "new", { type: "intelligent" }),
    ],
    [
      "keeps room for errors in every project",
      add("sentry:index/allProjectsSpikeProtection:AllProjectsSpikeProtection", "new", { enabled: true }),
    ],
    [
      "reads metrics in the network of the installation",
      add("grafana:oss/dataSource:DataSource", "new", {
        type: "prometheus",
        url: "http://prometheus.monitoring.svc:9090",
      }),
    ],
    ["is of a vendor that is left alone", add("auth0:index/client:Client", "new", {})],
    ["is about the staff", add("grafana:oss/team:Team", "new", { name: "operations" })],
  ])("is accepted where it %s", (_what, edit) => {
    expect(objecting(edit(platform))).toEqual([]);
  });

  test("is judged under the name that its package had for it before", () => {
    const edit = add("cloudflare:index/workerDomain:WorkerDomain", "old", {
      hostname: "api.optropic.example",
      service: "other",
    });
    expect(objecting(edit(platform))).toEqual(["traffic-reaches-host"]);
  });
});
