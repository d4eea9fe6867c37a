import * as z from "zod";
import type { ItemId } from "../../checklist/items.ts";
import { listedSome } from "../../lib/text.ts";
import type { Access } from "../../vendors/client.ts";
import type { GitHub } from "../../vendors/github.ts";
import type { GitHubRelease } from "../../vendors/github-release.ts";
import type { Context } from "../context.ts";
import { compare, eachOf, type Probe, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same } from "./checks.ts";
import { question } from "./question.ts";

/** The client is heavy, so it is loaded by the first probe that asks. */
export async function clientOf(access: Access): Promise<GitHub> {
  const { GitHub } = await import("../../vendors/github.ts");
  return new GitHub(access);
}

export function repositoryOf({ settings }: Context): [owner: string, name: string] {
  const [owner = "", name = ""] = settings.project.repository.split("/");
  return [owner, name];
}

function commitOf({ commit }: Context): string {
  if (commit !== undefined) return commit;
  throw new Unknown("no-data", "VERIFY_COMMIT is not set: which commit is the release?");
}

async function releaseOf(context: Context, access: Access): Promise<GitHubRelease> {
  const { GitHubRelease } = await import("../../vendors/github-release.ts");
  const [owner, name] = repositoryOf(context);
  return new GitHubRelease(await clientOf(access), { owner, name });
}

const pullRequests = question(async (context, access, commit) =>
  (await releaseOf(context, access)).pullRequests(commit),
);

const reviews = question(async (context, access, number) =>
  (await releaseOf(context, access)).reviews(Number(number)),
);

const runs = question(async (context, access, commit) =>
  (await releaseOf(context, access)).checkRuns(commit),
);

const rules = question(async (context, access, branch) =>
  (await releaseOf(context, access)).branchRules(branch),
);

const criticalAlerts = question(async (context, access) =>
  (await releaseOf(context, access)).criticalAlerts(),
);

const secretAlerts = question(async (context, access) => (await releaseOf(context, access)).secretAlerts());

/** What a ruleset must require, by the items that ask for it. */
const wantedChecks = { test: "1.1", typecheck: "1.2", lint: "1.3", build: "1.4" } as const satisfies Record<
  string,
  ItemId
>;

function checkProbe(name: keyof typeof wantedChecks): Probe {
  return probe({
    name: `release-${name}-green`,
    items: [wantedChecks[name]],
    title: `The check ${name} must have succeeded on the release's commit.`,
    needs: ["vendor:github", "release-commit"],
    settings: ["project.repository"],
    measure: async (context) => {
      const { check_runs: found, total_count: all = found.length } = await runs(context, commitOf(context));
      if (all > found.length) {
        throw new Unknown(
          "too-large",
          `GitHub has ${all} checks of the commit, and shows ${found.length} of them`,
        );
      }
      const app = await appOf(context, name);
      const named = found.filter((run) => run.name === name).toSorted((a, b) => b.id - a.id);
      const newest = named.find((run) => run.app?.id === app);
      if (newest === undefined) {
        // Whoever may install an app, or has a token for one, can report a check of any name.
        const others = [...new Set(named.map((run) => run.app?.slug ?? "unknown"))];
        const measured =
          others.length === 0 ? "missing" : `missing, but for those of ${listedSome(others, 3)}`;
        return [compare(`check ${name} of app ${app}`, { expected: "success", measured, holds: false })];
      }
      if (newest.status !== "completed") {
        throw new Unknown("no-data", `The check ${name} has not ended yet: it is ${newest.status}`);
      }
      return [same(`check ${name}`, "success", newest.conclusion ?? newest.status)];
    },
  });
}

const requiredChecks = z.looseObject({
  rules: z.looseObject({
    requiredStatusChecks: z.looseObject({
      requiredChecks: z.array(z.looseObject({ context: z.string(), integrationId: z.number().optional() })),
    }),
  }),
});

/** The GitHub App that must report a check, by the declared rules of the branches. */
async function appOf(context: Context, check: string): Promise<number> {
  const apps = (await context.declaredDelivery()).flatMap(({ type, inputs }) => {
    if (!type.startsWith("github:index/repositoryRuleset:")) return [];
    const { data } = requiredChecks.safeParse(inputs);
    const own = data?.rules.requiredStatusChecks.requiredChecks.find((one) => one.context === check);
    return own?.integrationId ?? [];
  });
  const [app] = apps;
  if (app !== undefined && apps.every((one) => one === app)) return app;
  const message = `The program of the delivery declares no app that reports the check ${check}`;
  throw new Unknown("no-data", message);
}

