import { judgeEach, policy, type Resource, type Stack, some } from "./framework/index.ts";
import { databases, settingsOf } from "./model/databases.ts";
import { hasRenderRecovery, recoveryAddOns, recoveryDays } from "./model/recovery.ts";
import { supabase } from "./model/tokens.ts";

// Items 3.1 and 3.3. Item 3.2 is in database-backups.ts, items 3.4 and 3.5 in database-connections.ts.

export const databaseDeclared = policy({
  name: "database-declared",
  items: ["3.1"],
  title: "A production database is declared.",
  severity: "critical",
  fix: "Declare a supabase.Project (or a render.Postgres) in this stack.",
  check: (stack) => judgeEach(databases(stack), "No database is declared.", () => true),
});

export const databaseProtected = policy({
  name: "database-protected",
  items: ["3.1"],
  title: "Every database is protected from deletion.",
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
  title: "Every database has a region that its vendor offers.",
  severity: "high",
  fix: "Set region to one that the vendor offers, near the hosts, such as eu-central-1: it cannot be changed later.",
  url: "https://supabase.com/docs/guides/platform/regions",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so no region is chosen.", judgeRegion),
});

export const databaseNetwork = policy({
  name: "database-network-restricted",
  items: ["3.1"],
  title: "Only named networks reach the database.",
  severity: "medium",
  level: "advisory",
  fix: 'Set network of the supabase.Settings to JSON such as {"restrictions": ["192.0.2.0/24"]}, the outbound networks of the hosts.',
  url: "https://supabase.com/docs/guides/platform/network-restrictions",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so no network is restricted.", (database) =>
      database.type === supabase.project
        ? judgeSupabaseNetwork(stack, database)
        : judgeRenderNetwork(database),
    ),
});

export const pointInTimeRecovery = policy({
  name: "database-pitr",
  items: ["3.3"],
  title: "Every database has point-in-time recovery.",
  severity: "critical",
  productionOnly: true,
  fix: "Declare a supabase.AddOn for the project with type pitr and variant pitr_7, pitr_14 or pitr_28.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  thresholds: {
    minimumDays: {
      description: "Days that recovery reaches back at least",
      default: 7,
      minimum: 7,
      maximum: 28,
    },
  },
  check: (stack, threshold) =>
    judgeEach(databases(stack), "No database is declared, so none has point-in-time recovery.", (database) =>
      database.type === supabase.project
        ? judgeAddOn(stack, database, threshold("minimumDays"))
        : judgeRenderPlan(database),
    ),
});

export const recoveryCompute = policy({
  name: "database-pitr-compute",
  items: ["3.3"],
  title: "Every Supabase project has a compute size that allows point-in-time recovery.",
  severity: "high",
  productionOnly: true,
  fix: "Set instanceSize of the supabase.Project to small or larger.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so none has a compute size.", (database) => {
      // Without a size a paid project starts at micro. Render sells recovery by plan, not by size.
      const size =
        database.type === supabase.project ? (database.at("instanceSize").string() ?? "micro") : "";
      return !["nano", "micro"].includes(size) || `The compute size ${size} has no point-in-time recovery.`;
    }),
});

/** The codes that the Management API takes; the provider checks none and fails when it applies one. */
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

function judgeRegion(database: Resource): true | string {
  const region = database.at("region").string() ?? "";
  if (region === "") {
    return "No region is chosen.";
  }
  const known = database.type !== supabase.project || supabaseRegions.has(region);
  return known || `Supabase has no region ${region}.`;
}

function judgeSupabaseNetwork(stack: Stack, project: Resource): true | string {
  const networks = settingsOf(stack, project).flatMap((settings) =>
    settings.at("network").json().at("restrictions").strings(),
  );
  if (networks.length === 0) {
    return "Every network reaches the database: its settings name none under network.restrictions.";
  }
  const open = networks.find(isEverywhere);
  return open === undefined || `Every network reaches the database: ${open} is allowed.`;
}

/** Without a list Render opens the database to all; an empty one leaves the private network. */
function judgeRenderNetwork(database: Resource): true | string {
  const list = database.at("ipAllowList");
  const open =
    !list.exists || some(list.items(), (entry) => isEverywhere(entry.at("cidrBlock").string() ?? ""));
  return !open || "Every network reaches the database: ipAllowList is missing or allows all.";
}

const isEverywhere = (network: string): boolean => /\/0+$/.test(network.trim());

function judgeAddOn(stack: Stack, project: Resource, minimumDays: number): true | string {
  const addOns = recoveryAddOns(stack, project);
  if (addOns.length === 0) {
    return "The project has no pitr add-on.";
  }
  const variants = addOns.map((addOn) => addOn.at("variant").string() ?? "");
  const days = Math.max(...variants.map((variant) => recoveryDays.get(variant) ?? 0));
  if (days === 0) {
    return `Supabase has no recovery ${variants.join(", ") || "without a variant"}.`;
  }
  return days >= minimumDays || `Recovery reaches back ${days} days, ${minimumDays} are asked for.`;
}

function judgeRenderPlan(database: Resource): true | string {
  return hasRenderRecovery(database) || "The plan free has no point-in-time recovery.";
}
