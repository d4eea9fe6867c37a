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

The stack \`${stack}\` loses at most ${words.rpo} of data and is restored within ${words.rto}. Every figure comes from \`Pulumi.${stack}.yaml\`; the policies refuse a preview that does not meet them. [Disaster recovery](disaster-recovery.md) says what to do in an emergency.

## ${settings.database.pitrDays > 0 ? "Two layers" : "One layer"}

${layers(facts)}

${figures(facts)}

A backup may take up to ${words.grace} after it is due (\`backups.graceMinutes\`). After that, Sentry's cron monitor \`${facts.names.job}\` pages. The alert [backup-overdue](runbooks/backup-overdue.md) pages when the newest backup is older than the recovery point objective, whatever the job reports.

## What is declared

${declared(facts)}

Pulumi refuses to delete or replace protected resources.

## What a backup is

- ${schemas(backups.schemas)} A backup does not contain roles: its manifest names the ones it needs, without passwords. The stack declares them, and an update creates them again. No backup of the database, the vendor's included, contains files in Supabase Storage.
- It holds one consistent moment of the database, taken by \`pg_dump\` in its custom format while the platform keeps writing.
- It is encrypted with age before the upload, to ${counted(backups.recipients.length, "public key")} (\`backups.recipients\`). The private keys stay with their holders: the job, the settings and this repository have none. Any one of them decrypts, and nobody can decrypt without one. Have two holders in two places, and a paper copy in a safe.
- It is complete only with its manifest, which is written last and holds digests, row counts and a fingerprint of the schema. \`optropic backups\` marks an object without a manifest as incomplete, and no restore uses it.
- It is not signed: digests reveal damage and mix-ups, but not who made a backup. Anyone with the job's keys and the public keys, which are not secret, can add a backup of their own, but cannot delete or change a locked one. After a theft of keys, restore a backup from before the theft, by name or with \`--at\`.
- Without a key, only its manifest is readable: the names of schemas, tables and roles, and row counts. The bucket is private.

## Where it goes

Bucket \`${facts.store.bucket}\` at ${store.vendor}, \`${facts.store.prefix}…\`; endpoint \`${facts.store.endpoint}\`, region \`${facts.store.region}\`. ${store.lock}

What cannot be declared or prevented there:

${store.cannot.map((limit) => `- ${limit}`).join("\n")}

## What the database's vendor cannot do

- Supabase sells point-in-time recovery for ${alternatives(facts.recoveryOffers)} days and no longer. Only the off-site bucket has data older than ${Math.max(...facts.recoveryOffers)} days.
- While point-in-time recovery is on, Supabase takes no daily backups, so there is no third layer.
- Both belong to the project: if it is deleted or the account is lost, so are they. Therefore the bucket is at another vendor.
- Recovery replaces the entire project in place, and the platform is down meanwhile. To restore a single table, use an off-site backup.

## Proof

${drillText(facts.drill, `npx optropic drill --stack ${stack} --identity FILE`)}

A drill restores into its own scratch server with ${counted(backups.drill.jobs, "connection")}, compares the result with the manifest, and runs the ${counted(backups.drill.checks.length, "check")} of \`backups.drill.checks\`. Each check must return this text:

${backups.drill.checks.map(({ name, expect }) => `- ${inline(name)}: ${code(expect)}\n`).join("")}`;
}

function figures({ settings, words }: RecoveryFacts): string {
  const { backups, objectives, database } = settings;
  const daily = `${code(backups.schedule)}, UTC; ${words.interval} apart at most`;
  return markdownTable(
    ["item", "requirement", "setting", "value"],
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
    "loss of the project, the account or the region; loss of a single table; older damage",
  ];
  const recovery = [
    "point-in-time recovery",
    `Supabase, ${database.region}`,
    `${database.pitrDays} days`,
    words.recoveryLoss,
    "wrong data, a bad migration, a dropped table",
  ];
  return markdownTable(
    ["layer", "where", "reaches back", "loses at most", "protects against"],
    database.pitrDays > 0 ? [recovery, offSite] : [offSite],
  );
}

function schemas(names: readonly string[]): string {
  if (names.length === 0) return "Every schema (`backups.schemas` is empty).";
  const listed = names.map(code).join(", ");
  return `The schema${names.length === 1 ? "" : "s"} ${listed} (\`backups.schemas\`), without the vendor's own, such as \`auth\` and \`storage\`.`;
}

function alternatives(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(", ")} or ${numbers.at(-1)}`;
}
