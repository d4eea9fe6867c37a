import { contentOf, fullName, hostOf, isHostRecord } from "./records.ts";
import { type Existing, type Properties, textOf, unsaid } from "./resources.ts";

/** How resources of a type are told apart by what people and vendors call them, and how Pulumi imports one. */
export interface NaturalKey {
  /** What it belongs to, such as a record's zone: the same key elsewhere is another thing. */
  readonly scope?: Belonging;
  /** What it belongs to, where its key is the only one of its kind anyway: found elsewhere, it would be moved. */
  readonly owner?: Belonging;
  /** @returns undefined where its properties do not say */
  readonly key: (properties: Properties, scope: Scope) => string | undefined;
  /** Which of those with its key it is, where there can be several. Default: any of them. */
  readonly fits?: (declared: Properties, existing: Properties) => boolean;
  /** Where several fit, those that it rather is. */
  readonly closest?: (declared: Properties, existing: Properties) => boolean;
  /** Whether two keys that differ in their case, or in dashes and spaces, may be of one thing. */
  readonly isName?: true;
  /** What else only one of them has, such as a host: one that has the same may be it, whatever it is called. */
  readonly marks?: (properties: Properties) => readonly string[];
  /** There are so few that any other of its type may be it, and a second one would be a mistake to regret. */
  readonly isRare?: true;
  /** Property with the account or the team: of another one, it is another thing. */
  readonly account?: string;
  /** Properties that no update changes: one that differs means a new resource in place of this one. */
  readonly fixed?: readonly string[];
  /**
   * What `pulumi import` takes.
   *
   * @returns undefined where its properties do not say
   */
  readonly importId: (id: string, properties: Properties) => string | undefined;
  /** There is one of it, so a declaration replaces what it holds. */
  readonly singleton?: Singleton;
  /** The program leaves it the name that it has. */
  readonly keepsName?: true;
  /** What it holds beside that, of which an update removes whatever the program does not declare. */
  readonly held?: readonly Held[];
  /** Others that it lists by their ids, of which an update leaves those that it declares. */
  readonly members?: Members;
}

/** What a resource belongs to, and the property that says so. */
export interface Belonging {
  readonly type: string;
  readonly property: string;
  /** The property of what it belongs to that it is said by. Default: its id. */
  readonly by?: string;
}

/** Others that are listed by their ids. */
export interface Members {
  /** What each is, such as `service`. */
  readonly holds: string;
  /** Default: with an s. */
  readonly plural?: string;
  readonly ids: (properties: Properties) => readonly string[];
}

/** Something that holds a list, of which an update leaves what it declares. */
export interface Singleton {
  /** What the list is of, such as `rule`. */
  readonly holds: string;
  readonly property: string;
  /** Names of an element, of which one is enough to know it by: what a vendor adds to it says nothing. */
  readonly names: (element: Properties) => readonly (string | undefined)[];
  /** The vendor always has one, whether anybody made it or not. */
  readonly isAlwaysThere?: true;
}

/** Parts of a resource that are no resources of their own. */
export interface Held {
  /** What each is, such as `variable`. */
  readonly noun: string;
  readonly property: string;
  /** Names of all of them. */
  readonly names: (value: unknown) => readonly (string | undefined)[];
  /** A type of which any declared resource may have it in its stead, under the same property. */
  readonly elsewhere?: string;
}

/** What a resource belongs to. */
export interface Scope {
  /** Name of the zone; undefined where that is not known. */
  readonly zone: string | undefined;
}

const zone = { type: "cloudflare:index/zone:Zone", property: "zoneId" } as const;
const vercelProject = { type: "vercel:index/project:Project", property: "projectId" } as const;

const named = (property: string) => (properties: Properties) => textOf(properties, property);
const plainId = (id: string) => id;
const joined = (...parts: (string | undefined)[]): string | undefined =>
  parts.some((part) => part === undefined) ? undefined : parts.join("/");
