import * as z from "zod";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest in hexadecimal digits");
const shortText = z.string().max(1000);
const count = z.int().min(0);

/** What a rehearsal or a run of migrations was about, and what was measured. It holds no row and no secret. */
export const migrationSchema = z.strictObject({
  /** The backup that was restored for the rehearsal, or that was verified before the run. */
  backup: z.strictObject({ name: shortText, takenAt: z.iso.datetime(), sha256: digest }).optional(),
  /** SHA-256 over the names of the migrations that the database had already. */
  base: digest,
  /** SHA-256 over the names and checksums of those that were to be applied. */
  digest,
  /** Those that were to be applied, with Prisma's checksums. */
  migrations: z
    .array(
      z.strictObject({ name: shortText, sha256: digest, phase: z.enum(["expand", "contract", "unclear"]) }),
    )
    .max(10_000),
  /** What statements took and did as they ran. */
  statements: z
    .array(
      z.strictObject({
        migration: shortText,
        line: z.int().min(1),
        durationMs: count,
        locks: z.array(z.strictObject({ relation: shortText, mode: shortText, heldMs: count })).max(200),
        rewritten: z.array(shortText).max(200),
      }),
    )
    .max(2000)
    .default([]),
});

export type MigrationFacts = z.infer<typeof migrationSchema>;
