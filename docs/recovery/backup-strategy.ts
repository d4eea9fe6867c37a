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

- ${schemas(backups.schemas)} Tables of other schemas that are partitions or children of its tables, or that its foreign keys need, come with their rows. A backup names materialized views that read other tables of other schemas: a new database fills these from none. The backup that a restore in place takes of its target also has the rows of every table elsewhere that may go or change with what it replaces; where it cannot, the restore is refused. A backup does not contain roles: it names the ones it needs, without passwords. The stack declares them, and an update creates them again. No backup of the database, the vendor's included, contains files in Supabase Storage.
- It holds one consistent moment of the database, taken by \`pg_dump\` in its custom format while the platform keeps writing.${jobsText(backups.jobs)}
- Sequences have no such moment: \`pg_dump\` reads each while writers may use it. A backup therefore reads them before the dump and again after it. A restored sequence must have a value within the two, and exactly that one where nothing moved it, so that no row has a value that is still to come. The backup names sequences that were set back or started over meanwhile: they may have any value of that time. So may one that counts in a circle and may have gone round unseen.
- A restored database differs from its source in what no dump carries, and no comparison counts: tables that inherit from others have their columns in the order of the parent, materialized views and generated columns are filled anew, rows are distributed anew among partitions by the hash of an enum, invalid indexes and operators that exist only as the negator of another are missing, a check that is inherited is validated when its parent's is, triggers that enforce foreign keys are enabled, and subscriptions are disabled. With these differences, PostgreSQL 15's own regression database passes its drill and both restores. A foreign key to a table that the role may not read, or of which row-level security hides rows from it, is named by the backup; a drill and a new database lack it, or have it for new rows only, and accept that by name. Materialized views that read from other servers stay empty in a drill, which contacts none, and a restore fills them at its end. What the server refuses to make, such as an index whose function fails or a view that reads itself, which the backup names too, is named with the reason, a foreign key or check that rows violate is made for new rows only, where the server has that, and a table of which the server refuses a row stays empty, such as a partition since the function that divides the rows was replaced: the drill fails and a restore is refused, until \`backups.drill.accept\` names it or \`--accept-differences\` is passed, and everything else is restored then. Rows violate a foreign key where they were written while its triggers were off, as with \`session_replication_role = replica\`. A backup names the tables on which they are off now, and does not look for such rows, which would join every table with those that it refers to: only the server's own check, in a drill or a restore, finds them. It does name subscriptions with such tables, and roles whose setting of \`session_replication_role\` lets them write so. A drill and a restore then also say which query finds the rows, where the server has the key for new rows only. A bare \`pg_restore\` ends with status 1 and without the key. A restore in place changes nothing then, and a new database is left marked as unusable. The server makes keys and indexes in the name of owners: until these are made, owners may do everything with what is theirs, everybody may call every function, and roles may use the schemas, as they could before privileges were set. A grant by a role that may no longer use the schema comes back by it, too. An event trigger, a foreign-data wrapper or a subscription goes back to an owner who is no superuser any more, whom a restore by a superuser makes one for that, within one transaction.
- Statements beside the dump, encrypted, bring back what a dump loses or cannot make again: what was changed of an extension after it was created (columns, indexes, constraints, triggers, functions, comments, owners, members that were added, or removed and then altered, up to 100,000 rows or 8 MiB of each of its tables, and which rows somebody deleted from a table with no more than these), the storage of inherited columns and whether they may be empty, how triggers of partitions are enabled and comments on what partitions and children have from their parents, names of partitions' own for the foreign keys that come with their table's, who may call a range type's own functions, their names, schemas and attributes, the types of identity sequences, functions that call themselves, the content of materialized views that read one which is not filled, functions in \`pg_catalog\`, languages that are no extension, and functions whose names only the search path of the database finds. \`IS DISTINCT FROM\`, \`NULLIF\`, \`CASE\` with a value, joins by \`USING\` or \`NATURAL\` and comparisons of rows take their operators from the search path, and a dump, whose path is empty, does not name them: \`citext\` would silently compare as \`text\`. A backup names what has such operators outside of \`pg_catalog\`; a drill and a restore make it in a path that finds them, before the rows where a dump has it before the rows, and then compare which operators it has with those of the source. A bare \`pg_restore\` gives it others, or fails to make it. Of the server's own objects, they bring back what somebody changed after initdb made them: comments, owners, privileges on \`information_schema\` and languages with their grantors, functions and views that were altered or replaced, text search configurations and dictionaries, members of operator families, estimators of operators, attributes of types, checks of domains, and rows of \`information_schema\`; and the same of what extensions brought. Functions, views, operators and types of the server are changed only in a server of the same major version, since another has its own. A backup by a role that is no superuser cannot make them again and names them. All comments of an extension's objects are carried. Where an extension was created and changed in one transaction, no row tells whether its script wrote it last or somebody after it: up to 1,000 such rows of a table are carried, and of more, as in \`spatial_ref_sys\` of PostGIS, a drill and a restore compare a digest with the rows that the script makes there. Where the extension was updated since, all rows of such a table are carried, or named. Extensions are created in their own version where the server has it. After \`pg_upgrade\`, and for functions after \`ALTER EXTENSION … SET SCHEMA\`, the catalogs do not tell what was changed of an extension: a backup by a superuser then carries all its functions and comments, a drill names members that a new extension does not have, and the backup names the tables whose rows of the extension's script may have been changed. A type, an operator class or a dictionary that was taken out of an extension which needs it and then renamed or altered cannot be told from others of the database; the backup names it. What is not carried is named when the backup is taken, as are roles that were dropped and of which the catalogs still have privileges, and what of the server was dropped and a new database has again (plpgsql, \`information_schema\`, text search configurations and dictionaries). So is what pg_dump warns of, what functions compute or check that read tables, checks that depend on the time, the role or a setting, collations whose version has changed, and jobs of pg_cron in another database: such columns, indexes and partitions may have other values in a restored database, and such a check may refuse a row, which leaves its table empty, as above, where it is the check of a domain within another type. An extension is created by the role that owned it, which then may update and drop it, with the right to create in the database lent to it for that; where this role cannot create it, such as one that is no superuser and an extension that is not trusted, it belongs to the role that restores, and a restore says so. A backup by a role that is no superuser, and a drill that rehearses as one, name the extensions that this role may not create by PostgreSQL's own rules: a restore by it into a database without them leaves them out, or ends in an error where something in the backup needs one.
- The database's own comment, privileges with who granted them, connection limit, owner and settings, and those of its roles in it, are in the backup, encrypted. A restore into a new database brings them back; a restore in place leaves the target's own as they are and says what differs.
- It is encrypted with age before the upload, to ${counted(backups.recipients.length, "public key")} (\`backups.recipients\`). The private keys stay with their holders: the job, the settings and this repository have none. Any one of them decrypts, and nobody can decrypt without one. Have two holders in two places, and a paper copy in a safe.
- It is complete only with its manifest, which is written last and holds digests, the numbers of tables and rows and a fingerprint of the schema. What it has, table by table, with the objects in no schema, the roles, the settings and every note, is listed in an encrypted object beside the dump (\`.objects.age\`), whose digest the manifest has. A backup, a drill and a restore read it piece by piece and need no more memory for a larger database, also for a restore of some schemas or tables of it, and the manifest stays small. Backups of earlier versions, whose manifests have some or all of this in them, are still read. \`optropic backups\` marks an object without a manifest as incomplete, and no restore uses it.
${signatureText(settings.evidence.publicKeys.length)}
- Without a key, only its manifest is readable: the names of the database, its server's locale and tablespaces, and of what the first 100 notes name, and how many tables and rows there are. The bucket is private.

## Where it goes

Bucket \`${facts.store.bucket}\` at ${store.vendor}, \`${facts.store.prefix}…\`; endpoint \`${facts.store.endpoint}\`, region \`${facts.store.region}\`. ${store.lock}

An outage of the store is waited out for up to 15 minutes (\`BACKUP_PATIENCE_MINUTES\`); what is already stored of an upload is not sent again. Keys come from \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\` and, for temporary ones, \`AWS_SESSION_TOKEN\`, or from a profile, web identity, or the role of a container or an instance.

${copiesText(facts)}

What cannot be declared or prevented there:

${store.cannot.map((limit) => `- ${limit}`).join("\n")}

## How it connects

- \`pg_dump\` is the oldest one of this machine that is as new as the server, or the one in the folder that \`POSTGRES_BIN\` names; where all are older, the backup is refused and names the version. A lock on a table is waited for one minute; then the backup fails and names the table and who holds it. When definitions change during the backup, it begins again, up to three times. Where a server has no more room for locks than \`pg_dump\` alone needs, the backup begins again too, with a warning, and reads definitions once \`pg_dump\` and its session have ended: a backup needs no more room than a bare \`pg_dump\`. It does need a second session beside the one of \`pg_dump\`: where the \`CONNECTION LIMIT\` of the role or the database allows only one, a bare \`pg_dump\` works and a backup is refused, with the limit that has to be raised. A table that is truncated or rewritten before its rows are counted is named, and its rows are not compared. The tests use the programs of the machine's own version, such as Debian 12's 15, and restore into servers of that version, 17 and 18. What a newer server adds by itself is no difference: the privilege \`MAINTAIN\`, which 17 counts among all privileges, and quotes around names that have become keywords, such as a column \`json\`. PostgreSQL 18 cannot have a column that only the child of a table may leave empty, and there such a restore is refused. A backup of a server newer than 15, by one job or by several, was not tried where they run on Debian 12.
- The sessions of a backup are named \`optropic backup\` and eight digits, which differ from backup to backup. Before it begins again, it waits for a minute at most until those of the first attempt have ended, since they keep their locks and count as connections until then. A drill and a restore wait in the same way for those of each \`pg_restore\`.
- The database needs one session from the beginning to the end: use its direct address, or a pooler in session mode. A pooler in transaction mode, such as Supavisor at port 6543 or PgBouncer, is recognized by its address or by how it behaves, and refused with the address to use.
- TLS is libpq's, for \`pg_dump\` and for the command's own sessions alike: \`PGSSLMODE\` (\`require\` unless set), \`PGSSLROOTCERT\` (a file, or \`system\` with \`pg_dump\` 16 or newer), \`PGSSLCRL\`, \`PGSSLCERT\`, \`PGSSLKEY\`, \`PGSSLNEGOTIATION\` and the limits of the TLS version. Of \`PGCHANNELBINDING\`, the command's own sessions bind the channel where the server can, and only \`pg_dump\` insists on it.
- A URL without a password takes \`PGPASSWORD\` or the password file. \`PGSERVICE\` names a service of the service file. What would change the server or its verification and is not supported, such as \`PGHOSTADDR\`, is refused by name.

## Who is told

Sentry's cron monitor (\`BACKUP_CHECK_IN_URL\`) is told of every run. A failure is also sent to these, where the job's environment names them; one that cannot be reached is a warning and never changes how the backup ended:

- \`BACKUP_WEBHOOK_URL\` gets a JSON document, whose \`text\` Slack, Mattermost and Teams show.
- \`BACKUP_MAIL_TO\` gets a mail from \`BACKUP_MAIL_FROM\` by the server of \`BACKUP_SMTP_URL\`, such as \`smtps://user:password@mail.example.com:465\`.
- \`BACKUP_METRICS_FILE\` and \`BACKUP_PUSHGATEWAY_URL\` get [metrics](metrics.md#the-backup-job) of every run, which the alert \`backup-overdue\` reads.

## What the database's vendor cannot do

- Supabase sells point-in-time recovery for ${alternatives(facts.recoveryOffers)} days and no longer. Only the off-site bucket has data older than ${Math.max(...facts.recoveryOffers)} days.
- While point-in-time recovery is on, Supabase takes no daily backups, so there is no third layer.
- Both belong to the project: if it is deleted or the account is lost, so are they. Therefore the bucket is at another vendor.
- Recovery replaces the entire project in place, and the platform is down meanwhile. To restore a single table, use an off-site backup.

## Proof

${drillText(facts.drill, `npx optropic drill --stack ${stack} --identity FILE`)}

A drill restores into its own scratch server with ${counted(backups.drill.jobs, "connection")}, compares the result with the manifest, and runs the ${counted(backups.drill.checks.length, "check")} of \`backups.drill.checks\`. ${roleText(backups.drill.role)} Each check must return this text:

${backups.drill.checks.map(({ name, expect }) => `- ${inline(name)}: ${code(expect)}\n`).join("")}`;
}

