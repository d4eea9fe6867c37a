import {
  type AnyValue,
  type Child,
  type Fault,
  fault,
  type Item,
  type Key,
  known,
  type ResourceOf,
  type Stack,
  some,
  type Token,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { InputValue, unknownText } from "../framework/value.ts";
import { type Adapter, type HealthCheck, textsOf } from "../model/adapter.ts";
import { variablesSetBy } from "../model/commands.ts";
import type { Database } from "../model/database.ts";
import type * as ocean from "../model/digitalocean-args.ts";
import { fullName, isAddress } from "../model/dns-names.ts";
import type { Domain, HostRecord } from "../model/domain.ts";
import type { DnsZone } from "../model/edge.ts";
import type { ZoneFact } from "../model/edge-zone.ts";
import type { Host, Variable } from "../model/host.ts";
import { authorityIn, type Issuer, limitsIn } from "../model/issuer.ts";
import { belongsTo, ownerOf } from "../model/links.ts";
import { isEverywhere } from "../model/networks.ts";
import type { CodeSource } from "../model/section-host.ts";

const token = <Properties>(text: string): Token<Properties> => text;

const types = {
  app: token<ocean.AppArgs>("digitalocean:index/app:App"),
  cluster: token<ocean.ClusterArgs>("digitalocean:index/databaseCluster:DatabaseCluster"),
  firewall: token<ocean.FirewallArgs>("digitalocean:index/databaseFirewall:DatabaseFirewall"),
  pool: token<ocean.PoolArgs>("digitalocean:index/databaseConnectionPool:DatabaseConnectionPool"),
  settings: token<ocean.SettingsArgs>("digitalocean:index/databasePostgresqlConfig:DatabasePostgresqlConfig"),
  domain: token<ocean.DomainArgs>("digitalocean:index/domain:Domain"),
  record: token<ocean.RecordArgs>("digitalocean:index/dnsRecord:DnsRecord"),
  check: token<ocean.CheckArgs>("digitalocean:index/uptimeCheck:UptimeCheck"),
} as const;

type App = ResourceOf<ocean.AppArgs>;
type DnsRecord = ResourceOf<ocean.RecordArgs>;
type Cluster = ResourceOf<ocean.ClusterArgs>;
type Component = Value<ocean.Component>;

/** Names under which App Platform answers, and the addresses for a record at an apex. */
const isTarget = (content: string): boolean =>
  /\.ondigitalocean\.app$|^162\.159\.140\.98$|^172\.66\.0\.96$/.test(content);

const isOwnName = (host: string): boolean => host.endsWith(".ondigitalocean.app");

/** DigitalOcean: apps of App Platform, clusters of PostgreSQL, DNS and uptime checks. */
export const digitaloceanAdapter: Adapter = {
  packages: ["digitalocean"],
  api: /(?:^|\.)digitalocean(?:spaces)?\.com$/,
  isPlatform: (type) => type === types.app || type === types.cluster,
  databaseTypes: [types.cluster],
  fixes: {
    "application-uses-pooler":
      "At DigitalOcean that is the digitalocean.DatabaseConnectionPool's, with the port 25061.",
    "cdn-enabled": "App Platform is a CDN itself: leave disableEdgeCache out.",
    "database-declared": "Declare a digitalocean.DatabaseCluster in this stack.",
    "log-aggregation": "Set logDestinations of the services in the spec of the digitalocean.App.",
    "log-drain-every-host": "Set logDestinations of each service in the spec of the digitalocean.App.",
    "required-variables":
      "At DigitalOcean add it to envs of the service in the spec of the digitalocean.App, with a scope other than BUILD_TIME.",
    "secret-variables-sensitive": "At DigitalOcean set type of the entry in envs to SECRET.",
    "database-network-restricted":
      "Declare a digitalocean.DatabaseFirewall for the cluster whose rules name the app and the addresses that need it.",
    "database-pooler": "Declare a digitalocean.DatabaseConnectionPool for the cluster.",
    "dnssec-active": "Delegate the zone to a vendor that signs it: DigitalOcean has no DNSSEC.",
    "service-autoscaling":
      "Set autoscaling of the service in the spec of the digitalocean.App, with a larger maxInstanceCount than minInstanceCount.",
    "service-custom-domain": "Name the domain in domainNames of the spec of the digitalocean.App.",
    "service-health-check": "Set healthCheck.httpPath of the service in the spec of the digitalocean.App.",
    "tls-caa":
      "Declare a digitalocean.DnsRecord of type CAA at the zone's apex with the tag issue for letsencrypt.org and for pki.goog, by which App Platform gets certificates.",
  },
  hosts: (stack) => stack.ofType(types.app).flatMap((app) => services(app).map((it) => toHost(app, it))),
  variables: (stack) => stack.ofType(types.app).flatMap(appVariables),
  domains,
  records,
  issuers,
  dnsZones,
  databases: (stack) =>
    stack
      .ofType(types.cluster)
      .filter(isPostgres)
      .map((cluster) => toDatabase(stack, cluster)),
  hostTls,
  userOf: (resource) => (resource.is(types.pool) ? resource.at("user") : undefined),
  healthChecks,
  corsOrigins: (stack) => stack.ofType(types.app).flatMap(allowedOrigins),
  otherCommands: (stack) =>
    stack
      .ofType(types.app)
      .flatMap((app) => (["workers", "jobs", "staticSites"] as const).flatMap((kind) => parts(app, kind)))
      .flatMap((part) => [part.at("runCommand"), part.at("buildCommand")]),
  sources: (stack) =>
    stack
      .ofType(types.app)
      .flatMap((app) => componentKinds.flatMap((kind) => parts(app, kind)))
      .map(toSource),
  locations: (stack) => [
    ...stack
      .ofType(types.app)
      .map((app) => ({ resource: app, regions: () => regionsOf(app.at("spec", "region")) })),
    ...stack
      .ofType(types.cluster)
      .map((cluster) => ({ resource: cluster, regions: () => regionsOf(cluster.at("region")) })),
  ],
  logDrains: (stack) =>
    stack.ofType(types.app).filter((app) => known(() => services(app).some(hasDrain)) === true),
  // A connection pool answers beside its cluster, at the port above it.
  isPooler: (host, port) => host.endsWith(".db.ondigitalocean.com") && port === 25061,
  isTarget,
  isOwnName,
};

/** Components of an app of one kind; none where they are not known yet. */
function parts<K extends Key<ocean.AppSpec>>(app: App, kind: K): Value<Item<Child<ocean.AppSpec, K>>>[] {
  const list = app.at("spec").at(kind);
  return list.isUnknown ? [] : list.items();
}

const componentKinds = ["services", "workers", "jobs", "staticSites", "functions"] as const;

const services = (app: App): Component[] => parts(app, "services");

function toHost(app: App, service: Component): Host {
  const health = service.at("healthCheck", "httpPath");
  return {
    resource: app,
    kind: "service",
    variables: [
      ...[app.at("spec", "envs"), service.at("envs")].flatMap((list) => variablesIn(app, list)),
      ...variablesSetBy(service.at("runCommand")),
    ],
    commands: [
      { when: "start", command: service.at("runCommand") },
      { when: "build", command: service.at("buildCommand") },
    ],
    labels: () => [app.name, ...textsOf(service.at("name"))],
    domains: namesOf(app),
    // https://docs.digitalocean.com/products/app-platform/details/features/
    facesPublic: true,
    healthPath: health,
    logs: () =>
      hasDrain(service) || `${app.name} does not send the logs of ${nameOf(service)} to an aggregator.`,
    health: () =>
      /^\/\S*$/.test(health.string() ?? "")
        ? judgeHealthPort(service)
        : fault(
            health,
            `${nameOf(service)} has no health check path: App Platform asks only whether the port is open.`,
          ),
    scaling: () => judgeScaling(service),
    closed: () => closedBy(app),
    ownDomain: () =>
      some(namesOf(app), (name) => !isOwnName(name.string() ?? "")) ||
      `${app.name} has no domain of its own.`,
  };
}

/** An app in maintenance shows a page of its own to everybody, an archived one runs nothing. */
function closedBy(app: App): Fault | undefined {
  const off = (["enabled", "archive"] as const)
    .map((name) => app.at("spec", "maintenance", name))
    .find((it) => it.boolean() === true);
  if (off !== undefined)
    return fault(
      off,
      `${app.name} is in maintenance and answers nobody`,
      "Remove maintenance from the spec of the digitalocean.App.",
    );
  const plain = app
    .at("spec", "ingress", "rules")
    .items()
    .map((rule) => rule.at("redirect", "scheme"))
    .find((scheme) => scheme.string() === "http");
  return (
    plain &&
    fault(
      plain,
      `${app.name} redirects requests to plain http`,
      "Let scheme of the redirect in the spec of the digitalocean.App be https.",
    )
  );
}

/** App Platform takes TLS 1.2 and higher unless a domain says something else. */
function hostTls(stack: Stack): ZoneFact[] {
  return stack.ofType(types.app).flatMap((app) => {
    const list = app.at("spec", "domainNames");
    return (list.isUnknown ? [] : list.items()).map((entry) => ({
      resource: app,
      isGood: () => {
        const version = entry.at("minimumTlsVersion");
        return (
          ["1.2", "1.3"].includes(version.string() ?? "1.2") ||
          fault(version, `The minimum TLS version of ${entry.at("name").string()} is ${version.string()}.`)
        );
      },
    }));
  });
}

const nameOf = (service: Component): string =>
  known(() => service.at("name").string()) ?? service.resource.name;

const hasDrain = (service: Component): boolean => service.at("logDestinations").items().length > 0;

function judgeScaling(service: Component): Verdict {
  const scaling = service.at("autoscaling");
  const [min, max] = [
    scaling.at("minInstanceCount").number() ?? 0,
    scaling.at("maxInstanceCount").number() ?? 0,
  ];
  return !scaling.exists
    ? fault(scaling, `${nameOf(service)} does not scale automatically.`)
    : (min >= 1 && max > min) || fault(scaling, `${nameOf(service)} scales from ${min} to ${max} instances.`);
}

const hostsOfCode = ["github", "gitlab", "bitbucket"] as const;

function toSource(part: Component): CodeSource {
  const kind = hostsOfCode.find((it) => known(() => part.at(it).exists) !== false);
  return kind === undefined
    ? { repository: part.at("git", "repoCloneUrl"), branch: part.at("git", "branch") }
    : { repository: part.at(kind, "repo"), branch: part.at(kind, "branch") };
}

/** Variables of the app and of each of its parts. */
function appVariables(app: App): Variable[] {
  const own = componentKinds.flatMap((kind) => parts(app, kind));
  return [
    ...[app.at("spec", "envs"), ...own.map((one) => one.at("envs"))].flatMap((list) =>
      variablesIn(app, list),
    ),
    ...own.flatMap((component) => variablesSetBy(component.at("runCommand"))),
  ];
}

/** Where visitors are sent to unless the service says another: https://docs.digitalocean.com/products/app-platform/reference/app-spec/ */
const defaultPort = 8080;

/** The port that visitors are sent to, or another at which the component answers its own. */
function judgeHealthPort(service: Component): Verdict {
  const port = service.at("healthCheck", "port");
  const asked = port.number();
  const served = [
    service.at("httpPort").number() ?? defaultPort,
    ...service
      .at("internalPorts")
      .items()
      .map((it) => it.number()),
  ];
  return (
    asked === undefined ||
    served.includes(asked) ||
    fault(port, `${nameOf(service)} is asked for its health at port ${asked}, at which it does not answer.`)
  );
}

function variablesIn(app: App, list: Value<ocean.AppSpec["envs"]>): Variable[] {
  if (list.isUnknown) {
    return [{ resource: app, name: () => list.string(), value: list }];
  }
  return list.items().map((entry) => ({
    resource: app,
    // One that only the build has does not reach what runs.
    name: () => (entry.at("scope").string() === "BUILD_TIME" ? undefined : entry.at("key").string()),
    ...bound(app, entry.at("value")),
    hiding: {
      key: entry.at("key"),
      switch: entry.at("type"),
      isOn: () => entry.at("type").string() === "SECRET",
      otherStages: () => [],
    },
  }));
}

/**
 * `${db.DATABASE_URL}` is what App Platform puts there when it deploys: of the database of the app with that name, which
 * may be a cluster of the stack.
 */
function bound(app: App, value: AnyValue): Pick<Variable, "value" | "sources"> {
  const text = value.isUnknown ? undefined : value.string();
  const [, name] = /^\$\{([\w.-]+)\.\w+\}$/.exec(text ?? "") ?? [];
  if (name === undefined && !/^\$\{\w+\}$/.test(text ?? "")) return { value };
  const own = parts(app, "databases").find((one) => known(() => one.at("name").string()) === name);
  // Without a cluster the app makes a database for development, which nobody backs up.
  const isForDevelopment = own !== undefined && known(() => own.at("clusterName").exists) === false;
  return {
    value: new InputValue(app, value.path, unknownText),
    ...(own && { sources: isForDevelopment ? [] : app.dependencies }),
  };
}

/** In two forms, the older of which is a list of texts. */
function namesOf(app: App): AnyValue[] {
  const [named, older] = [app.at("spec", "domainNames"), app.at("spec", "domains")];
  return [
    ...(named.isUnknown ? [named] : named.items().map((entry): AnyValue => entry.at("name"))),
    // Programs also write objects there.
    ...(older.isUnknown
      ? [older]
      : older.items().map((it) => (it.isUnknown || it.string() !== undefined ? it : it.at("name")))),
  ];
}

function domains(stack: Stack): Domain[] {
  return stack.ofType(types.app).flatMap((app) =>
    namesOf(app).map((name) => ({
      resource: app,
      name,
      redirect: undefined,
      isServing: () => true,
      host: () => app,
      // https://docs.digitalocean.com/products/app-platform/how-to/cache-content/
      isCdn: known(() => app.at("spec", "disableEdgeCache").boolean()) !== true,
      authorities: ["letsencrypt.org", "pki.goog"],
      isTarget,
    })),
  );
}

/** A record's zone is named, or made from the resource that declares it. */
function zoneOf(stack: Stack, record: DnsRecord): string | undefined {
  const owner = ownerOf(stack, record, "domain", types.domain);
  return owner?.at("name").string() ?? record.at("domain").string();
}

const hostOf = (stack: Stack, record: DnsRecord): string | undefined =>
  fullName(record.at("name").string() ?? "", zoneOf(stack, record));

function records(stack: Stack): HostRecord[] {
  return stack.ofType(types.record).map((resource) => ({
    resource,
    host: () => (isAddress(resource.at("type").string()) ? hostOf(stack, resource) : undefined),
    content: resource.at("value"),
    sources: resource.dependenciesOf("value"),
  }));
}

const isCaa = (record: DnsRecord): boolean => record.at("type").string() === "CAA";

function issuers(stack: Stack): Issuer[] {
  return stack
    .ofType(types.record)
    .filter((record) => known(() => isCaa(record)) === true)
    .map((record) => ({
      resource: record,
      host: () => hostOf(stack, record),
      tag: () => record.at("tag").string()?.toLowerCase() ?? "",
      authority: () => authorityIn((record.at("value").string() ?? "").replace(/\.$/, "")),
      limits: () => limitsIn((record.at("value").string() ?? "").replace(/\.$/, "")),
      at: record.at("value"),
    }));
}

function dnsZones(stack: Stack): DnsZone[] {
  return stack.ofType(types.domain).map((zone) => ({
    resource: zone,
    hasIssuers: () =>
      some(
        stack.ofType(types.record),
        (record) =>
          isCaa(record) &&
          record.at("tag").string()?.toLowerCase() === "issue" &&
          hostOf(stack, record) === zone.at("name").string()?.toLowerCase(),
      ),
    // https://docs.digitalocean.com/products/networking/dns/details/limits/
    isSigned: () => "DigitalOcean signs no zone: its DNS has no DNSSEC.",
  }));
}

/** Other engines, such as Valkey, keep caches and queues. */
const isPostgres = (cluster: Cluster): boolean =>
  cluster.at("engine").isUnknown || cluster.at("engine").string() === "pg";

/** Recovery to any time of the last seven days: https://docs.digitalocean.com/products/databases/postgresql/how-to/restore-from-backups/ */
const recovery = { days: 7, lossMinutes: 5 };

function toDatabase(stack: Stack, cluster: Cluster): Database {
  const own = <P>(all: readonly ResourceOf<P>[], property: Key<P>) =>
    all.filter((one) => known(() => belongsTo(one, property, cluster)) !== false);
  return {
    resource: cluster,
    isProtected: () => cluster.protect,
    region: () =>
      Boolean(cluster.at("region").string()) || fault(cluster.at("region"), "No region is chosen."),
    network: () => {
      const rules = own(stack.ofType(types.firewall), "clusterId").flatMap((firewall) =>
        firewall.at("rules").items(),
      );
      const open = rules.find((rule) => isEverywhere(rule.at("value").string() ?? ""));
      if (rules.length === 0) {
        return "Every network reaches the database: no digitalocean.DatabaseFirewall names those that may.";
      }
      return (
        open === undefined ||
        fault(open, `Every network reaches the database: ${open.at("value").string()} is allowed.`)
      );
    },
    recovery: () => recovery,
    compute: () => true,
    // https://docs.digitalocean.com/products/databases/postgresql/how-to/connect/
    refusesPlaintext: () => true,
    pooler: () =>
      own(stack.ofType(types.pool), "clusterId").length > 0 ||
      `${cluster.name} has no pooler: no digitalocean.DatabaseConnectionPool is declared.`,
    quiet: () => {
      const logged = own(stack.ofType(types.settings), "clusterId").find(
        (it) => (it.at("logMinDurationStatement").number() ?? -1) >= 0,
      );
      return (
        logged === undefined ||
        fault(
          logged.at("logMinDurationStatement"),
          `${logged.name} logs statements, with the values in them.`,
        )
      );
    },
  };
}

function healthChecks(stack: Stack): HealthCheck[] {
  return stack.ofType(types.check).map((check) => ({
    resource: check,
    isOn: () => check.at("enabled").boolean() !== false && check.at("type").string() !== "ping",
    url: () => check.at("target").string(),
    locations: () => check.at("regions").items().length || 4,
  }));
}

/** Origins in the rules of the app's ingress and in its services; an unknown list is one unknown origin. */
function allowedOrigins(app: App): AnyValue[] {
  const rules = app.at("spec", "ingress", "rules");
  const lists = [
    ...(rules.isUnknown ? [] : rules.items().map((rule) => rule.at("cors", "allowOrigins"))),
    ...[...services(app), ...parts(app, "staticSites")].map((part) => part.at("cors", "allowOrigins")),
  ];
  return [...(rules.isUnknown ? [rules] : []), ...lists.flatMap(originsIn)];
}

function originsIn(allowed: Value<ocean.Origins | undefined>): AnyValue[] {
  return allowed.isUnknown
    ? [allowed]
    : (["exact", "prefix", "regex"] as const)
        .map((form) => allowed.at(form))
        .filter((it) => it.isUnknown || it.exists);
}

/** Regions of DigitalOcean by the region of Amazon in the same place. Source: https://docs.digitalocean.com/platform/regional-availability/ */
const places: Readonly<Record<string, string>> = {
  ams: "eu-west-4",
  atl: "us-east-1",
  blr: "ap-south-2",
  fra: "eu-central-1",
  lon: "eu-west-2",
  nyc: "us-east-1",
  sfo: "us-west-1",
  sgp: "ap-southeast-1",
  syd: "ap-southeast-2",
  tor: "ca-central-1",
};

/** `fra1` and `fra`: App Platform names no data center. */
function regionsOf(value: AnyValue): string[] {
  return textsOf(value).map((region) => places[region.replace(/\d+$/, "")] ?? region);
}
