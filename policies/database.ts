import { policy, type Verdict } from "./framework/index.ts";
import { type Database, judgeDatabases } from "./model/databases.ts";

// Items 3.1 and 3.3. Item 3.2 is in database-backups.ts, items 3.4 and 3.5 in database-connections.ts.

export const databaseDeclared = policy({
  name: "database-declared",
  items: ["3.1"],
  title: "The stack must declare a production database.",
  severity: "critical",
  fix: "Declare a supabase.Project in this stack.",
  check: (stack) => judgeDatabases(stack, "No database is declared.", () => true),
});

export const databaseProtected = policy({
  name: "database-protected",
  items: ["3.1"],
  title: "Every database must be protected from deletion.",
  severity: "critical",
  fix: "Set the resource option protect: true on the database, or the vendor's own protection, where there is one.",
  url: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  check: (stack) =>
    judgeDatabases(
      stack,
      "No database is declared, so none is protected.",
      (database) => database.isProtected() || "The database is not protected from deletion.",
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
    judgeDatabases(stack, "No database is declared, so no region is chosen.", ({ region }) => region()),
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
    judgeDatabases(stack, "No database is declared, so no network is restricted.", ({ network }) =>
      network(),
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
    judgeDatabases(stack, "No database is declared, so none has point-in-time recovery.", (database) =>
      judgeRecovery(database, threshold("minimumDays")),
    ),
});

export const recoveryCompute = policy({
  name: "database-pitr-compute",
  items: ["3.3"],
  title: "Every database must have a compute size that allows point-in-time recovery.",
  severity: "high",
  productionOnly: true,
  fix: "Set instanceSize of the supabase.Project to small or larger.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  check: (stack) =>
    judgeDatabases(stack, "No database is declared, so none has a compute size.", ({ compute }) => compute()),
});

function judgeRecovery({ recovery }: Database, minimumDays: number): Verdict {
  const found = recovery();
  if ("fault" in found) {
    return found.fault;
  }
  return found.days >= minimumDays || `Recovery reaches back ${found.days} days, not ${minimumDays}.`;
}
