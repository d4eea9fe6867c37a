import { describe, expect, test } from "vitest";
import * as database from "../../policies/database.ts";
import * as backups from "../../policies/database-backups.ts";
import * as connections from "../../policies/database-connections.ts";
import { isPooler } from "../../policies/model/facts.ts";
import { aws, cloudflare, render, supabase } from "../../policies/model/tokens.ts";
import {
  change,
  type Fixture,
  outcomeOf,
  production,
  secret,
  staging,
  unknown,
  violated,
  without,
  withProps,
} from "./fixture.ts";
import { secondProject } from "./mutants-database.ts";
import { passingStack } from "./passing-stack.ts";

const policies = [database, backups, connections].flatMap((section) => Object.values(section));

function messages(policy: (typeof policies)[number], fixtures: Fixture[], context = production): string[] {
  return outcomeOf(policy, fixtures, context).violations.map(({ found }) => found);
}

test("without its database the stack violates every policy about it", () => {
  const names = violated(without(passingStack(), "database-project"));
  for (const { name } of Object.values(database)) {
    expect(names).toContain(name);
  }
  expect(names).toEqual(expect.arrayContaining(["database-pooler", "database-ssl-enforced"]));
});

test("an unknown connection string hides no violation beside it", () => {
  const stack = withProps(passingStack(), "web-PGSSLMODE", { value: secret("disable") });
  expect(outcomeOf(connections.connectionsEncrypted, passingStack()).status).toBe("unknown");
  expect(outcomeOf(connections.connectionsEncrypted, stack).status).toBe("violated");
});

test.each([
  ["docker.io/edoburu/pgbouncer", []],
  ["bitnami/pgbouncer:1.23.1", []],
  [
    "ghcr.io/optropic/api",
    ["DATABASE_URL bypasses the pooler: it names port 5432 of the database's own host."],
  ],
])("of what runs %s, which connects to the database itself, is said: %j", (imageUrl, found) => {
  const pool: Fixture = {
    type: render.privateService,
    name: "pool",
    props: {
      runtimeSource: { image: { imageUrl } },
      envVars: { DATABASE_URL: { value: secret("postgresql://app:secret@db.example.com:5432/app") } },
    },
  };
  expect(messages(connections.applicationPooled, [...passingStack(), pool])).toEqual(found);
});

describe("what counts as a pooler of its vendor's", () => {
  test.each([
    ["ep-cool-frost-123456-pooler.eu-central-1.aws.neon.tech", 5432, true],
    ["ep-cool-frost-123456-pooler.c-2.eu-central-1.aws.neon.tech", undefined, true],
    ["ep-cool-frost-123456.eu-central-1.aws.neon.tech", 5432, false],
    ["ep-pooler.neon.tech.attacker.example", 5432, false],
    ["shop.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com", 5432, true],
    ["shop.cluster-abcdefghijkl.eu-central-1.rds.amazonaws.com", 5432, false],
    ["shop.abcdefghijkl.eu-central-1.rds.amazonaws.com", 5432, false],
    ["ledger-do-user-1-0.c.db.ondigitalocean.com", 25_061, true],
    ["ledger-do-user-1-0.c.db.ondigitalocean.com", 25_060, false],
    ["ledger-do-user-1-0.c.db.ondigitalocean.com", undefined, false],
    ["LEDGER-do-user-1-0.c.DB.ondigitalocean.com", 25_061, true],
  ])("%s:%s %s", (host, port, isOne) => {
    expect(isPooler(host, port)).toBe(isOne);
  });
});

describe("each project is judged by itself", () => {
  const all = ["second-settings", "second-pitr", "second-pooler", "second-project-backup"];

  test("a second project that has everything", () => {
    expect(violated([...passingStack(), ...secondProject(...all)])).toEqual([]);
  });

  test.each([
    ["second-pitr", ["database-pitr"]],
    ["second-pooler", ["database-pooler"]],
    ["second-project-backup", ["backup-strategy"]],
    ["second-settings", ["database-network-restricted", "database-ssl-enforced"]],
  ])("a second project without %s", (missing, expected) => {
    const parts = all.filter((part) => part !== missing);
    expect(violated([...passingStack(), ...secondProject(...parts)]).sort()).toEqual(expected);
  });
});

describe("staging", () => {
  test("takes a database without recovery, with advice", () => {
    const stack = withProps(without(passingStack(), "database-pitr"), "database-project", {
      instanceSize: "micro",
    });
    for (const policy of [database.pointInTimeRecovery, database.recoveryCompute]) {
      const { violations } = outcomeOf(policy, stack, staging);
      expect(violations.map(({ enforcementLevel }) => enforcementLevel)).toEqual(["advisory"]);
    }
  });

  test("takes no plaintext", () => {
    const stack = withProps(passingStack(), "database-settings", { sslEnforcement: false });
    const { violations } = outcomeOf(connections.sslEnforced, stack, staging);
    expect(violations.map(({ enforcementLevel }) => enforcementLevel)).toEqual([undefined]);
  });
});

