/** Why the checklist's own commands for backup and rollback are not used here. */
export function seedCommands(stack: string): string {
  return `## Why not the checklist's own commands

The checklist writes a backup before it migrates, and restores it in its rollback, by

\`\`\`sh
pg_dump $PRODUCTION_DATABASE_URL > backup-pre-deploy-$(date +%Y%m%d).sql
pg_restore -d $DATABASE_URL backup-pre-deploy-YYYYMMDD.sql
\`\`\`

The second fails on what the first wrote. Without \`-Fc\`, \`pg_dump\` writes plain SQL, and \`pg_restore\` reads archives only: \`pg_restore: error: input file appears to be a text format dump. Please use psql.\` That is found out during the rollback. And with \`psql\` in its place, as where the checklist tests a restoration:

- \`psql\` goes on after an error, and no transaction holds it together. In the database that was dumped, every \`CREATE TABLE\` finds its table there already: rows double where no key forbids it, and are missing where one does.
- The password is in the URL, and so in the list of processes and in the shell's history.
- \`DATABASE_URL\` leads through the pooler in transaction mode, which does not keep the session that \`pg_dump\` needs.
- A dump that broke off looks like one that did not: a redirection makes the file first, and the commands after it go on.
- Personal data lies unencrypted on someone's disk, and a second dump of the day overwrites the first.
- \`prisma migrate resolve --rolled-back\` reverts nothing: it marks a failed migration as rolled back, so that it may be applied again.

\`npx optropic backup --stack ${stack}\` and \`npx optropic restore --stack ${stack}\` take their place.
`;
}
