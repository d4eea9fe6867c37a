import { markdownTable } from "../../lib/table.ts";
import { drillText } from "./drill.ts";
import type { RecoveryFacts } from "./facts.ts";
import { code } from "./inline.ts";
import { seedCommands } from "./seed-commands.ts";
import { storeText } from "./stores.ts";

/** docs/disaster-recovery.md: item 8.5, with 8.4 and 8.8. */
export function disasterRecovery(facts: RecoveryFacts): string {
  const { stack, settings, words, store } = facts;
  return `# Disaster recovery

<!-- Generated: npm run docs -->

For the stack \`${stack}\`, at most ${words.rpo} of data may be lost (RPO) and the service must be restored within ${words.rto} (RTO). [Backup strategy](backup-strategy.md) lists the backups that you can recover from.

## Who

${contacts(facts)}

Inform users at <${settings.links.statusPage}> before the first step and after each change. The technical lead chooses among the procedures below. Nobody restores alone.

## What happened

${decisionTree(facts)}

${settings.database.pitrDays > 0 ? `${pointInTime(facts)}\n\n` : ""}## Restore an off-site backup

Use this if the database no longer exists or the vendor no longer has the data. Up to ${words.interval} of data are lost.

1. Get a file with the private key of one of the ${settings.backups.recipients.length} holders, and ${storeText(facts).keys}.

   \`\`\`sh
   export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
   npx optropic backups --stack ${stack}
   \`\`\`

   This lists the backups in \`${store.bucket}\`, newest first. It shows whether each one is complete, and how many days they reach back without a gap.

2. Test the backup while someone else does step 3. The drill checks every digest, restores into its own scratch server and compares. \`--at\` selects the newest backup before a moment.

   \`\`\`sh
   npx optropic drill --stack ${stack} --backup NAME --identity FILE
   npx optropic drill --stack ${stack} --at 2026-01-31T12:00:00Z --identity FILE
   \`\`\`

3. If the database no longer exists, create it again. To use another region, change \`database.region\` (${settings.database.region}) and \`api.region\` (${settings.api.region}) first.

   \`\`\`sh
   npx pulumi refresh --stack ${stack}     # removes what no longer exists from the state
   npx pulumi up --stack ${stack}          # creates the project with roles, settings and recovery; the hosts get its address
   \`\`\`

4. Stop all writes: suspend the service at Render and pause the project at Vercel. The restore backs up the target first. Anything written between that backup and the restore itself is lost.

5. Restore over a direct connection or a pooler in session mode (port 5432). Leave the password out of the URL: it comes from \`PGPASSWORD\` or \`PGPASSFILE\`.

   \`\`\`sh
   npx optropic restore --stack ${stack} --target postgresql://postgres@db.REF.supabase.co:5432/postgres \\
     --backup NAME --identity FILE
   \`\`\`

   It asks you to type the target as \`host:port/database\` (or takes it from \`--confirm\`), backs up the target into the same bucket, and replaces the backed-up schemas in one transaction: all of them or none. It makes schemas that the backup has besides, with the definitions that theirs need, where the target has none of their names, and says which. If the target lacks a role, the restore stops before it changes anything; in a database that no stack declares, \`--create-roles\` creates the missing roles, without a login and with their memberships. Default privileges that only another role may set, such as those of \`supabase_admin\` at Supabase, are lost in the replaced schemas, and the restore reports them. Rows of other schemas that the restored ones refer to, such as users who were deleted from \`auth.users\` since, are put back from the backup with what they refer to themselves; where such a table is empty, it gets all rows that the backup has of it. The restore says how many rows went into which table. Where they do not fit there, for example because the table has a new column that is NOT NULL, the restore is refused and names the table; with \`--accept-differences\` it leaves them out, and keys that miss them are made for new rows only. So are keys of other schemas whose rows refer to what is newer than the backup. The target's triggers, such as one that mails new users, do not run at these rows: the role disables them, or sets \`session_replication_role\`. Where it may do neither, the restore is refused and names them. An extension that the target has in another schema than the backup is moved there; where the role may not, the restore stops before it changes anything. Without \`--backup\` it uses the newest backup, and with \`--at TIME\` the newest before that time.

   With \`--jobs 4\` the restore makes a new database instead, by that many parallel jobs: \`--target\` then names a database that does not exist or is empty. To make one that does not exist, the role must be allowed to create databases and to connect to \`postgres\` or \`template1\`; another role restores into an empty one that belongs to it. The old database stays as it is. Until the new one holds, it accepts no connections and its comment says so, also when the restore fails or is killed. Where the role is no superuser, it has the comment, and until the restore ends only its owner, superusers and roles that have the right to connect by name get in. One that is killed may leave a role \`optropic_restore_…\` without a login, which has privileges in that database alone: once that is dropped, the next restore removes the role. A role that may not give objects to their owners is told so before anything is made; with \`--no-owner --accept-differences\` it keeps them. Use it when one transaction would need more locks than the server has room for, which the backup notes and the restore refuses before it starts, or when tables of other schemas use types of the backup. Each drill restores this way as a superuser, and then tries a restore in place as the role that restores (\`backups.drill.role\`). Where that fails, it tries a new database as that role, too: its notes say when one of the two ways failed, and it fails when both did.

6. Run \`npx pulumi up --stack ${stack}\` again to grant the roles their rights on the restored objects. Then reopen the platform, and watch the health checks and the error rate.

## Get rows or a table back

The database stays in place. To give a table all the rows that it had, name it:

\`\`\`sh
npx optropic restore --stack ${stack} --at 2026-01-31T12:00:00Z --identity FILE --table public.orders \\
  --target postgresql://postgres@db.REF.supabase.co:5432/postgres
\`\`\`

The schemas of the table and of its partitions are backed up first. Then, in one transaction, the table gets the rows of the backup, those of its partitions and the values of its sequences; partitions that the backup does not have are emptied, and a table that is missing is made again. So is a table whose definition has changed since the backup, or that lacks an index, a key, a trigger or a policy of the backup or has another one by its name: it is dropped and made as the backup has it, with its partitions, and the restore names the columns that are gone, back or of another type, the indexes and the like that are back, and those that the backup does not have. Where something else in the target has the name of what is made, such as a view, the restore is refused and names it. Views, functions and what else depends on it come back from the backup, and where the backup does not have one of them, the restore is refused and names it. The table's triggers do not run. Foreign keys from and to it are checked, so that the restore is refused where other tables refer to rows that the backup does not have. Materialized views are not refreshed. \`--schema\` replaces one schema in the same way as a complete restore. Foreign keys, checks and defaults of other schemas that depend on it are put back. Views, triggers, policies, rules, functions and indexes of other schemas that depend on it, and casts, come back from the backup where the target had them. Where something depends on it that the backup does not have, the restore is refused and names it. Both can be repeated, and with \`--jobs\` they go into a new database, with the definitions that they need and without foreign keys to rows that are not restored. A restore says what of the backup it left out.

To get single rows back, copy them out of a drill:

\`\`\`sh
npx optropic drill --stack ${stack} --at 2026-01-31T12:00:00Z --identity FILE --keep
\`\`\`

\`--keep\` leaves the scratch server running and prints how to reach it. Copy the rows out with \`\\copy\`, check them, and insert them in one transaction. Stop the server afterwards, because it holds production data. To use an existing database instead of a scratch server, pass \`--target URL\`; it must be empty and must not be production's.

## Roll back a release

If the data is correct and the release is not, leave the database alone and promote the previous deployment at Vercel and at Render. To undo a migration, write and review another migration: \`prisma migrate resolve --rolled-back\` changes only Prisma's own record and no table. Back up before either step:

\`\`\`sh
npx optropic backup --stack ${stack}
\`\`\`

The connection comes from \`DATABASE_URL\` or from libpq's variables such as \`PGHOST\` and \`PGPASSFILE\`, the store's keys from \`AWS_ACCESS_KEY_ID\` and \`AWS_SECRET_ACCESS_KEY\` (or wherever AWS's SDK finds some), and everything else from the settings.

## A host or the edge is down

The database is fine, so do not restore anything: that does not bring Vercel, Render or Cloudflare back. Check the vendor's status page, inform users, and wait. If a region of Render stays down longer than ${words.rto}, change \`api.region\` (${settings.api.region}) and run \`npx pulumi up --stack ${stack}\`. The service is then created in the other region, where it is slower because the database is in ${settings.database.region}. The policy \`one-region\` refuses this until it is [waived](../policies/README.md#settings).

## The backups are lost

${secondCopy(facts)}If the bucket or its account is lost and the database is fine, users have lost nothing, but after the next accident only the vendor's recovery is left. Run \`npx pulumi refresh --stack ${stack}\` to remove the lost resources from the state. Then declare another store (\`backups.provider\`, [settings](settings.md#backups)), update, and run a backup by hand at once. If backups are only late, see [backup-overdue](runbooks/backup-overdue.md).

## Keys

- **The job's keys are stolen.** Replace them: ${replaceKeys(facts)} The thief could add objects but could not replace locked backups, which still exist. \`optropic backups\` and a drill show which ones are complete${settings.evidence.publicKeys.length > 0 ? " and whose signature holds" : ""}.
- **The key that signs backups is stolen.** Make another with \`optropic evidence keygen\`, replace its public key in \`evidence.publicKeys\`, set \`optropic-secrets:evidenceSigningKey\`, and update. Backups that the old key signed are refused from then on: name the old key in \`EVIDENCE_PUBLIC_KEY\` to restore one from before the theft.
- **A private key is stolen.** Replace its public key in \`backups.recipients\`, update, and back up. A thief who can also read the bucket can decrypt older backups for ${settings.backups.retentionDays} days: security decides who has to be informed.
- **A private key is lost.** The other holders' keys still decrypt every backup. Replace it in the same way at once: if the last key is lost, so are all backups until then.

## What the last drill showed

${drillText(facts.drill, `npx optropic drill --stack ${stack} --identity FILE`)}

${seedCommands(stack)}`;
}

