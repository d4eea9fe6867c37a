import * as z from "zod";
import { branchName, emailAddress, httpsUrl, slug, text, whole } from "./kinds.ts";
import { migrationSchema } from "./migration.ts";
import { withoutRepeats } from "./repeats.ts";

/** Every step that a release may have, in the order of the checklist. */
export const rolloutSteps = [
  "freeze-branch",
  "freeze-merged",
  "freeze-checks",
  "freeze-notes",
  "freeze-announcement",
  "staging-deploy",
  "staging-smoke",
  "staging-load-test",
  "staging-soak",
  "staging-signed",
  "migration",
  "decision",
  "production-build",
  "production-probe",
  "production-promote",
  "production-marked",
  "production-verify",
  "notes-published",
  "announcement",
  "stakeholders",
  "watch-1",
  "watch-6",
  "watch-24",
  "finish",
] as const;

export type RolloutStep = (typeof rolloutSteps)[number];

export const rolloutChannels = ["slack", "mail", "status-page", "pagerduty", "grafana"] as const;

export type RolloutChannel = (typeof rolloutChannels)[number];

const channels = (defaults: RolloutChannel[], description: string) =>
  z
    .array(z.enum(rolloutChannels))
    .max(5)
    .superRefine(withoutRepeats("a channel that is not in the list twice", (channel) => channel))
    .default(defaults)
    .meta({ description });

/** How a release goes out and comes back. */
export const rolloutSchema = z
  .strictObject({
    steps: z
      .array(z.enum(rolloutSteps))
      .min(1)
      .max(rolloutSteps.length)
      .superRefine(withoutRepeats("a step that is not in the list twice", (step) => step))
      .default([...rolloutSteps])
      .meta({
        description:
          "The steps of a release, in order. By default those of the checklist. A step that is left out leaves its items without evidence.",
      }),
    journal: z.enum(["file", "bucket"]).default("file").meta({
      description:
        "Where a release keeps what it has done: a file on one machine, or the bucket of the backups, which every machine reaches.",
    }),
    mainBranch: branchName.default("main").meta({
      description: "Branch that every change of a release must be merged into.",
      checklist: ["S1.2"],
    }),
    // GitHub Actions: https://api.github.com/apps/github-actions
    checksApp: whole(1, Number.MAX_SAFE_INTEGER)
      .default(15_368)
      .meta({
        description:
          "Number of the GitHub App whose checks a release waits for and counts. The default is GitHub Actions. A check of another app can stop a release, and never passes it.",
        checklist: ["S1.3", "1.1", "1.2", "1.3", "1.4"],
      }),
    autoRollback: z.boolean().default(false).meta({
      description:
        "Whether a release goes back by itself where what people are served does not hold, as with --auto-rollback.",
    }),
    stagingStack: text("the name of a stack", 100, /^[A-Za-z0-9_.-]+$/)
      .default("staging")
      .meta({ description: "Stack that a release is tried in first.", checklist: ["S2.1"] }),
    criticalLabel: slug.default("critical").meta({
      description: "Label of issues that keep a release from going out while they are open.",
      checklist: ["S2.8"],
    }),
    soakHours: whole(1, 720)
      .default(24)
      .meta({ description: "Hours without an alert in staging.", checklist: ["S2.7"] }),
    lookMinutes: whole(1, 60)
      .default(5)
      .meta({
        description: "Minutes between two looks at the metrics in the first 24 hours.",
        checklist: ["H1.1", "H1.2"],
      }),
    limits: z
      .strictObject({
        failed: whole(0, 100).default(1).meta({
          description: "Looks of a step that may fail before the release stops.",
        }),
        error: whole(0, 100).default(4).meta({
          description: "Looks in a row that may break before the release stops.",
        }),
        inconclusive: whole(0, 100).default(2).meta({
          description: "Looks in a row that may tell nothing before the release stops.",
        }),
        intervalSeconds: whole(5, 3600).default(30).meta({ description: "Pause between two looks." }),
        callSeconds: whole(5, 900).default(300).meta({
          description: "Time limit of one call to a host, a service or a probe.",
        }),
        leaseMinutes: whole(5, 240).default(15).meta({
          description:
            "How long a run that died keeps others from continuing. It must be more than twice as long as a call may take.",
        }),
      })
      .refine(({ callSeconds, leaseMinutes }) => leaseMinutes * 60 > 2 * callSeconds, {
        error: "more than twice rollout.limits.callSeconds",
        path: ["leaseMinutes"],
        when: ({ value }) => wellFormedLease.safeParse(value).success,
      })
      .prefault({})
      .meta({ description: "When a step that does not succeed ends a release." }),
    announcements: z
      .strictObject({
        freeze: channels(["slack"], "Where the freeze is announced."),
        deployment: channels(["slack", "status-page"], "Where a deployment is announced."),
        marks: channels(["pagerduty", "grafana"], "Where the moment of a deployment is marked."),
        alarm: channels(["slack"], "Who is told at once when a release that is out does not hold."),
        rollback: channels(
          ["slack", "mail", "status-page", "pagerduty", "grafana"],
          "Where a rollback is announced.",
        ),
        from: emailAddress.default("releases@optropic.example").meta({ description: "Sender of mail." }),
        stakeholders: z
          .array(emailAddress)
          .max(50)
          .default([])
          .meta({
            description: "Who is told by mail of a deployment and a rollback.",
            checklist: ["S8.2", "R.1"],
          }),
        feedback: httpsUrl.optional().meta({
          description: "Where people say what they think of a release.",
          checklist: ["S8.6"],
        }),
        knownIssues: httpsUrl.optional().meta({
          description: "Where known issues are listed.",
          checklist: ["S8.4"],
        }),
      })
      .prefault({})
      .meta({
        description: "Who is told, and where. Webhooks and logins come from the environment.",
        checklist: ["S8.1", "S8.5"],
      }),
    rollback: z
      .strictObject({
        minutes: whole(1, 120)
          .default(5)
          .meta({
            description: "The most minutes that a rollback may take.",
            checklist: ["8.8"],
          }),
        waiverDays: whole(1, 30).default(3).meta({
          description:
            "Days that the waiver of a rollback counts, for what the policies object to until it is finished.",
        }),
        rehearsalDays: whole(1, 90)
          .default(8)
          .meta({
            description: "Days that a rehearsal of the rollback counts.",
            checklist: ["8.8"],
          }),
        migrations: text("a folder inside the repository", 300, /^(?!\/)(?!.*\.\.)[\w./-]+$/)
          .default("prisma/migrations")
          .meta({ description: "Folder of the database migrations, one folder each." }),
      })
      .prefault({})
      .meta({ description: "How a release comes back.", checklist: ["8.8"] }),
    migration: migrationSchema,
  })
  .prefault({})
  .meta({ description: "How a release goes out and comes back: docs/release.md." });

const wellFormedLease = z.object({ callSeconds: whole(5, 900), leaseMinutes: whole(5, 240) });
