import { describe, expect, test } from "vitest";
import { backupInterval } from "../../policies/backup-objectives.ts";
import { backupKeys, backupLock, backupRetention } from "../../policies/backup-retention.ts";
import { backupEncrypted, backupIdentity, backupStrategy } from "../../policies/backup-strategy.ts";
import { backupBucket } from "../../policies/database-backups.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { aws, cloudflareTokens, minio } from "../../policies/model/tokens.ts";
import { recipients } from "../config/recipients.ts";
import {
  change,
  type Fixture,
  outcomeOf,
  production,
  staging,
  unknown,
  violated,
  without,
  withProps,
} from "./fixture.ts";
import { deletion, withObjectives, withVariables } from "./mutants-backups.ts";
import { passingStack } from "./passing-stack.ts";

const messages = (policy: Policy, stack: Fixture[]): string[] =>
  outcomeOf(policy, stack).violations.map(({ found }) => found);

const onR2 = ["backups-bucket", "backups-lifecycle", "backups-lock", "backups-token"];

/** The stack that passes with its backups on another store. */
function on(...parts: Fixture[]): Fixture[] {
  const stack = withVariables(without(passingStack(), ...onR2), { BACKUP_LOCK_DAYS: { value: "30" } });
  return [...stack, ...parts];
}

const ofBucket = { from: { bucket: ["backups"] } };

describe("a store with MinIO's provider", () => {
  const bucket = (props: Record<string, unknown> = {}): Fixture => ({
    type: minio.bucket,
    name: "backups",
    props: { bucket: "optropic-backups", objectLocking: true, ...props },
    protect: true,
  });
  const lifecycle = (...rules: Record<string, unknown>[]): Fixture => ({
    type: minio.lifecycle,
    name: "expiry",
    props: { bucket: unknown, rules },
    ...ofBucket,
  });
  const rule = { id: "expire", expiration: "30d", noncurrentVersionExpirationDays: 1 };

  test("passes with object lock, a job that locks, and a rule for all", () => {
    expect(violated(on(bucket(), lifecycle(rule)))).toEqual([]);
  });

  test("needs the lock of the bucket and of the job", () => {
    const unlocked = on(bucket({ objectLocking: false }), lifecycle(rule));
    expect(violated(unlocked)).toEqual(["backup-lock"]);
    for (const days of ["29", "", "forever", "-30"]) {
      const stack = withVariables(on(bucket(), lifecycle(rule)), { BACKUP_LOCK_DAYS: { value: days } });
      expect(violated(stack), days).toEqual(["backup-lock"]);
    }
  });

  test("is decided later where the job's variables are unknown", () => {
    const stack = on(bucket(), lifecycle(rule));
    const lockDays = withVariables(stack, { BACKUP_LOCK_DAYS: { value: unknown } });
    expect(outcomeOf(backupLock, lockDays).status).toBe("unknown");
    expect(outcomeOf(backupLock, withProps(stack, "backups-job", { envVars: unknown })).status).toBe(
      "unknown",
    );
  });

  test.each([
    ["29d", ["backup-retention"]],
    ["2027-01-01", ["backup-retention"]],
    ["DeleteMarker", ["backup-bucket"]],
    ["45d", []],
  ])("with a rule that expires by %s", (expiration, expected) => {
    expect(violated(on(bucket(), lifecycle({ ...rule, expiration })))).toEqual(expected);
  });

  test("with a rule for some names only", () => {
    const part = (filter: string) => violated(on(bucket(), lifecycle({ ...rule, filter })));
    expect(part("postgres/")).toEqual([]);
    expect(part("logs/")).toEqual(["backup-retention"]);
  });
});