function secondCopy({ stack, settings }: RecoveryFacts): string {
  const [copy] = settings.backups.copies;
  if (copy === undefined) return "";
  return `The copy ${code(copy.name)} still has every backup: add \`--store ${copy.name}\` to \`optropic backups\`, \`drill\` and \`restore\`, such as \`npx optropic backups --stack ${stack} --store ${copy.name}\`. Otherwise:\n\n`;
}

function contacts({ settings }: RecoveryFacts): string {
  const { contacts } = settings;
  return markdownTable(
    ["role", "address", "does"],
    [
      ["technical lead", contacts.technicalLead, "decides, and declares the end of the incident"],
      ["DevOps", contacts.devops, "runs the commands; responsible for hosts, DNS, Pulumi"],
      [
        "database administrator",
        contacts.databaseAdmin,
        "chooses the moment and the backup; checks the restored data",
      ],
      ["security", contacts.security, "responsible for keys and theft; decides who has to be informed"],
    ],
  );
}

function decisionTree({ settings, words }: RecoveryFacts): string {
  const { pitrDays } = settings.database;
  const much =
    pitrDays > 0
      ? [
          `  scope -- "much of it" --> window{"Was it correct within the last ${pitrDays} days?"}`,
          `  window -- yes --> pitr["Recover to a point in time:<br/>loses ${words.recoveryLoss} at most"]`,
          "  window -- no --> offsite",
        ]
      : ['  scope -- "much of it" --> offsite'];
  const lines = [
    "flowchart TD",
    '  start{"Does the database exist?"}',
    `  start -- no --> offsite["Restore an off-site backup:<br/>loses ${words.interval} at most"]`,
    '  start -- yes --> data{"Is its data correct?"}',
    '  data -- no --> scope{"How much is wrong?"}',
    '  scope -- "some rows or a table" --> rows["Get rows or a table back:<br/>restore --table, or a drill with --keep"]',
    ...much,
    '  data -- yes --> release{"Did a release break it?"}',
    '  release -- yes --> promote["Roll back the release:<br/>promote the previous deployment"]',
    '  release -- no --> host["A host or the edge is down:<br/>leave the database alone"]',
  ];
  return ["```mermaid", ...lines, "```"].join("\n");
}

