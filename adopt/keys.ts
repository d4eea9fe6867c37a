import { textOf } from "./resources.ts";

type Properties = Readonly<Record<string, unknown>>;

/** How resources of a type are told apart by what people and vendors call them, and how Pulumi imports one. */
export interface NaturalKey {
  /** The type of the resource that it belongs to, such as a record's zone, and the property with its id. */
  readonly scope?: { readonly type: string; readonly property: string };
  /** @returns undefined where its properties do not say */
  readonly key: (properties: Properties, scope: Scope) => string | undefined;
  /**
   * What `pulumi import` takes.
   *
   * @returns undefined where its properties do not say
   */
  readonly importId: (id: string, properties: Properties) => string | undefined;
  /** There is one of it, so a declaration replaces what it holds. */
  readonly singleton?: Singleton;
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

/** A project without a team belongs to a person, and its id stands alone. */
function joinedIfTeam(properties: Properties, id: string): string {
  const team = textOf(properties, "teamId");
  return team === undefined ? id : `${team}/${id}`;
}

const byName: NaturalKey = { key: named("name"), importId: plainId };
const oneOfZone: NaturalKey = {
  scope: zone,
  key: () => "",
  importId: (_, properties) => textOf(properties, "zoneId"),
};

/**
 * The natural keys of what the program declares. Sources of the forms of ids: the section "Import" of each
 * resource in the documentation of the providers.
 */
export const naturalKeys: Readonly<Record<string, NaturalKey>> = {
  "cloudflare:index/zone:Zone": byName,
  "cloudflare:index/dnsRecord:DnsRecord": { scope: zone, key: recordKey, importId: inZone },
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
  },
  "cloudflare:index/zoneDnssec:ZoneDnssec": oneOfZone,
  "cloudflare:index/universalSslSetting:UniversalSslSetting": oneOfZone,
  "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": oneOfZone,
  "cloudflare:index/zoneSubscription:ZoneSubscription": oneOfZone,
  "cloudflare:index/r2Bucket:R2Bucket": {
    key: named("name"),
    importId: (_, properties) =>
      joined(
        textOf(properties, "accountId"),
        textOf(properties, "name"),
        textOf(properties, "jurisdiction") ?? "default",
      ),
  },
  "vercel:index/project:Project": { key: named("name"), importId: inTeam },
  "vercel:index/projectDomain:ProjectDomain": {
    key: named("domain"),
    importId: (_, properties) => {
      const path = joined(textOf(properties, "projectId"), textOf(properties, "domain"));
      return path === undefined ? undefined : joinedIfTeam(properties, path);
    },
  },
  "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable": {
    scope: vercelProject,
    key: (properties) => joined(textOf(properties, "key"), listed(properties.targets)),
    importId: (id, properties) => {
      const path = joined(textOf(properties, "projectId"), id);
      return path === undefined ? undefined : joinedIfTeam(properties, path);
    },
  },
  "vercel:index/firewallConfig:FirewallConfig": {
    scope: vercelProject,
    key: () => "",
    importId: (_, properties) => {
      const project = textOf(properties, "projectId");
      return project === undefined ? undefined : joinedIfTeam(properties, project);
    },
  },
  "grafana:oss/folder:Folder": {
    key: (properties) => textOf(properties, "uid") ?? textOf(properties, "title"),
    importId: (id, properties) => textOf(properties, "uid") ?? id,
  },
  "grafana:oss/dashboard:Dashboard": {
    key: dashboardUid,
    importId: (id, properties) => dashboardUid(properties) ?? id,
  },
  "grafana:alerting/contactPoint:ContactPoint": {
    key: named("name"),
    importId: (id, properties) => textOf(properties, "name") ?? id,
  },
  "grafana:alerting/muteTiming:MuteTiming": {
    key: named("name"),
    importId: (id, properties) => textOf(properties, "name") ?? id,
  },
  "grafana:alerting/messageTemplate:MessageTemplate": {
    key: named("name"),
    importId: (id, properties) => textOf(properties, "name") ?? id,
  },
  "grafana:alerting/ruleGroup:RuleGroup": {
    key: named("name"),
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
  "render:index/project:Project": byName,
  "render:index/webService:WebService": byName,
  "render:index/cronJob:CronJob": byName,
  "render:index/envGroup:EnvGroup": byName,
  "supabase:index/project:Project": byName,
  "sentry:index/team:Team": { key: named("slug"), importId: inOrganization },
  "sentry:index/project:Project": { key: named("slug"), importId: inOrganization },
  "pagerduty:index/user:User": { key: lowerCase("email"), importId: plainId },
  "pagerduty:index/schedule:Schedule": byName,
  "pagerduty:index/escalationPolicy:EscalationPolicy": byName,
  "pagerduty:index/service:Service": byName,
  "postgresql:index/role:Role": {
    key: named("name"),
    importId: (_, properties) => textOf(properties, "name"),
  },
  "github:index/repository:Repository": {
    key: named("name"),
    importId: (_, properties) => textOf(properties, "name"),
  },
};

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

function inOrganization(_: string, properties: Properties): string | undefined {
  return joined(textOf(properties, "organization"), textOf(properties, "slug"));
}

function lowerCase(property: string): NaturalKey["key"] {
  return (properties) => textOf(properties, property)?.toLowerCase();
}

/** Where a name can have one record of a type, the type and the name; else what the record says, too. */
function recordKey(properties: Properties, { zone: zoneName }: Scope): string | undefined {
  const type = textOf(properties, "type")?.toUpperCase();
  const name = textOf(properties, "name");
  if (type === undefined || name === undefined) return undefined;
  const full = fullName(name.toLowerCase().replace(/\.$/, ""), zoneName?.toLowerCase());
  if (type === "CNAME" || type === "A" || type === "AAAA") return `${type} ${full}`;
  const content = textOf(properties, "content") ?? JSON.stringify(properties.data ?? null);
  return `${type} ${full} ${content}`;
}

/** A record's name with its zone: `www`, `www.example.com` and `@` are told apart by the zone alone. */
function fullName(name: string, zoneName: string | undefined): string {
  if (zoneName === undefined || name === zoneName || name.endsWith(`.${zoneName}`)) return name;
  return name === "@" ? zoneName : `${name}.${zoneName}`;
}

function dashboardUid(properties: Properties): string | undefined {
  const stated = textOf(properties, "uid");
  if (stated !== undefined) return stated;
  const model = textOf(properties, "configJson");
  return model === undefined ? undefined : /"uid"\s*:\s*"([\w-]{1,40})"/.exec(model)?.[1];
}

function listed(value: unknown): string | undefined {
  if (value === undefined || value === null) return "all";
  return Array.isArray(value) && value.every((one) => typeof one === "string")
    ? value.toSorted().join(",")
    : undefined;
}