function roleText(role: string | undefined): string {
  const named =
    role === undefined
      ? "the role that takes the backups, where that owns what they have"
      : `${code(role)} (\`backups.drill.role\`)`;
  return `Then it tries a restore in place as ${named}: with the attributes, memberships and rights that the role had when the backup was taken, and with the policies of others' tables that supautils lets it manage at Supabase. First it looks whether the role may read everything that a restore backs up of its target before it begins. What else a vendor lets its roles do is not tried, nor are limits to the connections of a role or a database. Where the role can restore neither in place nor into a new database, the drill fails, until \`backups.drill.accept\` names \`restore by the role …\`.`;
}

function jobsText(jobs: number): string {
  const how =
    "A parallel dump is made in `pg_dump`'s directory format and stored as one encrypted archive, which `age --decrypt` and `tar` take apart without Optropic, and drills and restores read it as they read the other format. `pg_dump` needs a folder for it: one with the mode 0700 below the folder for temporary files (`TMPDIR`), in which each file is compressed and not encrypted. A table's file is there from the moment when `pg_dump` begins it until it is encrypted, right after it is complete; large objects are there until the dump ends. The folder is removed however the backup ends, also when it is killed; only when the machine itself stops, it stays. Where the folder has less space than the database, or a connection limit allows fewer sessions, fewer jobs or one are used, with a warning. Another session's wait for a lock on a table stops a parallel dump, and so does a server without room for the locks of all jobs: it is then repeated by one job.";
  return jobs === 1
    ? ` \`backups.jobs\` or \`--jobs\` dumps by parallel jobs, which is faster where the machine and the server have processors to spare. ${how}`
    : ` ${jobs} parallel jobs dump it (\`backups.jobs\`). ${how}`;
}