const inZone = (id: string, properties: Properties) => joined(textOf(properties, "zoneId"), id);
const inTeam = (id: string, properties: Properties) => joinedIfTeam(properties, id);
const inOrganization =
  (property: string) =>
  (_: string, properties: Properties): string | undefined =>
    joined(textOf(properties, "organization"), textOf(properties, property));

/** A project without a team belongs to a person, and its id stands alone. */
function joinedIfTeam(properties: Properties, id: string): string {
  const team = textOf(properties, "teamId");
  return team === undefined ? id : `${team}/${id}`;
}

const keysOf = (value: unknown): string[] => Object.keys(Object(value));
const each = (name: string) => (value: unknown) => elementsOf(value).map((one) => textOf(one, name));

const groupType = "render:index/envGroup:EnvGroup";
const files: Held = { noun: "secret file", property: "secretFiles", names: keysOf };
const hosts: Held = { noun: "host", property: "customDomains", names: each("name") };
const variables: Held = { noun: "variable", property: "envVars", names: keysOf };
const networks: Held = {
  ...{ noun: "allowed network", property: "ipAllowLists" },
  // That everybody may come is no limit that could be lost.
  names: (value) =>
    each("cidrBlock")(value).filter((network) => !/^(?:0\.0\.0\.0|::)\/0$/.test(network ?? "")),
};
const disk: Held = {
  ...{ noun: "disk", property: "disk" },
  names: (value) => (typeof value === "object" && value !== null ? [textOf({ ...value }, "name")] : []),
};
const programParts = [{ ...variables, elsewhere: groupType }, files] as const;

/** Integrations of a contact point at Grafana, each kind a list. They have no names, so they are counted. */
const integrations = [
  ...[
    "alertmanagers",
    "dingdings",
    "discords",
    "emails",
    "googlechats",
    "jiras",
    "kafkas",
    "lines",
    "oncalls",
  ],
  ...["opsgenies", "pagerduties", "pushovers", "sensugos", "slacks", "sns", "teams", "telegrams", "threemas"],
  ...["victorops", "webexes", "webhooks", "wecoms"],
].map((property): Held => {
  const names = (value: unknown) => elementsOf(value).map((_, at) => `number ${at + 1}`);
  return { noun: `${property} integration`, property, names };
});

const byName: NaturalKey = { key: named("name"), isName: true, importId: plainId };
const atRender: NaturalKey = { ...byName, fixed: ["region"], held: programParts };
const running: NaturalKey = { ...atRender, held: [...programParts, disk] };
const byOwnName: NaturalKey = {
  key: named("name"),
  isName: true,
  fixed: ["name"],
  importId: (id, properties) => textOf(properties, "name") ?? id,
};
const oneOfZone: NaturalKey = {
  scope: zone,
  key: () => "",
  importId: (_, properties) => textOf(properties, "zoneId"),
};
const oneOfVercelProject: NaturalKey = {
  scope: vercelProject,
  key: () => "",
  importId: (_, properties) => {
    const project = textOf(properties, "projectId");
    return project === undefined ? undefined : joinedIfTeam(properties, project);
  },
};

const sentryMonitor: NaturalKey = {
  scope: { type: "sentry:index/project:Project", property: "project", by: "slug" },
  key: named("name"),
  isName: true,
  importId: (id, properties) => joined(textOf(properties, "organization"), id),
};

/**
 * The natural keys of what the program declares. Sources of the forms of ids: the section "Import" of each
 * resource in the documentation of the providers.
 */
