import { markdownTable } from "../../lib/table.ts";
import { drillText } from "./drill.ts";
import type { RecoveryFacts } from "./facts.ts";
import { seedCommands } from "./seed-commands.ts";
import { storeText } from "./stores.ts";

/** docs/disaster-recovery.md: item 8.5, with 8.4 and 8.8. */
export function disasterRecovery(facts: RecoveryFacts): string {
  const { stack, settings, words, store } = facts;
  return `# Disaster recovery

<!-- Generated: npm run docs -->

For the stack \`${stack}\`: at most ${words.rpo} of data lost (RPO), service back within ${words.rto} (RTO). [Backup strategy](backup-strategy.md) says what there is to recover from.

## Who

${contacts(facts)}

Tell users at <${settings.links.statusPage}> before the first step, and again at each change. The technical lead decides between the ways below; nobody restores alone.

## What happened

${decisionTree(facts)}

${settings.database.pitrDays > 0 ? `${pointInTime(facts)}\n\n` : ""}## Restore an off-site backup

Of what the vendor no longer has, or of a database that is gone. Up to ${words.interval} of data are lost.

1. Have at hand: the private key of one of the ${settings.backups.recipients.length} holders in a file, and ${storeText(facts).keys}.

   \`\`\`sh
   export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
   npx optropic backups --stack ${stack}
   \`\`\`

   That lists what is in \`${store.bucket}\`, the newest first, whether each is whole, and for how many days they reach back without a gap.

2. Try it before you trust it, while someone does the third step. The drill checks every digest, restores into a scratch server of its own and compares; \`--at\` takes the newest backup before a moment.

   \`\`\`sh
   npx optropic drill --stack ${stack} --backup NAME --identity FILE
   npx optropic drill --stack ${stack} --at 2026-01-31T12:00:00Z --identity FILE
   \`\`\`

3. Where the database is gone, declare it anew. In another region, change \`database.region\` (${settings.database.region}) and \`api.region\` (${settings.api.region}) first.

   \`\`\`sh
   npx pulumi refresh --stack ${stack}     # what is gone leaves the state
   npx pulumi up --stack ${stack}          # a project with its roles, settings and recovery; the hosts get its address
   \`\`\`

4. Stop writing: suspend the service at Render, and pause the project at Vercel. What is written between the backup that the restore makes of the target and the restore itself is in neither.

5. Restore, over a direct connection or a pooler in session mode (port 5432). The URL holds no password: it comes from \`PGPASSWORD\` or \`PGPASSFILE\`.

   \`\`\`sh
   npx optropic restore --stack ${stack} --target postgresql://postgres@db.REF.supabase.co:5432/postgres \\
     --backup NAME --identity FILE
   \`\`\`

   It asks for the target as \`host:port/database\` (or takes it by \`--confirm\`), backs up the target first, into the same bucket, and replaces the backup's schemas in one transaction: all of them, or nothing. A role that the target lacks ends it before anything is changed; in a database that no stack declares, \`--create-roles\` makes them, without a login. Default privileges that only another role may set, at Supabase those of \`supabase_admin\`, are gone from what is replaced, and it says so. Without \`--backup\` it takes the newest, with \`--at TIME\` the newest before that.

6. \`npx pulumi up --stack ${stack}\` once more, for the rights of the roles on what came back. Then open the platform, and look at the health checks and at the error rate.

## Get rows or a table back

The database stays as it is; what was lost is copied out of a backup.

\`\`\`sh
npx optropic drill --stack ${stack} --at 2026-01-31T12:00:00Z --identity FILE --keep
\`\`\`

\`--keep\` leaves the scratch server running and says how to reach it. Copy the rows out with \`\\copy\`, look at them, and insert them in one transaction. Stop the server afterwards: it holds production data. A database that is there already takes the place of the scratch server with \`--target URL\`, if it is empty and not production's.

## Take back a release

Where the data is right and the release is wrong, the database stays as it is: promote the previous deployment at Vercel and at Render. A migration goes back by another migration, written and reviewed; \`prisma migrate resolve --rolled-back\` only changes Prisma's own record and no table. Back up before either:

\`\`\`sh
npx optropic backup --stack ${stack}
\`\`\`

The connection comes from \`PGHOST\` and its kin, \`PGPASSFILE\` or \`DATABASE_URL\`, the store's keys from \`AWS_ACCESS_KEY_ID\` and \`AWS_SECRET_ACCESS_KEY\`, all else from the settings.

## A host or the edge is down

The database is well, so nothing of the above applies: no restore makes Vercel, Render or Cloudflare come back. Look at the vendor's status page, tell users, and wait. Where a region of Render stays down longer than ${words.rto}, change \`api.region\` (${settings.api.region}) to another, and \`npx pulumi up --stack ${stack}\`: the service is declared anew there, farther from the database in ${settings.database.region} and slower. The policy \`one-region\` refuses that until it is [waived](../policies/README.md#settings).

## The backups are gone

Where the bucket or its account is lost and the database is well, users have lost nothing, and the next accident has no answer but the vendor's. \`npx pulumi refresh --stack ${stack}\` takes what is gone out of the state; then declare another store (\`backups.provider\`, [settings](settings.md#backups)), update, and back up by hand at once. When backups are only late: [backup-overdue](runbooks/backup-overdue.md).

## Keys

- **The job's keys are stolen.** Replace them: ${replaceKeys(facts)} What the thief wrote stands beside the backups and replaces none; what is locked is still there. \`optropic backups\` and a drill show which are whole.
- **A private key is stolen.** Take its public key out of \`backups.recipients\`, put a new one in, update, and back up. Backups until then stay open to the thief who also reads the bucket, for ${settings.backups.retentionDays} days: security decides who is told.
- **A private key is lost.** The other holders' keys still open every backup. Replace it likewise, at once: with the last one lost, every backup so far is lost with it.

## What the last drill showed

${drillText(facts.drill, `npx optropic drill --stack ${stack} --identity FILE`)}

${seedCommands(stack)}`;
}