function signatureText(keys: number): string {
  const covers =
    "A signature (Ed25519, in a DSSE envelope beside the manifest) covers the manifest, and with it the digests of the dump, the name, the stack and the recipients";
  const listed =
    "The encrypted list of what the backup has says again what its manifest says: a manifest that contradicts it is refused, signed or not.";
  if (keys === 0) {
    return `- It is unsigned: digests reveal damage and mix-ups, but not who made a backup. Anyone with the job's keys and the public keys, which are not secret, can add a backup of their own, but cannot delete or change a locked one. After a theft of keys, restore a backup from before the theft, by name or with \`--at\`. To sign backups, run \`optropic evidence keygen\`, put the public key in \`evidence.publicKeys\`, and give the private one to the job (\`optropic-secrets:evidenceSigningKey\`). ${covers}: a backup that was edited or put in the place of another is then refused. ${listed}`;
  }
  return `- It is signed with ${keys === 1 ? "the key" : `one of the ${keys} keys`} of \`evidence.publicKeys\`. ${covers}. \`optropic backups\`, a drill and a restore refuse a backup that was edited, renamed, made by somebody else or put in the place of another; one from before backups were signed needs \`--accept-unsigned\`. A backup fails, and is stored unsigned, where its job has no key or another one. Whoever steals the signing key from the job can sign: use another key for it than for evidence. ${listed}`;
}

function copiesText({ settings, stack }: RecoveryFacts): string {
  const { copies } = settings.backups;
  if (copies.length === 0) {
    return "There is no second copy. `backups.copies` declares further stores, by preference at another vendor, that each backup is copied to.";
  }
  const lines = copies.map(({ name, endpoint, bucket, required }) => {
    const failing = required ? "the backup fails" : "the backup warns";
    return `- ${code(name)}: bucket ${code(bucket)} at ${code(endpoint)}; when the copy fails, ${failing}.`;
  });
  return `Each backup is copied to further stores (\`backups.copies\`), with its digest compared on the way:

${lines.join("\n")}

\`--store NAME\` lists, drills or restores from a copy: \`npx optropic drill --stack ${stack} --store ${copies[0]?.name} --identity FILE\`. Its keys are in \`BACKUP_COPY_KEYS\`.`;
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
