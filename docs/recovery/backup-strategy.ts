import { markdownTable } from "../../lib/table.ts";
import { counted } from "../../lib/text.ts";
import { drillText } from "./drill.ts";
import type { RecoveryFacts } from "./facts.ts";
import { code, inline } from "./inline.ts";
import { storeText } from "./stores.ts";

/** docs/backup-strategy.md: item 8.1, with 3.2, 8.2, 8.3, 8.6 and 8.7. */
export function backupStrategy(facts: RecoveryFacts): string {
  const { stack, settings, words } = facts;
  const { backups } = settings;
  const store = storeText(facts);
  return `# Backup strategy

<!-- Generated: npm run docs -->

How the stack \`${stack}\` loses at most ${words.rpo} of data and is back within ${words.rto}. Every figure is from \`Pulumi.${stack}.yaml\`; the policies refuse a preview in which they do not hold. [Disaster recovery](disaster-recovery.md) says what to do when something has happened.

## ${settings.database.pitrDays > 0 ? "Two layers" : "One layer"}

${layers(facts)}

${figures(facts)}

A backup may take until ${words.grace} after it is due (\`backups.graceMinutes\`). Then Sentry's cron monitor \`${facts.names.job}\` pages; the alert [backup-overdue](runbooks/backup-overdue.md) pages when the newest one is older than the recovery point objective, whatever the job says of itself.

## What is declared

${declared(facts)}

Pulumi refuses to delete or replace what is protected.

## What a backup is

- ${schemas(backups.schemas)} Roles are not in it: its manifest names those that it needs, without passwords, the stack declares them, and an update makes them anew. Files in Supabase Storage are in no backup of the database, the vendor's included.
- One consistent moment of the database, by \`pg_dump\` in its custom format, while the platform goes on writing.
- Encrypted with age on the way out, to ${counted(backups.recipients.length, "public key")} (\`backups.recipients\`). The private keys are with their holders: neither the job, nor the settings, nor this repository has one. Any one of them decrypts, and without one nobody does, so keep two holders, in two places, and a copy on paper in a safe.
- Complete only with its manifest, which is written last and holds digests, row counts and a fingerprint of the schema. An object without one is no backup: \`optropic backups\` says so, and no restore takes it.
- Not signed: digests show what was damaged or swapped, not who made it. Whoever has the job's keys and the public keys, which are no secret, can store a backup of their own beside the others, and delete or change none that is locked. After a theft of keys, restore one from before it, by name or with \`--at\`.
- Readable without a key in its manifest only as far as the names of schemas, tables and roles, and the counts of rows, go: the bucket is private.

## Where it goes

Bucket \`${facts.store.bucket}\` at ${store.vendor}, \`${facts.store.prefix}…\`; endpoint \`${facts.store.endpoint}\`, region \`${facts.store.region}\`. ${store.lock}

What cannot be declared or forbidden there:

${store.cannot.map((limit) => `- ${limit}`).join("\n")}

## What the database's vendor cannot do

- Supabase sells point-in-time recovery for ${alternatives(facts.recoveryOffers)} days and no longer: what is older than ${Math.max(...facts.recoveryOffers)} days is in the off-site bucket only.
- While point-in-time recovery is on, Supabase takes no daily backups: there are not three layers.
- Both go with the project: who deletes it, or loses the account, has lost them. That is why the bucket is at another vendor.
- Recovery is of the whole project, in place, and takes the platform down meanwhile. One table alone comes from an off-site backup.

## Proof

${drillText(facts.drill, `npx optropic drill --stack ${stack} --identity FILE`)}

A drill restores with ${counted(backups.drill.jobs, "connection")} into a scratch server of its own, compares with the manifest, and runs the ${counted(backups.drill.checks.length, "check")} of \`backups.drill.checks\`, each with the text that it has to give.

${backups.drill.checks.map(({ name, expect }) => `- ${inline(name)}: ${code(expect)}\n`).join("")}`;
}

function figures({ settings, words }: RecoveryFacts): string {
  const { backups, objectives, database } = settings;
  const daily = `${code(backups.schedule)}, UTC; ${words.interval} apart at most`;
  return markdownTable(
    ["item", "what it asks for", "setting", "value"],
    [
      ["3.2, 8.2", "a backup at least daily", "`backups.schedule`", daily],
      ["3.3", "point-in-time recovery", "`database.pitrDays`", `${database.pitrDays} days`],
      ["8.3", "kept for 30 days or more", "`backups.retentionDays`", `${backups.retentionDays} days`],
      ["8.6", "recovery time objective", "`objectives.rtoMinutes`", `${objectives.rtoMinutes} minutes`],
      ["8.7", "recovery point objective", "`objectives.rpoMinutes`", `${objectives.rpoMinutes} minutes`],
    ],
  );
}

function declared({ resources }: RecoveryFacts): string {
  return markdownTable(
    ["resource", "type", "protected"],
    resources.map(({ name, type, protect }) => [code(name), code(type), protect ? "yes" : "no"]),
  );
}

function layers({ settings, store, words }: RecoveryFacts): string {
  const { backups, database } = settings;
  const offSite = [
    "off-site backups",
    backups.provider === "r2" ? "Cloudflare R2" : store.endpoint,
    `${backups.retentionDays} days`,
    words.interval,
    "loss of the project, of the account or of the region; a single table; anything older",
  ];
  const recovery = [
    "point-in-time recovery",
    `Supabase, ${database.region}`,
    `${database.pitrDays} days`,
    words.recoveryLoss,
    "wrong data, a bad migration, a dropped table",
  ];
  return markdownTable(
    ["layer", "where", "reaches back", "loses at most", "answers"],
    database.pitrDays > 0 ? [recovery, offSite] : [offSite],
  );
}

function schemas(names: readonly string[]): string {
  if (names.length === 0) return "Every schema (`backups.schemas` is empty).";
  const listed = names.map(code).join(", ");
  return `The schema${names.length === 1 ? "" : "s"} ${listed} (\`backups.schemas\`), and not the vendor's own, such as \`auth\` and \`storage\`.`;
}

function alternatives(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(", ")} or ${numbers.at(-1)}`;
}
