import {
  fault,
  known,
  type ResourceOf,
  type Stack,
  type Token,
  type Verdict,
} from "../../framework/index.ts";
import { textsOf } from "../../model/adapter.ts";
import type * as args from "../../model/aws-args.ts";
import { awsProvider, rds } from "../../model/aws-tokens.ts";
import type { Database, Recovery } from "../../model/database.ts";
import { statementSetting } from "../../model/statement-setting.ts";

type Server = ResourceOf<args.DatabaseArgs>;
type ParameterGroup = Token<args.ParameterGroupArgs>;

/** Instances of their own and Aurora's clusters; an instance of a cluster is a part of it. */
export function databases(stack: Stack): Database[] {
  return [
    ...stack.ofType(rds.instance).map((one) => toDatabase(stack, one, [one], rds.parameterGroup)),
    ...stack.ofType(rds.cluster).map((cluster) => {
      const parts = stack
        .ofType(rds.clusterInstance)
        .filter((one) => one.refersTo(cluster, "clusterIdentifier"));
      return toDatabase(stack, cluster, parts, rds.clusterParameterGroup);
    }),
  ];
}

/** RDS keeps what was written within five minutes: the latest restorable time is at most so old. */
const lossMinutes = 5;

function toDatabase(
  stack: Stack,
  resource: Server,
  instances: readonly Server[],
  groupType: ParameterGroup,
): Database {
  return {
    resource,
    isProtected: () => resource.protect || resource.at("deletionProtection").boolean() === true,
    region: () => regionsOf(stack, resource).length > 0 || "No region is chosen: the provider has none.",
    network: () => {
      const open = instances.find((one) => one.at("publiclyAccessible").boolean() === true);
      return (
        open === undefined ||
        fault(open.at("publiclyAccessible"), `${open.name} has an address on the Internet.`)
      );
    },
    recovery: () => recoveryOf(resource),
    compute: () => true,
    refusesPlaintext: () => judgeTls(stack, resource, groupType),
    pooler: () => judgePooler(stack, resource),
    quiet: () => {
      const settings = parametersOf(resource, groupType);
      for (const [name, value] of settings) {
        const logged = statementSetting([[name, value]]);
        if (logged !== undefined) return fault(value, `${logged} has the server log statements.`);
      }
      return true;
    },
  };
}

/** Of the resource itself, else of its availability zone, else of the provider. */
export function regionsOf(stack: Stack, resource: ResourceOf<unknown>): string[] {
  const placed = resource.at().as<args.Placed>();
  const own = textsOf(placed.at("region"));
  const zones = textsOf(placed.at("availabilityZone")).map((zone) => zone.replace(/[a-z]$/, ""));
  const byProvider = stack.ofType(awsProvider).flatMap((provider) => textsOf(provider.at("region")));
  return [own, zones, [...new Set(byProvider)]].find((found) => found.length > 0) ?? [];
}

/** Automated backups are what RDS recovers to a point in time from; a cluster keeps them for a day by default. */
function recoveryOf(resource: Server): Recovery {
  const retention = resource.at("backupRetentionPeriod");
  const days = retention.number() ?? (resource.type === rds.cluster ? 1 : 0);
  if (days === 0) {
    return { fault: fault(retention, "Automated backups are off: backupRetentionPeriod is 0.") };
  }
  const encrypted = resource.at("storageEncrypted");
  return encrypted.boolean() === true
    ? { days, lossMinutes }
    : { fault: fault(encrypted, "The storage, and so its backups, are not encrypted.") };
}

/**
 * From version 15 on the default parameters of RDS refuse plaintext, those of Aurora from 17 on; before that they take it.
 *
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html
 */
function judgeTls(stack: Stack, resource: Server, groupType: ParameterGroup): Verdict {
  const proxy = stack
    .ofType(rds.proxy)
    .find((it) => it.at("engineFamily").string() !== "MYSQL" && it.at("requireTls").boolean() !== true);
  if (proxy !== undefined) {
    return fault(proxy.at("requireTls"), `${proxy.name}, before the database, takes plaintext connections.`);
  }
  const forced = parameterOf(resource, groupType, "rds.force_ssl");
  if (forced !== undefined) {
    return ["1", "true", "on"].includes((forced.string() ?? "").toLowerCase())
      ? true
      : fault(forced, `rds.force_ssl is ${forced.string()}, so the database takes plaintext connections.`);
  }
  const version = resource.at("engineVersion");
  const major = Number.parseInt(version.string() ?? "", 10);
  // A Multi-AZ cluster is of RDS: its engine is postgres, and Aurora's is aurora-postgresql.
  const isAurora = resource.type === rds.cluster && resource.at("engine").string() !== "postgres";
  const [vendor, first] = isAurora ? ["Aurora", 17] : ["PostgreSQL", 15];
  return (
    major >= first ||
    fault(
      version,
      `rds.force_ssl is not set to 1, and its default before ${vendor} ${first} takes plaintext connections.`,
    )
  );
}

const parameterOf = (resource: Server, groupType: ParameterGroup, name: string) =>
  parametersOf(resource, groupType).find(([own]) => own === name)?.[1];

function parametersOf(resource: Server, groupType: ParameterGroup) {
  const property = resource.type === rds.cluster ? "dbClusterParameterGroupName" : "parameterGroupName";
  const group = resource.dependenciesOf(property).find((source) => source.is(groupType));
  return (
    group
      ?.at("parameters")
      .items()
      .map((parameter) => [parameter.at("name").string() ?? "", parameter.at("value")] as const) ?? []
  );
}

function judgePooler(stack: Stack, resource: Server): Verdict {
  const isProxied = stack
    .ofType(rds.proxy)
    .some((it) => (known(() => it.at("engineFamily").string()) ?? "POSTGRESQL") === "POSTGRESQL");
  const isPooled = stack.all().some((one) => /pg-?bouncer|pooler|pgcat/i.test(one.name));
  return isProxied || isPooled || `${resource.name} has no pooler: no rds.Proxy is declared.`;
}

/** What runs in a region of Amazon's. */
export function locations(stack: Stack, types: readonly string[]) {
  return stack
    .all()
    .filter(({ type }) => types.includes(type))
    .map((resource) => ({ resource, regions: () => regionsOf(stack, resource) }));
}