export const naturalKeys: Readonly<Record<string, NaturalKey>> = {
  "cloudflare:index/zone:Zone": {
    key: (properties) => hostIn(properties, "name"),
    account: "account.id",
    fixed: ["name", "account.id"],
    importId: plainId,
  },
  "cloudflare:index/dnsRecord:DnsRecord": {
    scope: zone,
    key: recordKey,
    fits: isSameRecord,
    closest: (declared, existing) => contentOf(declared) === contentOf(existing),
    importId: inZone,
  },
  "cloudflare:index/zoneSetting:ZoneSetting": {
    scope: zone,
    key: named("settingId"),
    importId: (_, properties) => joined(textOf(properties, "zoneId"), textOf(properties, "settingId")),
  },
  "cloudflare:index/ruleset:Ruleset": {
    scope: zone,
    key: named("phase"),
    importId: (id, properties) => joined("zones", textOf(properties, "zoneId"), id),
    singleton: { holds: "rule", property: "rules", names: ruleNames },
    keepsName: true,
  },
  "cloudflare:index/zoneDnssec:ZoneDnssec": oneOfZone,
  "cloudflare:index/universalSslSetting:UniversalSslSetting": oneOfZone,
  "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": oneOfZone,
  "cloudflare:index/zoneSubscription:ZoneSubscription": oneOfZone,
  "cloudflare:index/r2Bucket:R2Bucket": {
    key: named("name"),
    account: "accountId",
    fits: (declared, existing) => jurisdictionOf(declared) === jurisdictionOf(existing),
    fixed: ["name", "accountId", "jurisdiction", "location"],
    importId: (_, properties) =>
      joined(textOf(properties, "accountId"), textOf(properties, "name"), jurisdictionOf(properties)),
  },
  "vercel:index/project:Project": {
    ...{ ...byName, account: "teamId", fixed: ["teamId"] },
    importId: inTeam,
    isRare: true,
  },
  "vercel:index/projectDomain:ProjectDomain": {
    owner: vercelProject,
    key: (properties) => hostIn(properties, "domain"),
    account: "teamId",
    fixed: ["domain", "projectId", "teamId"],
    importId: (_, properties) => {
      const path = joined(textOf(properties, "projectId"), textOf(properties, "domain"));
      return path === undefined ? undefined : joinedIfTeam(properties, path);
    },
  },
  "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable": {
    scope: vercelProject,
    key: named("key"),
    // Vercel refuses a second one of a name for the same target, whichever others the first one has.
    fits: (declared, existing) => {
      const [own, theirs] = [targetsOf(declared), targetsOf(existing)];
      return own === undefined || theirs === undefined || own.some((target) => theirs.includes(target));
    },
    importId: (id, properties) => {
      const path = joined(textOf(properties, "projectId"), id);
      return path === undefined ? undefined : joinedIfTeam(properties, path);
    },
  },
  "vercel:index/firewallConfig:FirewallConfig": {
    ...oneOfVercelProject,
    held: [
      { noun: "rule", property: "rules", names: firewallRules("name") },
      { noun: "address rule", property: "ipRules", names: firewallRules("ip") },
    ],
  },
  "vercel:index/projectDeploymentRetention:ProjectDeploymentRetention": oneOfVercelProject,
  "vercel:index/logDrain:LogDrain": { ...byName, account: "teamId", importId: inTeam },
  "grafana:oss/folder:Folder": {
    key: (properties) => textOf(properties, "uid") ?? textOf(properties, "title"),
    fixed: ["uid"],
    importId: (id, properties) => textOf(properties, "uid") ?? id,
  },
  "grafana:oss/dashboard:Dashboard": {
    key: dashboardUid,
    importId: (id, properties) => dashboardUid(properties) ?? id,
  },
  "grafana:alerting/contactPoint:ContactPoint": { ...byOwnName, held: integrations },
  "grafana:alerting/muteTiming:MuteTiming": byOwnName,
  "grafana:alerting/messageTemplate:MessageTemplate": byOwnName,
  "grafana:alerting/ruleGroup:RuleGroup": {
    scope: { type: "grafana:oss/folder:Folder", property: "folderUid", by: "uid" },
    key: named("name"),
    fixed: ["name", "folderUid"],
    held: [{ noun: "rule", property: "rules", names: each("name") }],
    importId: (_, properties) => {
      const folder = textOf(properties, "folderUid");
      const name = textOf(properties, "name");
      return folder === undefined || name === undefined ? undefined : `${folder}:${name}`;
    },
  },
  "grafana:alerting/notificationPolicy:NotificationPolicy": {
    key: () => "",
    importId: () => "policy",
    singleton: { holds: "route", property: "policies", names: routeNames, isAlwaysThere: true },
  },
  "render:index/project:Project": {
    ...byName,
    held: [{ noun: "environment", property: "environments", names: keysOf }],
  },
  "render:index/webService:WebService": {
    ...{ ...running, marks: customDomainsOf },
    held: [...programParts, disk, hosts, networks],
  },
  "render:index/backgroundWorker:BackgroundWorker": running,
  "render:index/privateService:PrivateService": running,
  "render:index/cronJob:CronJob": atRender,
  "render:index/staticSite:StaticSite": {
    ...{ ...byName, marks: customDomainsOf },
    held: [
      ...[variables, hosts, networks],
      { noun: "header", property: "headers", names: each("name") },
      { noun: "route", property: "routes", names: each("source") },
    ],
  },
  "render:index/envGroup:EnvGroup": { ...byName, held: [variables, files] },
  "render:index/envGroupLink:EnvGroupLink": {
    scope: { type: groupType, property: "envGroupId" },
    key: () => "",
    importId: (id, properties) => textOf(properties, "envGroupId") ?? id,
    members: { holds: "service", ids: ({ serviceIds }) => textsOf(serviceIds) },
  },
  "supabase:index/project:Project": {
    ...byName,
    account: "organizationId",
    fixed: ["name", "organizationId", "region"],
    isRare: true,
  },
  "supabase:index/settings:Settings": {
    scope: { type: "supabase:index/project:Project", property: "projectRef" },
    key: () => "",
    importId: (id, properties) => textOf(properties, "projectRef") ?? id,
  },
  "sentry:index/team:Team": {
    key: named("slug"),
    account: "organization",
    importId: inOrganization("slug"),
  },
  "sentry:index/project:Project": {
    key: named("slug"),
    account: "organization",
    importId: inOrganization("slug"),
  },
  "sentry:index/key:Key": {
    scope: { type: "sentry:index/project:Project", property: "project", by: "slug" },
    key: named("name"),
    isName: true,
    importId: (id, properties) =>
      joined(textOf(properties, "organization"), textOf(properties, "project"), id),
  },
  "sentry:index/alert:Alert": {
    key: named("name"),
    isName: true,
    account: "organization",
    importId: (id, properties) => joined(textOf(properties, "organization"), id),
  },
  "sentry:index/uptimeMonitor:UptimeMonitor": sentryMonitor,
  "sentry:index/cronMonitor:CronMonitor": sentryMonitor,
  "sentry:index/metricMonitor:MetricMonitor": sentryMonitor,
  "pagerduty:index/user:User": { key: lowerCase("email"), importId: plainId },
  "pagerduty:index/schedule:Schedule": {
    ...byName,
    members: { holds: "person", plural: "people", ids: peopleOf },
  },
  "pagerduty:index/escalationPolicy:EscalationPolicy": {
    ...byName,
    members: { holds: "target", ids: targetIdsOf },
  },
  "pagerduty:index/service:Service": byName,
  "pagerduty:index/serviceIntegration:ServiceIntegration": {
    scope: { type: "pagerduty:index/service:Service", property: "service" },
    key: named("name"),
    isName: true,
    importId: (id, properties) => {
      const service = textOf(properties, "service");
      return service === undefined ? undefined : `${service}.${id}`;
    },
  },
  "postgresql:index/role:Role": {
    key: named("name"),
    importId: (_, properties) => textOf(properties, "name"),
  },
  "github:index/repository:Repository": {
    key: lowerCase("name"),
    importId: (_, properties) => textOf(properties, "name"),
  },
};

