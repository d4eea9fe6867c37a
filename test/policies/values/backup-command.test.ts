import fc from "fast-check";
import { expect, test } from "vitest";
import { backupCommandFault } from "../../../policies/values/backup-command.ts";

test.each([
  "backup",
  "node cli/optropic.js backup",
  "npx optropic backup",
  "exec node /opt/optropic/optropic.mjs backup",
  "npm run backup",
  "pnpm run db:backup",
  "yarn backup:database",
  "./scripts/backup.sh",
  "bash scripts/pg-backup.sh --compress",
  'pg_dump --format=custom "$DATABASE_URL" | age -r age1xyz | aws s3 cp - s3://optropic-backups/db.age',
  "set -euo pipefail; pg_dump -Fc > dump && rclone copy dump r2:optropic-backups",
  "sh -c 'pg_dump -Fc | rclone rcat r2:optropic-backups/db'",
  "PGSSLMODE=require timeout 2h pgbackrest --stanza=main backup",
  "mkdir -p /tmp/out && pg_dumpall > /tmp/out/all.sql 2>/dev/null && aws s3 cp /tmp/out/all.sql s3://backups/",
  "pg_dump -Fc -f /tmp/db.dump && node dist/upload.js /tmp/db.dump",
  "pg_dump -Fc --file=/tmp/db.dump; ./upload.sh",
  "pg_dump -Fc -f /mnt/backups/db.dump",
  "pg_dump -Fc --file=/backups/db.dump && ls -l /backups",
  'pg_dump -Fc -vf "$TARGET"',
  "pg_dump $PG_DUMP_OPTIONS",
  "pg_dump -Fc | tee /tmp/db.dump | rclone rcat r2:optropic-backups/db",
  "pg_dump -Fc -f /tmp/db.dump && cp /tmp/db.dump /mnt/backups/",
  "sh -c 'pg_dump -Fc' > /mnt/backups/db.dump",
  "sh -c 'pg_dump -Fc' | aws s3 cp - s3://optropic-backups/db",
  "npm ci && npm run backup",
  "pg_dump -Fc | gzip > db.gz || exit 1",
  "restic backup /data",
  "python3 -m tools.backup",
  "cd operations && ./backup",
])("%s makes a backup", (command) => {
  expect(backupCommandFault(command)).toBeUndefined();
});

test.each([
  ["true", "runs nothing that makes a backup"],
  [":", "runs nothing that makes a backup"],
  ["", "runs nothing that makes a backup"],
  ["exit 0", "ends before it makes a backup"],
  ["echo backup", "runs nothing that makes a backup"],
  ["echo 'pg_dump'", "runs nothing that makes a backup"],
  ["printf backup && sleep 5", "runs nothing that makes a backup"],
  ["sleep 3600", "runs nothing that makes a backup"],
  ["true || pg_dump -Fc", "runs nothing that makes a backup"],
  ["false && pg_dump -Fc", "ends before it makes a backup"],
  ["exit 0; npm run backup", "ends before it makes a backup"],
  ["exit 0 && npm run backup", "ends before it makes a backup"],
  ["true # npm run backup", "runs nothing that makes a backup"],
  ["sh -c true", "runs nothing that makes a backup"],
  ["npx optropic backup --dry-run", "makes no backup with --dry-run"],
  ["npx optropic backup --help", "makes no backup with --help"],
  ["pg_dump --version", "makes no backup with --version"],
  ["pg_dump --schema-only", "makes no backup with --schema-only"],
  ["pg_dump -s", "makes no backup with -s"],
  ["pg_dump > /dev/null", "throws the backup away, to /dev/null"],
  ["pg_dump >/dev/null 2>&1", "throws the backup away, to /dev/null"],
  ["pg_dump | gzip > /dev/null", "throws the backup away, to /dev/null"],
  ["npm run backup || true", "ends well where the backup fails"],
  ["npm run backup || echo failed", "ends well where the backup fails"],
  ["npm run backup || exit", "ends well where the backup fails"],
  ["pg_dump -Fc | gzip > db.gz || exit 0", "ends well where the backup fails"],
  ...[
    "pg_dump --format=custom --file=/tmp/db.dump",
    "pg_dump -Fc -f /tmp/db.dump",
    "pg_dump -Fc -vf /tmp/db.dump && ls -l /tmp",
    "pg_dump -Fc > /tmp/db.dump",
    "pg_dumpall | gzip >/tmp/db.dump",
    "sh -c 'pg_dump -Fc' > /tmp/db.dump",
    "pg_dump -Fc | age -r age1xyz -o /tmp/db.dump && echo done",
    "pg_dump -Fc | tee /tmp/db.dump",
  ].map((command) => [
    command,
    "leaves the backup in /tmp/db.dump, which is gone when the job ends: let it go to the bucket",
  ]),
  ["pg_dump -Fc", "writes the backup to its own log, and stores it nowhere"],
  [
    "pg_dump -Fc -f /var/tmp/a && gzip /var/tmp/a",
    "leaves the backup in /var/tmp/a, which is gone when the job ends: let it go to the bucket",
  ],
  ["node server.js", "runs nothing that makes a backup"],
  ["npm run start", "runs nothing that makes a backup"],
])("%s does not", (command, fault) => {
  expect(backupCommandFault(command)).toBe(fault);
});

test.each([
  "if false; then pg_dump; fi",
  "while sleep 1; do pg_dump; done",
  "$(cat command)",
  "`pg_dump`",
  "(pg_dump)",
])("%s is not read", (command) => {
  expect(backupCommandFault(command)).toContain("does not read");
});

test("any text is judged", () => {
  fc.assert(fc.property(fc.string(), (text) => void backupCommandFault(text)));
});
