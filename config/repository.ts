import * as z from "zod";
import { branchName, distinct, line, slug, text, whole } from "./kinds.ts";

/** A branch or tag, or a pattern of them as GitHub matches it: `*` stops at a slash, `**` does not. */
const refPattern = text(
  "a branch or tag, or a pattern such as release/*",
  200,
  /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[\w*][\w./*?+#@-]*$/,
);

const refPatterns = distinct(refPattern, 50, String);

/** Teams by the slug that GitHub has in their URL. */
const teams = distinct(slug, 6, String);

const checkName = text(
  "the name of a check, 1 to 100 characters on one line",
  100,
  /^[^\p{C}\p{Zl}\p{Zp}]+$/u,
);

const bypassActor = z.strictObject({
  type: z.enum([
    "RepositoryRole",
    "Team",
    "Integration",
    "OrganizationAdmin",
    "DeployKey",
    "EnterpriseOwner",
    "User",
  ]),
  id: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  mode: z.enum(["always", "pull_request", "exempt"]),
});

const mergeSchema = z
  .strictObject({
    methods: z
      .array(z.enum(["squash", "rebase"]))
      .min(1)
      .max(2)
      .default(["squash"])
      .meta({
        description:
          "How a pull request is merged. Merge commits are not offered, so that history stays linear.",
      }),
    auto: z.boolean().default(true).meta({
      description: "Whether auto-merge may be enabled for a pull request.",
    }),
    deleteBranch: z.boolean().default(true).meta({
      description: "Whether a branch is deleted after it is merged.",
    }),
  })
  .prefault({})
  .meta({ description: "How pull requests are merged." });

const reviewSchema = z
  .strictObject({
    approvals: whole(0, 10)
      .default(1)
      .meta({
        description: "Approvals that a pull request needs.",
        checklist: ["1.5"],
      }),
    codeOwners: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether code owners (.github/CODEOWNERS) must approve changes to their files.",
        checklist: ["1.5"],
      }),
    dismissStale: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether a push dismisses earlier approvals.",
        checklist: ["1.5"],
      }),
    lastPush: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether someone other than the last pusher must approve.",
        checklist: ["1.5"],
      }),
    conversations: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether every conversation must be resolved.",
        checklist: ["1.5"],
      }),
    bypass: z
      .array(bypassActor)
      .max(20)
      .default([])
      .meta({
        description:
          "Who may bypass the rules: `type`, `id` and `mode`, as GitHub names them. The policies refuse any entry.",
        expected: "a list of actors, each with type, mode and mostly id",
        checklist: ["1.5"],
      }),
  })
  .prefault({})
  .meta({ description: "Review of pull requests." });

const securitySchema = z
  .strictObject({
    secretScanning: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether GitHub scans the repository for secrets and rejects a push that contains one.",
        checklist: ["1.6"],
      }),
    dependencyAlerts: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether GitHub reports dependencies with known vulnerabilities.",
        checklist: ["1.6"],
      }),
    dependencyUpdates: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether Dependabot opens a pull request that updates such a dependency.",
        checklist: ["1.6"],
      }),
    actions: z
      .array(
        text("an action or a pattern such as pulumi/actions@*", 200, /^[\w.*-]+\/[\w.*/-]+(?:@[\w.*/-]+)?$/),
      )
      .max(100)
      .default([])
      .meta({
        description:
          "Actions that workflows may use in addition to GitHub's own. Each must be pinned to a commit.",
        checklist: ["1.6"],
      }),
  })
  .prefault({})
  .meta({ description: "Security features of GitHub." });

/** The repository, on GitHub. */
export const repositorySchema = z
  .strictObject({
    owner: text("the name of an organization on GitHub", 39, /^[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?$/).meta({
      description: "Organization that owns the repository.",
    }),
    name: text("the name of a repository", 100, /^[\w.-]{1,100}$/).meta({
      description: "Name of the repository.",
    }),
    description: line.default("The platform and the checklist that it must meet to go live").meta({
      description: "Description of the repository.",
    }),
    visibility: z.enum(["public", "private", "internal"]).default("private").meta({
      description:
        "Who can see the repository. Secret scanning of a private one needs GitHub Secret Protection.",
    }),
    origin: z.enum(["existing", "differing", "new"]).default("existing").meta({
      description:
        "Where the repository comes from. The first update imports one that exists, and changes what is not as declared here; `differing` imports it and changes none of its settings; `new` creates it.",
    }),
    defaultBranch: branchName.default("main").meta({ description: "Branch that pull requests go to." }),
    protectedBranches: refPatterns.default(["release/*"]).meta({
      description:
        "Branches with the same protection as the default branch. The release branches must be among them.",
      checklist: ["1.5"],
    }),
    releaseTags: refPatterns.default(["v*"]).meta({
      description: "Tags that cannot be moved or deleted, because releases are deployed from them.",
    }),
    owners: teams.min(1).meta({
      description: "Slugs of the teams that own the code. They may push branches and review.",
      checklist: ["1.5"],
    }),
    checks: distinct(checkName, 50, String)
      .default(["test", "typecheck", "lint", "build", "preview"])
      .meta({
        description: "Checks that must pass on the latest code before a merge.",
        checklist: ["1.1", "1.2", "1.3", "1.4"],
      }),
    // GitHub Actions: https://api.github.com/apps/github-actions
    checksApp: whole(1, Number.MAX_SAFE_INTEGER).default(15_368).meta({
      description: "Number of the GitHub App that must report the checks. The default is GitHub Actions.",
    }),
    merge: mergeSchema,
    review: reviewSchema,
    security: securitySchema,
  })
  .meta({ description: "The repository, on GitHub." });

function environmentSchema(meaning: string, refs: { branches: string[]; tags: string[] }) {
  return z
    .strictObject({
      reviewers: teams.default([]).meta({
        description:
          "Teams that review deployments. One of their members, other than the person who started the deployment, must approve it. An empty list requires no approval.",
        checklist: ["1.5"],
      }),
      waitMinutes: whole(0, 43_200).default(0).meta({
        description: "Minutes that a deployment waits before it starts.",
      }),
      branches: refPatterns.default(refs.branches).meta({ description: "Branches that may be deployed." }),
      tags: refPatterns.default(refs.tags).meta({ description: "Tags that may be deployed." }),
    })
    .prefault({})
    .meta({ description: meaning });
}

/** The environments of GitHub, which the workflows with credentials run in. */
export const environmentsSchema = z
  .strictObject({
    staging: environmentSchema("Deployments to staging.", { branches: ["main"], tags: [] }),
    production: environmentSchema("Deployments to production.", { branches: [], tags: ["v*"] }),
    release: environmentSchema("The steps of a release, which a person starts.", {
      branches: ["main"],
      tags: [],
    }),
    monitoring: environmentSchema("What looks at production by itself: give it tokens that only read.", {
      branches: ["main"],
      tags: [],
    }),
  })
  .prefault({})
  .meta({
    description:
      "Environments on GitHub, which control what the workflows may deploy and which credentials they see.",
  });