/** Who takes turns. A layer that has an end stays in the schedule for good, and an update leaves it there. */
function peopleOf({ layers }: Properties): string[] {
  return elementsOf(layers)
    .filter(({ end }) => end === undefined || end === null || end === "")
    .flatMap(({ users }) => textsOf(users));
}

function targetIdsOf({ rules }: Properties): string[] {
  return elementsOf(rules)
    .flatMap(({ targets }) => elementsOf(targets))
    .flatMap((target) => textOf(target, "id") ?? []);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Rules of a firewall at Vercel, by a property of each. */
function firewallRules(name: string) {
  return (value: unknown) => each(name)(rulesIn(value));
}

function rulesIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "rules" in value ? value.rules : undefined;
}

/** What `pulumi import` takes for what is there; undefined where that does not say it. */
export function importIdOf({ type, id, properties }: Existing): string | undefined {
  const natural = naturalKeys[type];
  const imported = natural === undefined ? id : natural.importId(id, properties);
  return imported?.includes(unsaid) === true ? undefined : imported;
}

/** By its reference, or by what it does. */
function ruleNames(rule: Properties): (string | undefined)[] {
  const ref = textOf(rule, "ref");
  return [ref && `ref ${ref}`, JSON.stringify([rule.action, rule.expression])];
}

