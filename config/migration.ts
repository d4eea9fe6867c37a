import * as z from "zod";
import { line, text, whole } from "./kinds.ts";

const folder = (value: string, description: string) =>
  text("a folder inside the repository", 300, /^(?!\/)(?!.*\.\.)[\w./-]+$/)
    .default(value)
    .meta({ description });

/** How `optropic migrate` changes the database. */
export const migrationSchema = z
  .strictObject({
    appliedBy: z
      .enum(["release", "host"])
      .default("release")
      .meta({
        description:
          "Who applies migrations in production: a release, which applies what was rehearsed and lets no command of a host do it, or the hosts themselves, behind its back.",
        checklist: ["3.6", "S3.2"],
      }),
    schema: folder("prisma", "Folder with the Prisma schema, which says what a release reads."),
    queries: folder("prisma/queries", "Folder with queries that a release runs besides, one .sql file each."),
    lockTimeoutMs: whole(100, 60_000).default(3000).meta({
      description:
        "Longest wait of a migration for a lock, in milliseconds; others queue behind it meanwhile.",
    }),
    attempts: whole(1, 100).default(10).meta({
      description: "How often a migration tries to get its locks.",
    }),
    longestLockMs: whole(1, 600_000).default(1000).meta({
      description:
        "How long a migration may block reads or writes of a table in a rehearsal, in milliseconds.",
    }),
    rehearsalHours: whole(1, 720)
      .default(26)
      .meta({ description: "Hours that a rehearsal of a migration counts.", checklist: ["S3.2"] }),
    waivers: z
      .array(
        z.strictObject({
          rule: text("the name of a rule, such as rewrite", 100, /^[a-z][a-z0-9-]*$/).meta({
            description: "The rule that is waived.",
          }),
          migration: text("the name of a migration, or *", 300, /^(?:\*|[\w.-]+)$/).meta({
            description: "The migration that it is waived for; * for each.",
          }),
          reason: line.meta({ description: "Why it is accepted, in a sentence." }),
          approvedBy: line.meta({ description: "Who approved it: an address or a code owner." }),
          until: z.iso.date().meta({ description: "The last day on which it counts." }),
        }),
      )
      .max(20)
      .default([])
      .meta({ description: "Dangers of a migration that somebody accepted, each with an end." }),
  })
  .prefault({})
  .meta({ description: "How the database is migrated: docs/migrate.md.", checklist: ["3.6", "S3.2"] });

/** Prisma's commands that change a schema, by whatever runs them: `npx`, `pnpm exec`, a path, `sh -c '…'`. */
const applying =
  /\bprisma(?:@[\w.-]+)?\b[^;&|\n]*?\s(?:migrate\s+(?:deploy|dev|reset|resolve)|db\s+(?:push|execute))(?![\w-])/;

/** Whether a command applies migrations. What an npm script runs, nothing here knows. */
export const appliesMigrations = (command: string): boolean => applying.test(command);
