import type { Adapter } from "../../model/adapter.ts";
import { appRunner, cloudWatch, ecs, lambda, rds } from "../../model/aws-tokens.ts";
import { alerts, channels, dashboards, healthChecks } from "./alarms.ts";
import { corsOrigins } from "./cors.ts";
import { databases, locations } from "./databases.ts";
import { dnsZones, domains, issuers, isTarget, records } from "./domains.ts";
import { edges } from "./edges.ts";
import { fixes } from "./fixes.ts";
import { hosts, otherCommands, sources, variableFiles, variables } from "./hosts.ts";
import { jobs } from "./jobs.ts";
import { secretReaders } from "./secrets.ts";

/** Amazon: services and functions, distributions and load balancers, databases, DNS and logs. */
export const awsAdapter: Adapter = {
  databaseTypes: [rds.instance, rds.cluster],
  packages: ["aws"],
  isPlatform: (type) => /^aws:(?:ecs|apprunner|lambda|rds)\//.test(type),
  fixes,
  hosts,
  variables,
  secretReaders,
  sources,
  otherCommands,
  domains,
  records,
  dnsZones,
  issuers,
  edges,
  databases,
  jobs,
  locations: (stack) =>
    locations(stack, [ecs.service, appRunner.service, lambda.function, rds.instance, rds.cluster]),
  logDrains: (stack) => stack.ofType(cloudWatch.logGroup),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html
  isPooler: (host) => /\.proxy-[\w-]+\.[\w-]+\.rds\.amazonaws\.com$/.test(host),
  corsOrigins,
  variableFiles,
  alerts,
  channels,
  healthChecks,
  dashboards,
  isTarget,
  isOwnName: (host) => /\.(?:cloudfront\.net|awsapprunner\.com|on\.aws|elb\.amazonaws\.com)$/.test(host),
};