export const testGreen = checkProbe("test");
export const typecheckGreen = checkProbe("typecheck");
export const lintGreen = checkProbe("lint");
export const buildGreen = checkProbe("build");

/** Who belongs to a repository. A member who keeps that private is shown as a stranger to some tokens. */
const members = ["OWNER", "MEMBER", "COLLABORATOR"];

export const releaseReviewed = probe({
  name: "release-reviewed",
  items: ["1.5"],
  title: "The release's commit must come through a merged pull request that another person approved.",
  needs: ["vendor:github", "release-commit"],
  settings: ["project.repository", "project.branch"],
  measure: async (context) => {
    const { project, rollout } = context.settings;
    const isRelease = (branch: string) =>
      [project.branch, rollout.mainBranch].includes(branch) || branch.startsWith("release/");
    // What was merged into somebody's branch was not approved for a release.
    const merged = (await pullRequests(context, commitOf(context))).filter(
      ({ merged_at: at, base }) => Boolean(at) && isRelease(base.ref),
    );
    const [own] = merged;
    if (own === undefined)
      return [absent("merged pull request of the commit", "approved", "project.repository")];
    const latest = new Map<string, string>();
    const [programs, strangers] = [new Set<string>(), new Set<string>()];
    for (const { user: by, state, author_association: association } of await reviews(
      context,
      String(own.number),
    )) {
      // A comment leaves an approval as it is.
      if (by && ["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(state)) latest.set(by.login, state);
      // A program is no person, and in a public repository anybody may approve.
      if (by && by.type !== "User") programs.add(by.login);
      if (by && !members.includes(association)) strangers.add(by.login);
    }
    const given = [...latest].filter(
      ([login, state]) => state === "APPROVED" && login !== own.user?.login && !programs.has(login),
    );
    const approving = given.filter(([login]) => !strangers.has(login));
    if (approving.length === 0 && given.length > 0) {
      throw new Unknown(
        "no-right",
        `GitHub does not tell this token that ${given[0]?.[0]}, who approved pull request ${own.number}, is of the repository`,
      );
    }
    const objecting = [...latest.values()].filter((state) => state === "CHANGES_REQUESTED");
    return [
      compare(`approvals of pull request ${own.number}`, {
        expected: "at least 1",
        measured: approving.length,
        holds: approving.length > 0,
        setting: "project.repository",
      }),
      same(`requests for changes of pull request ${own.number}`, 0, objecting.length, "project.repository"),
    ];
  },
});

export const branchRules = probe({
  name: "branch-rules",
  items: ["1.5"],
  title: "GitHub must require an approval and the four checks before something is merged.",
  needs: ["vendor:github"],
  settings: ["project.branch"],
  measure: async (context) => {
    const { branch } = context.settings.project;
    const found = await rules(context, branch);
    const approvals = found.flatMap(({ type, parameters }) =>
      type === "pull_request" ? [parameters?.required_approving_review_count ?? 0] : [],
    );
    const required = found.flatMap(({ parameters }) =>
      (parameters?.required_status_checks ?? []).map(({ context: name }) => name),
    );
    const most = Math.max(0, ...approvals);
    return [
      compare(`approvals that ${branch} requires`, {
        expected: "at least 1",
        measured: most,
        holds: most >= 1,
        setting: "project.branch",
      }),
      ...Object.keys(wantedChecks).map((name) =>
        same(
          `check ${name} of ${branch}`,
          "required",
          required.includes(name) ? "required" : "optional",
          "project.branch",
        ),
      ),
    ];
  },
});

export const noOpenAlerts = probe({
  name: "no-open-alerts",
  items: ["1.6"],
  title: "GitHub must have no open critical alert of a dependency, and none of a secret.",
  needs: ["vendor:github"],
  settings: ["project.repository"],
  measure: (context) =>
    eachOf(
      [
        { which: "critical alerts of dependencies", alerts: criticalAlerts },
        { which: "alerts of secrets", alerts: secretAlerts },
      ],
      ({ which }) => which,
      async ({ which, alerts }) => {
        const found = await alerts(context);
        return [same(`open ${which}`, 0, found.length, "project.repository")];
      },
    ),
});
