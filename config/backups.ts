import * as z from "zod";
import { ageRecipient } from "./age.ts";
import { cronSchedule, httpsUrl, identifier, line, text, whole } from "./kinds.ts";
import { withoutRepeats } from "./repeats.ts";

const nameOf = (what: string) =>
  text(
    `the name of a ${what}, 1 to 63 bytes on one line`,
    63,
    (value) => line.safeParse(value).success && Buffer.byteLength(value) <= 63,
  );

const httpsOrigin = text("an https URL without a path, such as https://s3.example.com", 300, (value) => {
  return httpsUrl.safeParse(value).success && new URL(value).origin === value;
});

const s3Schema = z
  .strictObject({
    endpoint: httpsOrigin.meta({ description: "URL of the store, without a bucket." }),
    region: identifier.default("us-east-1").meta({ description: "Region for which requests are signed." }),
    bucket: text(
      "a bucket's name, 3 to 63 lower-case letters, digits, dots, dashes",
      63,
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    )
      .optional()
      .meta({
        description:
          "Name of the bucket, which some stores require to be unique among all customers. By default it is named after the project.",
      }),
  })
  .optional()
  .meta({ description: "The store; only with `provider: s3`." });

const copySchema = z
  .strictObject({
    name: text(
      "1 to 31 lower-case letters, digits and dashes, a letter first, and not main",
      31,
      /^(?!main$)[a-z][a-z0-9-]{0,30}$/,
    ).meta({ description: "Name of the store in commands and messages." }),
    endpoint: httpsOrigin,
    region: identifier.default("us-east-1"),
    bucket: text(
      "a bucket's name, 3 to 63 lower-case letters, digits, dots, dashes",
      63,
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    ),
    required: z.boolean().default(true),
    lock: z.boolean().default(false),
  })
  .meta({ expected: "a mapping of name, endpoint, region, bucket, required and lock" });

const check = z
  .strictObject({
    name: text("text on one line, 1 to 100 characters", 100, (value) => line.safeParse(value).success).meta({
      description: "What the check shows.",
    }),
    sql: text(
      "SQL, 1 to 4000 characters",
      4000,
      (value) => /\S/.test(value) && !/[^\P{Cc}\n\t]/u.test(value),
    ),
    expect: text("text on one line, at most 1000 characters", 1000, /^[^\p{Cc}]*$/u),
  })
  .meta({ expected: "a mapping of name, sql and expect" });

const acceptable = z
  .strictObject({
    name: text(
      "the name of an object as a drill's difference begins with it, such as view public.report",
      1000,
      (value) => line.safeParse(value).success,
    ),
    reason: text("text on one line, 1 to 500 characters", 500, (value) => line.safeParse(value).success),
  })
  .meta({ expected: "a mapping of name and reason" });

const drillSchema = z
  .strictObject({
    jobs: whole(1, 16).default(2).meta({ description: "Number of connections that a drill restores with." }),
    role: nameOf("role")
      .optional()
      .meta({
        description:
          "Role of the database that restores, as `optropic restore --target` names it: a drill tries a restore in place as this role. By default it is the role that takes the backups, if that owns a schema of theirs or is a superuser, and a superuser if not.",
        checklist: ["8.4"],
      }),
    checks: z
      .array(check)
      .max(100)
      .superRefine(withoutRepeats("a name that no other check has", ({ name }) => name, "name"))
      .default([])
      .meta({
        description:
          "SQL to run on the restored database. It must return one row with one column, whose text must be the expected one.",
        checklist: ["8.4"],
      }),
    accept: z
      .array(acceptable)
      .max(100)
      .superRefine(withoutRepeats("a name that is not yet in the list", ({ name }) => name, "name"))
      .default([])
      .meta({
        description:
          "Objects that may be missing from a restored database or differ in it, each with the reason. A drill passes without them and a restore takes place; both show and count them, and the drill says when an entry is no longer needed.",
        checklist: ["8.4"],
      }),
  })
  .prefault({})
  .meta({ description: "The restore drill.", checklist: ["8.4"] });

/** Off-site backups of the database, in a bucket on Cloudflare R2 or on another S3-compatible store. */
export const backupsSchema = z
  .strictObject({
    provider: z.enum(["r2", "s3"]).default("r2").meta({
      description: "Where backups are kept: Cloudflare R2, or another S3-compatible store.",
    }),
    s3: s3Schema,
    retentionDays: whole(1, 3650)
      .default(30)
      .meta({
        description: "Days for which a backup is kept and cannot be deleted.",
        checklist: ["8.3"],
      }),
    schedule: cronSchedule.default("15 2 * * *").meta({
      description: "When the backup job runs: five cron fields, in UTC.",
      checklist: ["8.2"],
    }),
    graceMinutes: whole(1, 10_080)
      .default(120)
      .meta({
        description: "Minutes that a backup may take after it is due.",
        checklist: ["8.2"],
      }),
    recipients: z
      .array(ageRecipient)
      .min(1)
      .max(20)
      .superRefine(withoutRepeats("a key that is not yet in the list", (key) => key))
      .meta({
        description:
          "Public keys of age recipients that backups are encrypted to. The private key of any one of them decrypts. Never put a private key in the settings.",
        checklist: ["8.1"],
      }),
    schemas: z
      .array(nameOf("schema"))
      .max(100)
      .superRefine(withoutRepeats("a schema that is not yet in the list", (name) => name))
      .default([])
      .meta({
        description:
          "Schemas that are backed up; by default all of them. A Supabase project has the vendor's own schemas next to the application's.",
      }),
    jobs: whole(1, 16).default(1).meta({
      description:
        "Number of connections that a backup dumps with. With more than one, which is faster, `pg_dump` writes the dump's files into a private folder for temporary files, in plain, where each stays until it is encrypted.",
    }),
    location: z.enum(["apac", "eeur", "enam", "weur", "wnam", "oc"]).default("weur").meta({
      description: "Location of the bucket, as R2 names it; only for R2.",
    }),
    jurisdiction: z.enum(["default", "eu", "fedramp"]).default("default").meta({
      description: "Jurisdiction that the bucket stays in, as R2 names it; only for R2.",
    }),
    copies: z
      .array(copySchema)
      .max(3)
      .superRefine(withoutRepeats("a name that no other copy has", ({ name }) => name, "name"))
      .default([])
      .meta({
        description:
          "Further S3-compatible stores that each backup is copied to, by preference at another vendor. The buckets are yours: the stack does not declare them. A backup fails when a copy fails, unless `required` is false: then it warns. With `lock`, each object is locked for `backups.retentionDays` when it is stored. The keys come from the variable `BACKUP_COPY_KEYS`, a JSON object by names.",
        checklist: ["8.1"],
      }),
    drill: drillSchema,
  })
  .superRefine(({ provider, s3 }, context) => {
    if ((provider === "s3") === (s3 !== undefined)) return;
    const message =
      provider === "s3"
        ? "a mapping, because backups.provider is s3"
        : "nothing, because backups.provider is r2";
    context.addIssue({ code: "custom", path: ["s3"], message, input: s3 });
  })
  .meta({ description: "Off-site backups of the database.", checklist: ["3.2", "8.1"] });

/** The settings of backups, every default filled in. */
export type BackupsSettings = z.infer<typeof backupsSchema>;
