import fc from "fast-check";
import { rolloutChannels, rolloutSteps } from "../../config/rollout.ts";

const whole = (min: number, max: number) => fc.integer({ min, max });
const word = fc.stringMatching(/^[a-z][a-z0-9]{1,12}$/);
const email = word.map((user) => `${user}@example.example`);
const url = word.map((path) => `https://example.example/${path}`);
const channels = fc.uniqueArray(fc.constantFrom(...rolloutChannels), { maxLength: 5 });

/** Any settings of how a release goes out. */
export const anyRollout = fc.record(
  {
    steps: fc.uniqueArray(fc.constantFrom(...rolloutSteps), { minLength: 1, maxLength: 8 }),
    journal: fc.constantFrom("file" as const, "bucket" as const),
    mainBranch: word,
    checksApp: whole(1, 2_000_000),
    autoRollback: fc.boolean(),
    stagingStack: word,
    criticalLabel: word,
    soakHours: whole(1, 720),
    lookMinutes: whole(1, 60),
    limits: fc.record(
      {
        failed: whole(0, 100),
        error: whole(0, 100),
        inconclusive: whole(0, 100),
        intervalSeconds: whole(5, 3600),
        callSeconds: whole(5, 140),
        leaseMinutes: whole(5, 240),
      },
      // Either alone could contradict the other's default.
      { requiredKeys: ["callSeconds"] },
    ),
    announcements: fc.record(
      {
        freeze: channels,
        deployment: channels,
        marks: channels,
        alarm: channels,
        rollback: channels,
        from: email,
        stakeholders: fc.array(email, { maxLength: 3 }),
        feedback: url,
        knownIssues: url,
      },
      { requiredKeys: [] },
    ),
    rollback: fc.record(
      {
        minutes: whole(1, 120),
        waiverDays: whole(1, 30),
        rehearsalDays: whole(1, 90),
        migrations: word.map((folder) => `prisma/${folder}`),
      },
      { requiredKeys: [] },
    ),
    migration: fc.record(
      {
        appliedBy: fc.constantFrom("release", "host"),
        schema: word,
        queries: word,
        lockTimeoutMs: whole(100, 60_000),
        attempts: whole(1, 100),
        longestLockMs: whole(1, 600_000),
        rehearsalHours: whole(1, 720),
        waivers: fc.array(
          fc.record({
            rule: word,
            migration: fc.constantFrom("*", "20260101000000_add"),
            reason: fc.constant("The table is small"),
            approvedBy: email,
            until: fc.constant("2026-12-31"),
          }),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
