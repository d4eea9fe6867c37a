import type { ProjectArgs } from "@pulumi/supabase";
import { regions } from "../../config/database.ts";
import { type Fault, fault, type ResourceOf, type Stack, type Verdict } from "../framework/index.ts";
import { type Adapter, textsOf } from "../model/adapter.ts";
import type { Database, Recovery } from "../model/database.ts";
import { ownedBy } from "../model/links.ts";
import { isEverywhere } from "../model/networks.ts";
import { recoveryDays, recoveryLossMinutes } from "../model/recovery.ts";
import { statementSetting } from "../model/statement-setting.ts";
import type { DatabaseSettings, NetworkSettings } from "../model/supabase-settings.ts";
import { supabase } from "../model/tokens.ts";
import { fixes } from "./supabase/fixes.ts";
import { dataApis, signIns } from "./supabase/settings.ts";
import { resourceTypes } from "./supabase/types.ts";
import { judgeComputeSizes } from "./supabase/values.ts";

export const supabaseAdapter: Adapter = {
  databaseTypes: [supabase.project],
  packages: ["supabase"],
  types: resourceTypes,
  api: /(?:^|\.)supabase\.com$/,
  fixes,
  isPlatform: (type) => type === supabase.project,
  isReplaced: true,
  rejects: { computeSizes: judgeComputeSizes },
  signIns,
  dataApis,
  databases: (stack) => stack.ofType(supabase.project).map((project) => toDatabase(stack, project)),
  locations: (stack) =>
    stack
      .ofType(supabase.project)
      .map((resource) => ({ resource, regions: () => textsOf(resource.at("region")) })),
};

// What a project has. Each throws UnknownRead if it cannot be told.
const settingsOf = ownedBy([supabase.settings], "projectRef");
const addOnsOf = ownedBy([supabase.addOn, supabase.addOnByModule], "projectRef");
const poolersOf = ownedBy([supabase.poolerConfig, supabase.poolerConfigByModule], "projectRef");

function toDatabase(stack: Stack, resource: ResourceOf<ProjectArgs>): Database {
  return {
    resource,
    isProtected: () => resource.protect,
    region: () => judgeRegion(resource),
    network: () => judgeNetwork(stack, resource),
    recovery: () => recoveryOf(stack, resource),
    compute: () => {
      // Without a size a paid project starts at micro.
      const size = resource.at("instanceSize").string() ?? "micro";
      return (
        !["nano", "micro"].includes(size) ||
        fault(resource.at("instanceSize"), `The compute size ${size} does not allow point-in-time recovery.`)
      );
    },
    refusesPlaintext: () => judgeEnforcement(stack, resource),
    pooler: () => judgePooler(stack, resource),
    poolSize: () =>
      Math.max(0, ...poolersOf(stack, resource).map((it) => it.at("defaultPoolSize").number() ?? 0)),
    isPooled: true,
    quiet: () => judgeQuiet(stack, resource),
  };
}

/** The codes that the Management API takes; the provider does not check them and fails when it applies one. */
const offered: ReadonlySet<string> = new Set(regions);

function judgeRegion(project: ResourceOf<ProjectArgs>): Verdict {
  const value = project.at("region");
  const region = value.string() ?? "";
  if (region === "") {
    return fault(value, "No region is chosen.");
  }
  return offered.has(region) || fault(value, `Supabase has no region ${region}.`);
}

function judgeNetwork(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  const documents = settingsOf(stack, project).map((settings) =>
    settings.at("network").json<NetworkSettings>(),
  );
  // A list that is given and empty, or null, lets nobody in; without one, Supabase lets everybody in.
  if (!documents.some((document) => document.entries().some(([key]) => key === "restrictions"))) {
    return "Every network reaches the database: its settings have no network.restrictions.";
  }
  const networks = documents.flatMap((document) => document.at("restrictions").strings());
  const open = networks.find(isEverywhere);
  return open === undefined || `Every network reaches the database: ${open} is allowed.`;
}

function recoveryOf(stack: Stack, project: ResourceOf<ProjectArgs>): Recovery {
  const addOns = addOnsOf(stack, project, (addOn) => addOn.at("type").string() === "pitr");
  if (addOns.length === 0) {
    return { fault: "The project has no pitr add-on." };
  }
  const variants = addOns.map((addOn) => addOn.at("variant").string() ?? "");
  const days = Math.max(...variants.map((variant) => recoveryDays.get(variant) ?? 0));
  if (days > 0) {
    return { days, lossMinutes: recoveryLossMinutes };
  }
  return {
    fault: variants.some((variant) => variant !== "")
      ? `Supabase has no recovery variant ${variants.join(", ")}.`
      : "The pitr add-on has no variant.",
  };
}

function judgeQuiet(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  for (const settings of settingsOf(stack, project)) {
    const logged = statementSetting(settings.at("database").json().entries());
    if (logged !== undefined) {
      return fault(settings.at("database"), `${logged} in ${settings.name} has the server log statements.`);
    }
  }
  return true;
}

function judgePooler(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  const poolers = poolersOf(stack, project);
  if (poolers.length === 0) {
    const ignored = settingsOf(stack, project).some((settings) => settings.at("pooler").exists);
    return ignored
      ? "No PoolerConfig is declared for the project; `pooler` in its Settings stays in the state and is never sent to Supabase."
      : "No PoolerConfig is declared for the project.";
  }
  const modes = poolers.map((pooler) => pooler.at("poolMode").string() ?? "");
  const empty = poolers.find((pooler) => (pooler.at("defaultPoolSize").number() ?? 1) < 1);
  if (empty !== undefined) {
    return fault(empty.at("defaultPoolSize"), `The pooler ${empty.name} has no connection to give.`);
  }
  const short = tooFewConnections(
    stack,
    project,
    poolers.map((it) => it.at("defaultPoolSize").number() ?? 0),
  );
  if (short !== undefined) return short;
  const wrong = modes.find((mode) => !["transaction", "session"].includes(mode));
  return wrong === undefined || `The pooler has the mode ${JSON.stringify(wrong)}, which does not exist.`;
}

/** Connections that PostgreSQL keeps for superusers by default: https://www.postgresql.org/docs/current/runtime-config-connection.html */
const keptConnections = 3;

/** A server that takes fewer connections than the pooler opens turns the rest away. */
function tooFewConnections(
  stack: Stack,
  project: ResourceOf<ProjectArgs>,
  sizes: readonly number[],
): Fault | undefined {
  const size = Math.max(...sizes);
  for (const settings of settingsOf(stack, project)) {
    const most = settings.at("database").json<DatabaseSettings>().at("max_connections");
    const number = most.isUnknown ? undefined : Number(most.number() ?? most.string() ?? Number.NaN);
    if (number !== undefined && number - keptConnections < size) {
      return fault(
        settings.at("database"),
        `max_connections in ${settings.name} is ${number}, of which PostgreSQL keeps ${keptConnections} for superusers, and the pooler opens ${size}.`,
        "Leave max_connections to the compute size, or make defaultPoolSize smaller.",
      );
    }
  }
  return undefined;
}

function judgeEnforcement(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  const settings = settingsOf(stack, project);
  if (settings.length === 0) {
    return "The project has no Settings, and Supabase takes plaintext connections by default.";
  }
  const lax = settings.find((it) => it.at("sslEnforcement").boolean() !== true);
  return lax === undefined || `${lax.name} does not set sslEnforcement to true.`;
}
