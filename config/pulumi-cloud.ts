import * as z from "zod";
import { branchName, cronSchedule, distinct, identifier, line, slug, text, word } from "./kinds.ts";

const stackName = text("the name of a stack", 100, /^[\w.-]{1,100}$/);

/** The end of a review stack's life: an instant in UTC (RFC 3339). */
const instant = text("an instant in UTC such as 2026-12-31T18:00:00Z", 20, (value) => {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value) && !Number.isNaN(Date.parse(value));
});

const teamRight = z.strictObject({ team: identifier, permission: z.enum(["read", "edit", "admin"]) });

const expiry = z.strictObject({ stack: stackName, at: instant });

const enforcement = z.enum(["mandatory", "advisory", "off"]);

function deployedStackSchema(
  stage: "production" | "staging",
  defaults: { branch: string; enforcement: z.infer<typeof enforcement> },
) {
  return z
    .strictObject({
      stack: stackName.default(stage).meta({ description: "Name of the stack." }),
      branch: branchName
        .default(defaults.branch)
        .meta({ description: "Branch that the stack is deployed from." }),
      previewPullRequests: z
        .boolean()
        .default(true)
        .meta({
          description: "Whether each pull request to the branch is previewed against the stack.",
          checklist: ["1.4"],
        }),
      policies: enforcement.default(defaults.enforcement).meta({
        description:
          "Whether violations of the published pack stop the stack's updates or are only reported.",
        checklist: ["1.5"],
      }),
      driftSchedule: cronSchedule.default("30 5 * * *").meta({
        description: "When drift is detected: five cron fields, in UTC.",
      }),
      teams: distinct(teamRight, 50, ({ team }) => team)
        .default([])
        .meta({
          description: "Rights of teams: `team` and `permission` (read, edit or admin).",
          expected: "a list of rights, each with team and permission",
        }),
    })
    .prefault({})
    .meta({ description: `The stack of stage ${stage}.` });
}

const reviewSchema = z
  .strictObject({
    template: stackName.optional().meta({
      description:
        "Stack that each pull request gets a copy of, which is destroyed when the pull request is closed. If omitted, there are no copies.",
    }),
    branch: branchName.default("main").meta({ description: "Branch whose pull requests get a copy." }),
    expiring: distinct(expiry, 100, ({ stack }) => stack)
      .default([])
      .meta({
        description: "Review stacks and when each is destroyed and deleted: `stack` and `at`.",
        expected: "a list of stacks, each with stack and at",
      }),
  })
  .prefault({})
  .meta({ description: "Review stacks: temporary copies of the platform." });

const packSchema = z
  .strictObject({
    name: identifier.default("optropic-checklist").meta({ description: "Name of the pack." }),
    version: word.default("3.11.0").meta({ description: "Version of the pack that is enforced." }),
  })
  .prefault({})
  .meta({
    description: "The published pack. Publish a version with `npm run publish-pack` before you enforce it.",
    checklist: ["1.5"],
  });

const workflowTeamsSchema = z
  .strictObject({
    deploy: identifier.default("workflows").meta({
      description: "Team whose rights a workflow in an environment gets.",
    }),
    preview: identifier.default("previews").meta({
      description:
        "Team whose rights a preview gets. A preview runs code that nobody has reviewed, so the team should have read access only.",
    }),
  })
  .prefault({})
  .meta({
    description:
      "Teams whose rights the repository's workflows get, through OpenID Connect and without a stored token, if they deploy.",
  });

/** Pulumi Cloud, which keeps the platform's state and may deploy it. */
export const pulumiCloudSchema = z
  .strictObject({
    organization: slug.meta({ description: "Organization at Pulumi Cloud." }),
    project: stackName
      .default("optropic")
      .meta({ description: "Project that the platform's stacks belong to." }),
    executorImage: line.default("pulumi/pulumi").meta({
      description: "Image that deployments run in. It needs npm; the project installs its own Node.js.",
    }),
    paths: z.array(line).max(50).default(["**", "!docs/**", "!**/*.md"]).meta({
      description: "Globs of the files whose changes trigger previews and deployments; `!` excludes.",
    }),
    pack: packSchema,
    deployBy: z.enum(["pulumi-cloud", "workflows"]).default("pulumi-cloud").meta({
      description:
        "Who deploys: Pulumi Cloud on a push to a stack's branch, or the repository's workflows. Both at once would block each other.",
    }),
    production: deployedStackSchema("production", { branch: "release/production", enforcement: "mandatory" }),
    staging: deployedStackSchema("staging", { branch: "main", enforcement: "advisory" }),
    workflowTeams: workflowTeamsSchema,
    review: reviewSchema,
  })
  .meta({ description: "Pulumi Cloud: who deploys the platform, and under which rules." });
