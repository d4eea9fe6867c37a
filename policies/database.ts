import type { ProjectArgs } from "@pulumi/supabase";
import {
  fault,
  judgeEach,
  policy,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { type Database, databases, settingsOf } from "./model/databases.ts";
import type { RenderPostgresArgs } from "./model/other-args.ts";
import { hasRenderRecovery, recoveryAddOns, recoveryDays } from "./model/recovery.ts";
import { render, supabase } from "./model/tokens.ts";

// Items 3.1 and 3.3. Item 3.2 is in database-backups.ts, items 3.4 and 3.5 in database-connections.ts.

export const databaseDeclared = policy({
  name: "database-declared",
  items: ["3.1"],
  title: "The stack must declare a production database.",
  severity: "critical",
  fix: "Declare a supabase.Project (or a render.Postgres) in this stack.",
  check: (stack) => judgeEach(databases(stack), "No database is declared.", () => true),
});

export const databaseProtected = policy({
  name: "database-protected",
  items: ["3.1"],
  title: "Every database must be protected from deletion.",
  severity: "critical",
  fix: "Set the resource option protect: true on the database; neither vendor has a protection of its own.",
  url: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  check: (stack) =>
    judgeEach(
      databases(stack),
      "No database is declared, so none is protected.",
      (database) => database.protect || "The database is not protected from deletion.",
    ),
});

export const databaseRegion = policy({
  name: "database-region-chosen",
  items: ["3.1"],
  title: "Every database must have a region that its vendor offers.",
  severity: "high",
  fix: "Set region to one that the vendor offers, near the hosts, such as eu-central-1: it cannot be changed later.",
  url: "https://supabase.com/docs/guides/platform/regions",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so no region is chosen.", judgeRegion),
});

export const databaseNetwork = policy({
  name: "database-network-restricted",
  items: ["3.1"],
  title: "Only named networks must reach the database.",
  severity: "medium",
  level: "advisory",
  fix: 'Set network of the supabase.Settings to JSON such as {"restrictions": ["192.0.2.0/24"]}, the outbound networks of the hosts.',
  url: "https://supabase.com/docs/guides/platform/network-restrictions",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so no network is restricted.", (database) =>
      database.is(supabase.project)
        ? judgeSupabaseNetwork(stack, database)
        : !database.is(render.postgres) || judgeRenderNetwork(database),
    ),
});

export const pointInTimeRecovery = policy({
  name: "database-pitr",
  items: ["3.3"],
  title: "Every database must have point-in-time recovery.",
  severity: "critical",
  productionOnly: true,
  fix: "Declare a supabase.AddOn for the project with type pitr and variant pitr_7, pitr_14 or pitr_28.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  thresholds: {
    minimumDays: {
      description: "Least days that recovery must reach back.",
      default: 7,
      minimum: 7,
      maximum: 28,
    },
  },
  check: (stack, threshold) =>
    judgeEach(databases(stack), "No database is declared, so none has point-in-time recovery.", (database) =>
      database.is(supabase.project)
        ? judgeAddOn(stack, database, threshold("minimumDays"))
        : !database.is(render.postgres) || judgeRenderPlan(database),
    ),
});

export const recoveryCompute = policy({
  name: "database-pitr-compute",
  items: ["3.3"],
  title: "Every Supabase project must have a compute size that allows point-in-time recovery.",
  severity: "high",
  productionOnly: true,
  fix: "Set instanceSize of the supabase.Project to small or larger.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so none has a compute size.", (database) => {
      // Without a size a paid project starts at micro. Render sells recovery by plan, not by size.
      const size = database.is(supabase.project) ? (database.at("instanceSize").string() ?? "micro") : "";
      return (
        !["nano", "micro"].includes(size) ||
        fault(database.at("instanceSize"), `The compute size ${size} does not allow point-in-time recovery.`)
      );
    }),
});

/** The codes that the Management API takes; the provider does not check them and fails when it applies one. */
const supabaseRegions: ReadonlySet<string> = new Set([
  "ap-east-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
]);

function judgeRegion(database: Database): Verdict {
  const value = database.at("region");
  const region = value.string() ?? "";
  if (region === "") {
    return fault(value, "No region is chosen.");
  }
  const isOffered = database.type !== supabase.project || supabaseRegions.has(region);
  return isOffered || fault(value, `Supabase has no region ${region}.`);
}

function judgeSupabaseNetwork(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  const networks = settingsOf(stack, project).flatMap((settings) =>
    settings.at("network").json().at("restrictions").strings(),
  );
  if (networks.length === 0) {
    return "Every network reaches the database: network.restrictions of its settings is empty.";
  }
  const open = networks.find(isEverywhere);
  return open === undefined || `Every network reaches the database: ${open} is allowed.`;
}

/** Without a list Render opens the database to all; an empty one leaves only the private network. */
function judgeRenderNetwork(database: ResourceOf<RenderPostgresArgs>): Verdict {
  const list = database.at("ipAllowLists");
  const open =
    !list.exists || some(list.items(), (entry) => isEverywhere(entry.at("cidrBlock").string() ?? ""));
  return !open || fault(list, "Every network reaches the database: ipAllowLists is missing or allows all.");
}

const isEverywhere = (network: string): boolean => /\/0+$/.test(network.trim());

function judgeAddOn(stack: Stack, project: ResourceOf<ProjectArgs>, minimumDays: number): Verdict {
  const addOns = recoveryAddOns(stack, project);
  if (addOns.length === 0) {
    return "The project has no pitr add-on.";
  }
  const variants = addOns.map((addOn) => addOn.at("variant").string() ?? "");
  const days = Math.max(...variants.map((variant) => recoveryDays.get(variant) ?? 0));
  if (days === 0) {
    return variants.some((variant) => variant !== "")
      ? `Supabase has no recovery variant ${variants.join(", ")}.`
      : "The pitr add-on has no variant.";
  }
  return days >= minimumDays || `Recovery reaches back ${days} days, not ${minimumDays}.`;
}

function judgeRenderPlan(database: ResourceOf<RenderPostgresArgs>): Verdict {
  return (
    hasRenderRecovery(database) ||
    fault(database.at("plan"), "The plan free does not include point-in-time recovery.")
  );
}