function contacts({ settings }: RecoveryFacts): string {
  const { contacts } = settings;
  return markdownTable(
    ["role", "address", "does"],
    [
      ["technical lead", contacts.technicalLead, "decides, and says when it is over"],
      ["DevOps", contacts.devops, "runs the commands; hosts, DNS, Pulumi"],
      [
        "database administrator",
        contacts.databaseAdmin,
        "chooses the moment and the backup; checks what came back",
      ],
      ["security", contacts.security, "keys, theft, who has to be told"],
    ],
  );
}

function decisionTree({ settings, words }: RecoveryFacts): string {
  const { pitrDays } = settings.database;
  const much =
    pitrDays > 0
      ? [
          `  scope -- "much of it" --> window{"Was it right less than ${pitrDays} days ago?"}`,
          `  window -- yes --> pitr["Recover to a point in time:<br/>loses ${words.recoveryLoss} at most"]`,
          "  window -- no --> offsite",
        ]
      : ['  scope -- "much of it" --> offsite'];
  const lines = [
    "flowchart TD",
    '  start{"Is the database there?"}',
    `  start -- no --> offsite["Restore an off-site backup:<br/>loses ${words.interval} at most"]`,
    '  start -- yes --> data{"Is its data right?"}',
    '  data -- no --> scope{"How much is wrong?"}',
    '  scope -- "some rows or a table" --> rows["Get rows or a table back:<br/>from a drill that is kept"]',
    ...much,
    '  data -- yes --> release{"Did a release break it?"}',
    '  release -- yes --> promote["Take back the release:<br/>promote the previous deployment"]',
    '  release -- no --> host["A host or the edge is down:<br/>the database stays as it is"]',
  ];
  return ["```mermaid", ...lines, "```"].join("\n");
}

function pointInTime({ stack, settings, names, words }: RecoveryFacts): string {
  return `## Recover to a point in time

Of data that was right less than ${settings.database.pitrDays} days ago. What was written after the moment that you choose is lost, and the
platform is down meanwhile. No provider declares it: it is done by hand, at Supabase.

1. Find the moment: the last good one, in UTC, to the second, from the logs or from the table's own times.
2. Stop writing: suspend the service at Render, and pause the project at Vercel.
3. Back up what there is, wrong as it is: \`npx optropic backup --stack ${stack}\`.
4. At Supabase, project \`${names.database}\`: Database, Backups, Point in time. Choose the moment; up to ${words.recoveryLoss} before now
   may not be there yet.
5. Check what came back by the queries of \`backups.drill.checks\`, then start both hosts again.
6. \`npx pulumi preview --stack ${stack}\`: a role or right that is younger than the moment is gone, and an update makes it anew.`;
}

function replaceKeys({ stack, settings }: RecoveryFacts): string {
  return settings.backups.provider === "r2"
    ? `\`npx pulumi up --stack ${stack} --replace URN\` with the URN of \`backups-token\` makes another token and gives it to the job.`
    : `make another key at the store, set \`optropic-secrets:backupsAccessKeyId\` and \`optropic-secrets:backupsSecretAccessKey\`, update, and delete the old one.`;
}