describe("a bucket at Amazon S3", () => {
  const bucket: Fixture = {
    type: aws.bucket[0],
    name: "backups",
    props: { bucket: "optropic-backups", objectLockEnabled: true },
    protect: true,
  };
  const lifecycle = (rule: Record<string, unknown>): Fixture => ({
    type: aws.lifecycle[0],
    name: "expiry",
    props: { bucket: unknown, rules: [{ status: "Enabled", ...rule }] },
    ...ofBucket,
  });
  const lock = (defaultRetention: Record<string, unknown>): Fixture => ({
    type: aws.objectLock[0],
    name: "lock",
    props: { bucket: unknown, rule: { defaultRetention } },
    ...ofBucket,
  });
  const unlockedByJob = (stack: Fixture[]) => withVariables(stack, { BACKUP_LOCK_DAYS: undefined });

  test.each([
    [{ mode: "COMPLIANCE", days: 30 }, []],
    [{ mode: "COMPLIANCE", years: 1 }, []],
    [{ mode: "COMPLIANCE", days: 29 }, ["backup-lock"]],
    [{ mode: "GOVERNANCE", days: 30 }, ["backup-lock"]],
    [{}, ["backup-lock"]],
  ])("with a default retention of %j", (retention, expected) => {
    const stack = on(bucket, lifecycle({ expiration: { days: 30 } }), lock(retention));
    expect(violated(unlockedByJob(stack))).toEqual(expected);
  });

  test.each([
    [{ expiration: { days: 7 } }, ["backup-retention"]],
    [{ expiration: { days: 7 }, filter: { prefix: "logs/" } }, ["backup-retention"]],
    [{ expiration: { days: 7 }, status: "Disabled" }, ["backup-bucket"]],
    [{ expiration: { date: "2027-01-01T00:00:00Z" } }, ["backup-retention"]],
    [{ expiration: { days: 30 }, filter: { and: { prefix: "postgres/" } } }, []],
    [{ expiration: { days: 30 }, prefix: "post" }, []],
  ])("with a rule %j", (rule, expected) => {
    expect(violated(on(bucket, lifecycle(rule)))).toEqual(expected);
  });

  test("with rules of its own, in their older form too", () => {
    const stack = (rule: Record<string, unknown>) =>
      on({ ...bucket, props: { ...bucket.props, lifecycleRules: [{ enabled: true, ...rule }] } });
    expect(violated(stack({ expirations: [{ days: 30 }] }))).toEqual([]);
    expect(violated(stack({ expirations: [{ days: 7 }] }))).toEqual(["backup-retention"]);
  });
});

describe("retention", () => {
  const withRules = (...rules: unknown[]) => withProps(passingStack(), "backups-lifecycle", { rules });

  test("says after how many days what is deleted", () => {
    expect(messages(backupRetention, withRules(deletion({ maxAge: 604_800 })))[0]).toContain(
      "A lifecycle rule deletes backups after 7 days, before 30.",
    );
  });

  test("may be asked for longer", () => {
    const configuration = { minimumDays: 60 };
    for (const policy of [backupRetention, backupLock]) {
      expect(outcomeOf(policy, passingStack(), production, configuration).status).toBe("violated");
    }
  });

  test("an unknown rule hides no rule that deletes early", () => {
    const hidden = { id: "x", enabled: unknown, deleteObjectsTransition: unknown };
    expect(outcomeOf(backupRetention, withRules(hidden, deletion({ maxAge: 1 }))).status).toBe("violated");
    expect(outcomeOf(backupRetention, withRules(hidden, deletion({ maxAge: 2_592_000 }))).status).toBe(
      "unknown",
    );
  });

  test("of what is no backup is left to others", () => {
    expect(
      outcomeOf(backupRetention, withRules(deletion({ maxAge: 2_592_000 }), deletion({ maxAge: 1 }, "logs/")))
        .status,
    ).toBe("passed");
  });

  test("and lock are advice in staging", () => {
    const stack = withRules(deletion({ maxAge: 604_800 }));
    const { violations } = outcomeOf(backupRetention, stack, staging);
    expect(violations.map(({ enforcementLevel }) => enforcementLevel)).toEqual(["advisory"]);
    expect(
      outcomeOf(backupEncrypted, withVariables(stack, { BACKUP_RECIPIENTS: undefined }), staging)
        .violations[0]?.enforcementLevel,
    ).toBeUndefined();
  });

  test("a lock for ever is one", () => {
    const rules = [{ id: "keep", enabled: true, prefix: "postgres/", condition: { type: "Indefinite" } }];
    expect(outcomeOf(backupLock, withProps(passingStack(), "backups-lock", { rules })).status).toBe("passed");
  });
});

describe("the job's keys", () => {
  const permissionGroups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];

  test("of a user's token are judged as those of an account's", () => {
    const stack = change(passingStack(), "backups-token", (token) => ({
      ...token,
      type: cloudflareTokens[1] ?? "",
      props: {
        policies: [{ effect: "allow", permissionGroups, resources: '{"com.cloudflare.api.account.*":"*"}' }],
      },
    }));
    expect(violated(stack)).toEqual(["backup-keys-scoped"]);
  });

  test("may have a token with a rule that denies", () => {
    const deny = { effect: "deny", resources: '{"com.cloudflare.api.account.*":"*"}' };
    const stack = change(passingStack(), "backups-token", (token) => ({
      ...token,
      props: { ...token.props, policies: [deny] },
    }));
    expect(outcomeOf(backupKeys, stack).status).toBe("passed");
  });

  test.each([["not JSON"], ["{}"], [undefined]])("with resources %j are not scoped", (resources) => {
    const policies = [
      { effect: "allow", permissionGroups, ...(resources === undefined ? {} : { resources }) },
    ];
    expect(violated(withProps(passingStack(), "backups-token", { policies }))).toEqual([
      "token-resources",
      "backup-keys-scoped",
    ]);
  });

  test("that no token of the stack gives are not judged", () => {
    const stack = change(passingStack(), "backups-job", (job) => ({
      ...job,
      from: { envVars: ["database-project"] },
    }));
    expect(outcomeOf(backupKeys, stack).status).toBe("passed");
  });
});