describe("recovery", () => {
  test("pack configuration can ask for more days, and never for fewer", () => {
    const ask = (minimumDays: number, variant: string) =>
      outcomeOf(
        database.pointInTimeRecovery,
        withProps(passingStack(), "database-pitr", { variant }),
        production,
        { minimumDays },
      ).status;
    expect(ask(14, "pitr_7")).toBe("violated");
    expect(ask(14, "pitr_14")).toBe("passed");
    expect(ask(1, "pitr_7")).toBe("passed");
  });

  test("belongs to a project that exists by its id", () => {
    const byId = change(passingStack(), "database-pitr", (addOn) => ({
      ...addOn,
      props: { ...addOn.props, projectRef: unknown },
      from: {},
    }));
    expect(outcomeOf(database.pointInTimeRecovery, byId).status).toBe("unknown");
  });
});

test("dynamic resources under the token that pulumi.dynamic.Resource gives a module", () => {
  const renamed = (type: string, byModule: string) =>
    passingStack().map((fixture) => (fixture.type === type ? { ...fixture, type: byModule } : fixture));
  const addOn = renamed(supabase.addOn, supabase.addOnByModule);
  expect(outcomeOf(database.pointInTimeRecovery, addOn).status).toBe("passed");
  const pooler = renamed(supabase.poolerConfig, supabase.poolerConfigByModule);
  expect(violated(pooler)).toEqual([]);
});

describe("backups", () => {
  const bucketless = without(passingStack(), "backups-bucket", "backups-lifecycle");

  test("an S3 bucket whose lifecycle is its own resource", () => {
    const bucket: Fixture = { type: aws.bucket[1], name: "backups", props: { bucket: "optropic-backups" } };
    const lifecycle: Fixture = {
      type: aws.lifecycle[1],
      name: "expiry",
      props: { bucket: unknown, rules: [{ status: "Enabled", expiration: { days: 30 } }] },
      from: { bucket: ["backups"] },
    };
    expect(outcomeOf(backups.backupBucket, [...bucketless, bucket, lifecycle]).status).toBe("passed");
    expect(outcomeOf(backups.backupBucket, [...bucketless, bucket]).status).toBe("violated");
  });

  test("an S3 bucket with a rule of its own", () => {
    const bucket = (rule: Record<string, unknown>): Fixture => ({
      type: aws.bucket[0],
      name: "backups",
      props: { lifecycleRules: [rule] },
    });
    const expiration = { days: 30 };
    const ask = (rule: Record<string, unknown>) =>
      outcomeOf(backups.backupBucket, [...bucketless, bucket(rule)]).status;
    expect(ask({ enabled: true, expiration })).toBe("passed");
    expect(ask({ enabled: false, expiration })).toBe("violated");
    expect(ask({ enabled: true })).toBe("violated");
  });

  test("a bucket that the job fills, whatever its name", () => {
    const renamed = withProps(passingStack(), "backups-bucket", { name: "optropic-archive" });
    const job = withProps(renamed, "backups-job", {
      envVars: { DESTINATION: { value: "store:optropic-archive/postgres/" } },
    });
    expect(outcomeOf(backups.backupBucket, job).status).toBe("passed");
  });

  test("a bucket for uploads needs no lifecycle, and is no bucket for backups", () => {
    const uploads: Fixture = {
      type: cloudflare.r2Bucket,
      name: "uploads",
      props: { name: "optropic-uploads" },
    };
    expect(violated([...passingStack(), uploads])).toEqual([]);
    expect(outcomeOf(backups.backupBucket, [...bucketless, uploads]).status).toBe("violated");
  });

  test("a Worker that backs up on schedule", () => {
    const worker = (cron: string): Fixture => ({
      type: cloudflare.cronTrigger,
      name: "nightly",
      props: { scriptName: "database-backup", schedules: [{ cron }] },
    });
    const jobless = without(passingStack(), "backups-job");
    expect(outcomeOf(backups.backupJob, [...jobless, worker("0 3 * * *")]).status).toBe("passed");
    expect(outcomeOf(backups.backupJob, [...jobless, worker("0 3 * * 0")]).status).toBe("violated");
  });

  test("another job may run when it likes", () => {
    const weekly = change(passingStack(), "backups-job", (job) => ({
      ...job,
      name: "reports",
      props: { name: "reports", schedule: "0 3 * * 1", envVars: {} },
    }));
    expect(outcomeOf(backups.backupJob, [...passingStack(), ...weekly.slice(-1)]).status).not.toBe("unknown");
    expect(messages(backups.backupJob, weekly)[0]).toContain("No scheduled job that backs up the database");
  });
});

describe("messages", () => {
  test("say that the settings' own pooler is never sent", () => {
    const stack = withProps(without(passingStack(), "database-pooler"), "database-settings", {
      pooler: "{}",
    });
    expect(messages(connections.poolerConfigured, stack)).toEqual([
      expect.stringContaining("never sent to Supabase"),
    ]);
  });

  test("repeat no connection string", () => {
    const url = "postgresql://app:canary-9f2c@db.abc.supabase.co:5432/postgres?sslmode=canary-9f2c";
    const stack = withProps(passingStack(), "web-DATABASE_URL", { value: secret(url) });
    const said = policies.flatMap((policy) => messages(policy, stack));
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said.join("\n")).not.toContain("canary");
  });
});

test("a stack of another shape holds: a project by settings in two resources, a session pooler", () => {
  const split = [
    ...withProps(passingStack(), "database-settings", { network: undefined }),
    {
      type: supabase.settings,
      name: "database-network",
      props: { projectRef: unknown, network: '{"restrictions":["192.0.2.0/24"]}', sslEnforcement: true },
      from: { projectRef: ["database-project"] },
    },
  ];
  expect(violated(withProps(split, "database-pooler", { poolMode: "session" }))).toEqual([]);
});