function pointInTime({ stack, settings, names, words }: RecoveryFacts): string {
  return `## Recover to a point in time

Use this if the data was correct within the last ${settings.database.pitrDays} days. Everything written after the chosen moment is lost, and the
platform is down meanwhile. No provider can declare this: you do it by hand, at Supabase.

1. Find the last good moment, in UTC and to the second, from the logs or from timestamps in the table.
2. Stop all writes: suspend the service at Render and pause the project at Vercel.
3. Back up the current, damaged state: \`npx optropic backup --stack ${stack}\`.
4. At Supabase, project \`${names.database}\`: Database, Backups, Point in time. Choose the moment; the last
   ${words.recoveryLoss} may not be available yet.
5. Check the restored data with the queries of \`backups.drill.checks\`, then start both hosts again.
6. Run \`npx pulumi preview --stack ${stack}\`. Roles and rights created after that moment are missing, and an update creates them again.`;
}

function replaceKeys({ stack, settings }: RecoveryFacts): string {
  return settings.backups.provider === "r2"
    ? `\`npx pulumi up --stack ${stack} --replace URN\` with the URN of \`backups-token\` creates another token and gives it to the job.`
    : `create another key at the store, set \`optropic-secrets:backupsAccessKeyId\` and \`optropic-secrets:backupsSecretAccessKey\`, update, and delete the old one.`;
}