describe("the interval of backups", () => {
  const schedule = (text: string, rpoMinutes: number, ...left: string[]) =>
    outcomeOf(
      backupInterval,
      withObjectives(withProps(without(passingStack(), ...left), "backups-job", { schedule: text }), {
        rpoMinutes,
        rtoMinutes: 60,
      }),
    ).status;

  test.each([
    ["15 2 * * *", 1440, "passed"],
    ["15 2 * * *", 1439, "violated"],
    ["0 */4 * * *", 240, "passed"],
    ["0 */5 * * *", 299, "violated"],
    ["0 3 * * 0", 10_080, "passed"],
    ["0 3 * * 0", 1440, "violated"],
    ["0 3 31 2 *", 43_200, "violated"],
    ["nightly", 43_200, "violated"],
  ])("%s with an objective of %d minutes, without recovery: %#", (text, minutes, status) => {
    expect(schedule(text, minutes, "database-pitr")).toBe(status);
  });

  test("may be longer where point-in-time recovery loses less", () => {
    expect(schedule("15 2 * * *", 2)).toBe("passed");
    expect(schedule("15 2 * * *", 1)).toBe("violated");
  });

  test("is told in minutes", () => {
    const stack = withObjectives(without(passingStack(), "database-pitr"), { rpoMinutes: 60 });
    expect(messages(backupInterval, stack)[0]).toContain(
      "Two backups are up to 1440 minutes apart; the recovery point objective is 60 minutes.",
    );
  });
});

describe("encryption", () => {
  const to = (value: unknown) =>
    outcomeOf(backupEncrypted, withVariables(passingStack(), { BACKUP_RECIPIENTS: { value } })).status;

  test.each([
    [JSON.stringify(recipients)],
    [recipients.join(" ")],
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample"],
    ["0123456789ABCDEF0123456789ABCDEF01234567"],
  ])("is to %s", (value) => {
    expect(to(value)).toBe("passed");
  });

  test.each([[""], ["age1short"], ["backups@optropic.example"]])("is not to %j", (value) => {
    expect(to(value)).toBe("violated");
  });

  test("is decided later where the key is unknown", () => {
    expect(to(unknown)).toBe("unknown");
  });

  test("is undone by a private key in the settings, which no message shows", () => {
    const context = { ...production, isConfigured: (form: RegExp) => form.test("AGE-SECRET-KEY-1CANARY") };
    const { status, violations } = outcomeOf(backupIdentity, passingStack(), context);
    expect(status).toBe("violated");
    expect(violations[0]?.found).toMatch(/in the stack's settings/);
    expect(JSON.stringify(violations)).not.toContain("CANARY");
  });
});

describe("the strategy", () => {
  test("is told a bucket by its name, or by what the job is made from", () => {
    const nameless = withProps(passingStack(), "backups-bucket", { name: unknown });
    expect(outcomeOf(backupStrategy, nameless).status).toBe("unknown");
    const madeFrom = change(nameless, "backups-job", (job) => ({
      ...job,
      from: { envVars: [...(job.from?.envVars ?? []), "backups-bucket"] },
    }));
    expect(outcomeOf(backupStrategy, madeFrom).status).toBe("passed");
  });

  test("says what is missing", () => {
    const jobless = without(passingStack(), "backups-job");
    expect(messages(backupStrategy, jobless)[0]).toContain("No backup job connects to the database.");
    const bucketless = { BACKUP_BUCKET: undefined, BACKUP_CHECK_IN_URL: undefined };
    expect(messages(backupStrategy, withVariables(passingStack(), bucketless))[0]).toContain(
      "No bucket of this stack receives the backups of the database.",
    );
  });

  test("is not that of a bucket without a backup in its name that nothing fills", () => {
    const stack = withProps(passingStack(), "backups-bucket", { name: "optropic-archive" });
    const renamed = change(stack, "backups-bucket", (bucket) => ({ ...bucket, name: "archive" }));
    expect(outcomeOf(backupBucket, renamed).status).toBe("violated");
  });
});