function routeNames({ contactPoint, matchers, policies }: Properties): string[] {
  const conditions = Array.isArray(matchers) ? matchers.map((matcher) => JSON.stringify(matcher)) : [];
  const below = Array.isArray(policies) ? policies.length : 0;
  return [JSON.stringify([contactPoint, conditions.toSorted(), below])];
}

function lowerCase(property: string): NaturalKey["key"] {
  return (properties) => textOf(properties, property)?.toLowerCase();
}

function recordKey(properties: Properties, { zone: zoneName }: Scope): string | undefined {
  const type = textOf(properties, "type")?.toUpperCase();
  const name = textOf(properties, "name");
  return type === undefined || name === undefined ? undefined : `${type} ${fullName(name, zoneName)}`;
}

/** Where a name can have several records of a type, what the record says tells which it is. */
function isSameRecord(declared: Properties, existing: Properties): boolean {
  if (isHostRecord(declared)) return true;
  const [own, theirs] = [contentOf(declared), contentOf(existing)];
  return own === undefined || theirs === undefined || own === theirs;
}

function hostIn(properties: Properties, property: string): string | undefined {
  const name = textOf(properties, property);
  return name === undefined ? undefined : hostOf(name);
}

function customDomainsOf({ customDomains }: Properties): string[] {
  return elementsOf(customDomains).flatMap((domain) => hostIn(domain, "name") ?? []);
}

/** The objects of a list. */
export function elementsOf(value: unknown): Properties[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

function jurisdictionOf(properties: Properties): string {
  return textOf(properties, "jurisdiction") ?? "default";
}

/** What a service at Render is built for, such as `node` or `docker`; undefined where that is not known. */
export function runtimeOf({ runtimeSource }: Properties): string | undefined {
  const source = Object(runtimeSource);
  const block = ["docker", "image"].find((name) => typeof source[name] === "object" && source[name] !== null);
  return block ?? textOf(Object(source.nativeRuntime), "runtime");
}

/** Where a variable is set; undefined where that is not known. */
export function targetsOf({ targets }: Properties): readonly string[] | undefined {
  if (typeof targets === "string") return [targets];
  return Array.isArray(targets) && targets.length > 0 && targets.every((one) => typeof one === "string")
    ? targets
    : undefined;
}

/** The uid of the model itself: its panels and data sources have others. */
function dashboardUid(properties: Properties): string | undefined {
  const stated = textOf(properties, "uid");
  if (stated !== undefined) return stated;
  try {
    const model: unknown = JSON.parse(textOf(properties, "configJson") ?? "");
    return textOf(Object(model), "uid");
  } catch {
    return undefined;
  }
}
