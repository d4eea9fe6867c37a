/** Why the checklist's own commands for backup and rollback are not used here. */
export function seedCommands(stack: string): string {
  return `## Why not the checklist's own commands

The checklist makes a backup before it migrates and restores it in its rollback with

\`\`\`sh
pg_dump $PRODUCTION_DATABASE_URL > backup-pre-deploy-$(date +%Y%m%d).sql
pg_restore -d $DATABASE_URL backup-pre-deploy-YYYYMMDD.sql
\`\`\`

The second command cannot read the output of the first. Without \`-Fc\`, \`pg_dump\` writes plain SQL, and \`pg_restore\` reads only archives: \`pg_restore: error: input file appears to be a text format dump. Please use psql.\` You would find out during the rollback. Using \`psql\` instead, as the checklist does when it tests a restoration, has other problems:

- \`psql\` continues after an error, and no transaction covers the restore. In the database that was dumped, every \`CREATE TABLE\` fails because its table exists. Rows are duplicated where no key prevents it, and missing where one does.
- The password is in the URL, so it appears in the list of processes and in the shell's history.
- \`DATABASE_URL\` goes through the pooler in transaction mode, which does not keep the session that \`pg_dump\` needs.
- An incomplete dump looks like a complete one: the redirection creates the file first, and the commands after it continue.
- Personal data stays unencrypted on someone's disk, and a second dump on the same day overwrites the first.
- \`prisma migrate resolve --rolled-back\` does not revert anything: it marks a failed migration as rolled back, so that it can be applied again.

\`npx optropic backup --stack ${stack}\` and \`npx optropic restore --stack ${stack}\` replace them.
`;
}
