import { cloudflare, pulumiStack } from "../../policies/model/tokens.ts";
import { change, type Fixture, secret, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

const days = (count: number) => count * 86_400;
const bucketScope = "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_eu";

/** A public key of age in which two letters changed places. */
const mistyped = "age1kfqr6cdcyw0hu26xe8ck5z6ku0llr82grc9yv6c2j6g2f4zsyy6qtmml22";

/** Ways to break section 8. */
export const backupMutants: readonly Mutant[] = [
  {
    policy: "api-tokens-allow",
    what: "the job's token has expired",
    break: (stack) => withProps(stack, "backups-token", { expiresOn: "2026-01-01T00:00:00Z" }),
  },
  ...[
    "true",
    ":",
    "exit 0",
    "echo backup",
    "npx optropic backup --help",
    "pg_dump > /dev/null",
    "if true; then pg_dump; fi",
  ].map(
    (startCommand): Mutant => ({
      policy: "backup-job-daily",
      what: `the job runs ${startCommand}`,
      break: (stack) => withProps(stack, "backups-job", { startCommand }),
    }),
  ),
  ...(
    [
      ["without a store", { BACKUP_ENDPOINT: undefined }],
      ["with an empty store", { BACKUP_ENDPOINT: { value: "" } }],
      ["without a database", { PGHOST: undefined }],
      ["with half of the keys", { AWS_SECRET_ACCESS_KEY: undefined }],
      ["for schemas that are no list", { BACKUP_SCHEMAS: { value: "public" } }],
      ["with a prefix that ends in a space", { BACKUP_PREFIX: { value: "postgres/ " } }],
      ["with a key that has a wrong letter", { BACKUP_RECIPIENTS: { value: JSON.stringify([mistyped]) } }],
    ] as const
  ).map(
    ([what, variables]): Mutant => ({
      policy: "backup-job-configured",
      what: `a backup ${what}`,
      break: (stack) => {
        const job = stack.find(({ name }) => name === "backups-job");
        return withProps(stack, "backups-job", { envVars: { ...Object(job?.props.envVars), ...variables } });
      },
      ...(/key|prefix|empty/.test(what) ? { takesMore: true } : {}),
    }),
  ),
  {
    policy: "backup-job-configured",
    what: "the job is built from somebody else's repository",
    break: (stack) => {
      const job = stack.find(({ name }) => name === "backups-job");
      const { docker } = Object(job?.props.runtimeSource);
      return withProps(stack, "backups-job", {
        runtimeSource: { docker: { ...docker, repoUrl: "https://github.com/elsewhere/platform" } },
      });
    },
  },
  {
    policy: "backup-job-daily",
    what: "the job runs an image of nothing",
    break: (stack) =>
      withProps(stack, "backups-job", {
        runtimeSource: { image: { imageUrl: "docker.io/library/alpine:3" } },
      }),
    takesMore: true,
  },
  {
    policy: "backup-retention",
    what: "backups are deleted after a week",
    break: (stack) => withLifecycle(stack, [deletion({ maxAge: days(7) })]),
  },
  {
    policy: "backup-retention",
    what: "a second rule deletes some backups earlier",
    break: (stack) =>
      withLifecycle(stack, [deletion({ maxAge: days(30) }), deletion({ maxAge: days(1) }, "postgres/2026")]),
  },
  {
    policy: "backup-retention",
    what: "everything is deleted on one day",
    break: (stack) => withLifecycle(stack, [deletion({ type: "Date", date: "2027-01-01T00:00:00Z" })]),
  },
  {
    policy: "backup-retention",
    what: "what expires is something else in the bucket",
    break: (stack) => withLifecycle(stack, [deletion({ maxAge: days(30) }, "logs/")]),
  },
  {
    policy: "backup-lock",
    what: "there is no lock",
    break: (stack) => without(stack, "backups-lock"),
  },
  {
    policy: "backup-lock",
    what: "the lock holds for a week",
    break: (stack) => withLock(stack, { condition: { type: "Age", maxAgeSeconds: days(7) } }),
  },
  {
    policy: "backup-lock",
    what: "the lock is off",
    break: (stack) => withLock(stack, { enabled: false }),
  },
  {
    policy: "backup-lock",
    what: "the lock ends on one day for all",
    break: (stack) => withLock(stack, { condition: { type: "Date", date: "2036-01-01T00:00:00Z" } }),
  },
  {
    policy: "backup-lock",
    what: "the lock is on something else in the bucket",
    break: (stack) => withLock(stack, { prefix: "logs/" }),
  },
  {
    policy: "backup-lock",
    what: "the lock is another bucket's",
    break: (stack) => [
      ...change(stack, "backups-lock", (lock) => ({ ...lock, from: { bucketName: ["uploads"] } })),
      { type: cloudflare.r2Bucket, name: "uploads", props: { name: "optropic-uploads" } },
    ],
  },
  {
    policy: "backup-keys-scoped",
    what: "the token is for the account",
    break: (stack) =>
      withTokenFor(stack, { "com.cloudflare.api.account.0123456789abcdef0123456789abcdef": "*" }),
  },
  {
    policy: "backup-keys-scoped",
    what: "the token is for its bucket and for the account",
    break: (stack) =>
      withTokenFor(stack, { [`${bucketScope}_optropic-backups`]: "*", "com.cloudflare.api.account.*": "*" }),
  },
  {
    policy: "backup-keys-scoped",
    what: "the token is for every bucket",
    break: (stack) => withTokenFor(stack, { "com.cloudflare.edge.r2.bucket.*": "*" }),
  },
  {
    policy: "backup-strategy",
    what: "the job connects to no database of the stack",
    break: (stack) =>
      change(stack, "backups-job", (job) => ({ ...job, from: { envVars: ["backups-token"] } })),
  },
  {
    policy: "backup-strategy",
    what: "the job writes to another bucket",
    break: (stack) => withVariables(stack, { BACKUP_BUCKET: { value: "elsewhere" } }),
  },
  {
    policy: "backup-encrypted",
    what: "the job has nobody to encrypt to",
    break: (stack) => withVariables(stack, { BACKUP_RECIPIENTS: undefined }),
  },
  {
    policy: "backup-encrypted",
    what: "the list of those to encrypt to is empty",
    break: (stack) => withVariables(stack, { BACKUP_RECIPIENTS: { value: "[]" } }),
  },
  {
    policy: "backup-identity-absent",
    what: "the job has the private key",
    break: (stack) =>
      withVariables(stack, { BACKUP_IDENTITY: { value: secret("setting-AGE-SECRET-KEY-1EXAMPLE") } }),
  },
  {
    policy: "recovery-time-objective",
    what: "the stack exports none",
    break: (stack) => withObjectives(stack, { rpoMinutes: 1440 }),
  },
  {
    policy: "recovery-time-objective",
    what: "it is nothing",
    break: (stack) => withObjectives(stack, { rpoMinutes: 1440, rtoMinutes: 0 }),
  },
  {
    policy: "recovery-point-objective",
    what: "the stack exports none",
    break: (stack) => withObjectives(stack, { rtoMinutes: 60 }),
  },
  {
    policy: "backup-interval",
    what: "less may be lost than point-in-time recovery loses",
    break: (stack) => withObjectives(stack, { rpoMinutes: 1, rtoMinutes: 60 }),
  },
  {
    policy: "backup-interval",
    what: "less may be lost than lies between two backups, without point-in-time recovery",
    break: (stack) => withObjectives(without(stack, "database-pitr"), { rpoMinutes: 1439, rtoMinutes: 60 }),
    takesMore: true,
  },
];

export function deletion(condition: Record<string, unknown>, prefix = ""): Record<string, unknown> {
  return {
    id: "expire",
    enabled: true,
    conditions: { prefix },
    deleteObjectsTransition: { condition: { type: "Age", ...condition } },
  };
}

function withLifecycle(stack: Fixture[], rules: readonly unknown[]): Fixture[] {
  return withProps(stack, "backups-lifecycle", { rules });
}

function withLock(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  const condition = { type: "Age", maxAgeSeconds: days(30) };
  return withProps(stack, "backups-lock", { rules: [{ id: "keep", enabled: true, condition, ...edit }] });
}

function withTokenFor(stack: Fixture[], resources: Record<string, string>): Fixture[] {
  return withProps(stack, "backups-token", {
    policies: [
      { effect: "allow", permissionGroups: [{ id: unknown }], resources: JSON.stringify(resources) },
    ],
  });
}

/** The job with some variables replaced; one set to undefined is left out. */
export function withVariables(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  return change(stack, "backups-job", (job) => {
    const variables = Object.entries({ ...Object(job.props.envVars), ...edit });
    const envVars = Object.fromEntries(variables.filter(([, value]) => value !== undefined));
    return { ...job, props: { ...job.props, envVars } };
  });
}

export function withObjectives(stack: Fixture[], objectives: Record<string, number>): Fixture[] {
  return stack.map((fixture) =>
    fixture.type === pulumiStack ? { ...fixture, outputs: { ...fixture.outputs, objectives } } : fixture,
  );
}
