import type { RegisteredControl } from "../../evidence/registered.ts";
import type { Result } from "../../evidence/statement.ts";
import { shortened } from "../../lib/text.ts";

/** What migrations record as evidence. */
export const migrationControls = {
  rehearsed: {
    kind: "gate",
    name: "migration-rehearsed",
    title: "What is pending must have been rehearsed on a restored backup.",
    items: ["S3.2"],
    run: "migration",
  },
  backup: {
    kind: "gate",
    name: "migration-backup",
    title: "A backup must be verified before the database is migrated.",
    items: ["S3.1"],
    run: "migration",
  },
  applied: {
    kind: "gate",
    name: "migrations-run",
    title: "Every migration of the release must be applied before traffic.",
    items: ["3.6", "S3.2"],
    run: "migration",
  },
} as const satisfies Record<string, RegisteredControl>;

/** A control's result; with problems it does not hold. */
export function resultOf(
  { kind, name, items, title }: RegisteredControl,
  {
    summary,
    problems = [],
    notes = [],
    at,
  }: { summary: string; problems?: readonly string[]; notes?: readonly string[]; at: Date },
): Result {
  const details = [...problems, ...notes].slice(0, 1000).map((text) => shortened(text, 990));
  return {
    control: { kind, name },
    items: [...items],
    state: problems.length === 0 ? "holds" : "does-not-hold",
    summary: shortened(summary, 3900),
    ...(details.length > 0 && { details }),
    ...(problems.length > 0 && { fix: `${title} docs/migrate.md says how.` }),
    at: at.toISOString(),
  };
}
