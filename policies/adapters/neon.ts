import { fault, type ResourceOf, type Stack } from "../framework/index.ts";
import { type Adapter, textsOf } from "../model/adapter.ts";
import type { Database } from "../model/database.ts";
import type { NeonProjectArgs } from "../model/other-args.ts";
import { neon } from "../model/tokens.ts";

/** Databases at Neon: a project is a server of PostgreSQL, which keeps its history. */
export const neonAdapter: Adapter = {
  databaseTypes: [neon.project],
  packages: ["neon"],
  fixes: {
    "application-uses-pooler": "At Neon its host has -pooler in its name.",
    "database-declared": "Declare a neon.Project in this stack.",
    "database-network-restricted": "Set allowedIps of the neon.Project to the networks that need it.",
    "database-pitr": "Set historyRetentionSeconds of the neon.Project to 604800 or more.",
  },
  isPlatform: (type) => type.startsWith("neon:"),
  // https://neon.com/docs/connect/connection-pooling
  isPooler: (host) => /-pooler\.[\w.-]*neon\.tech$/.test(host),
  databases: (stack: Stack) => stack.ofType(neon.project).map(toDatabase),
  locations: (stack) =>
    stack.ofType(neon.project).map((resource) => ({
      resource,
      // `aws-eu-central-1` and `azure-gwc`: the cloud, then its region.
      regions: () => textsOf(resource.at("regionId")).map((region) => region.replace(/^aws-/, "")),
    })),
};

const secondsInDay = 86_400;

function toDatabase(resource: ResourceOf<NeonProjectArgs>): Database {
  return {
    resource,
    isProtected: () => resource.protect,
    region: () =>
      Boolean(resource.at("regionId").string()) || fault(resource.at("regionId"), "No region is chosen."),
    network: () => {
      const allowed = resource.at("allowedIps");
      return (
        allowed.items().length > 0 ||
        fault(allowed, "Every network reaches the database: allowedIps is empty.")
      );
    },
    // Neon keeps the history of a project for this time: https://neon.com/docs/introduction/restore-window
    recovery: () => {
      const history = resource.at("historyRetentionSeconds");
      const seconds = history.number() ?? secondsInDay;
      return seconds > 0
        ? { days: seconds / secondsInDay, lossMinutes: 1 }
        : { fault: fault(history, "The project keeps no history: historyRetentionSeconds is 0.") };
    },
    compute: () => true,
    // Neon takes connections by TLS alone: https://neon.com/docs/connect/connect-securely
    refusesPlaintext: () => true,
    // Each endpoint has a pooler, at a host of its own: the connection string says whether it is used.
    pooler: () => true,
    quiet: () => true,
  };
}
