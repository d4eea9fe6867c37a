import type { Settings } from "../../config/settings.ts";
import { markdownTable } from "../../lib/table.ts";

/** docs/DATABASE_SECURITY.md: item C.6. */
export function databaseSecurity(settings: Settings): string {
  const { database, contacts, backups, api } = settings;
  const networks = database.allowedNetworks.join(", ");
  return `# Database security

<!-- Generated: npm run docs -->

Who answers for it: ${contacts.databaseAdmin}, and for incidents ${contacts.security}.

${markdownTable(
  ["what", "how", "where it is declared"],
  [
    [
      "connections",
      "TLS only; the application checks the certificate",
      "`components/database.ts`, policies of item 3.5",
    ],
    ["networks", networks === "" ? "no restriction" : networks, "setting `database.allowedNetworks`"],
    [
      "the application",
      "a role of its own: no superuser, no row-level-security bypass, no right to create",
      "`components/database.ts`, policies of items 3.1 and 3.4",
    ],
    [
      "rows",
      "row-level security on every table of an exposed schema, measured by `optropic verify`; who reaches which rows, tried by `optropic matrix` and by each drill",
      "item 3.7",
    ],
    ["point-in-time recovery", `${database.pitrDays} days`, "setting `database.pitrDays`"],
    [
      "backups",
      `encrypted with age for ${backups.recipients.length} holders, kept ${backups.retentionDays} days, locked`,
      "[backup strategy](backup-strategy.md)",
    ],
    [
      "region",
      `${database.region}, beside the API in ${api.region}`,
      "settings `database.region`, `api.region`",
    ],
  ],
)}

## Who may do what

- The application has the URL of its own role only, through the pooler. Migrations run with the owner's role, and only in a release.
- Nobody reads production by hand without a ticket. What is done by hand is done with a role of one's own.
- The private keys of the backups are with their holders and in no system that the platform runs on.

## When a credential leaks

1. Change the password of the role at Supabase, and the secret in the stack's configuration: \`pulumi config set --secret\`.
2. \`npm run pulumi:up -- --stack production\` gives the hosts the new one; both restart.
3. Tell ${contacts.security}, and look through the log of the database for what the old credential did.
`;
}
