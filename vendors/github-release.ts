import * as z from "zod";
import type { GitHub } from "./github.ts";
import { path } from "./path.ts";

// What was checked and approved of a commit: https://docs.github.com/rest

const text = z.string().max(10_000);
const user = z.looseObject({ login: text }).nullish();

const pullRequest = z.looseObject({
  number: z.number().int(),
  merged_at: text.nullish(),
  user,
  base: z.looseObject({ ref: text }),
});
const review = z.looseObject({
  user: z.looseObject({ login: text, type: text }).nullish(),
  state: text,
  author_association: text,
});
const checkRuns = z.looseObject({
  total_count: z.number().optional(),
  check_runs: z
    .array(
      z.looseObject({
        ...{ id: z.number(), name: text, status: text, conclusion: text.nullish() },
        app: z.looseObject({ id: z.number(), slug: text.nullish() }).nullish(),
      }),
    )
    .max(1000),
});
const rule = z.looseObject({
  type: text,
  parameters: z
    .looseObject({
      required_approving_review_count: z.number().optional(),
      required_status_checks: z.array(z.looseObject({ context: text })).optional(),
    })
    .nullish(),
});

/** Which alert it is, GitHub need not say: that there is one is enough here. */
const alert = z.looseObject({ number: z.number().optional() });

/** Reads what one repository knows of its commits. */
export class GitHubRelease {
  #client: GitHub;
  #of: string;

  constructor(client: GitHub, { owner, name }: { owner: string; name: string }) {
    this.#client = client;
    this.#of = path`/repos/${owner}/${name}`;
  }

  /** Pull requests that brought a commit. */
  pullRequests(commit: string) {
    return this.#client.list({
      path: `${this.#of}${path`/commits/${commit}/pulls`}`,
      right: "read pull requests",
      schema: z.array(pullRequest).max(1000),
    });
  }

  /** Reviews of a pull request, the oldest first. */
  reviews(number: number) {
    return this.#client.list({
      path: `${this.#of}${path`/pulls/${String(number)}/reviews`}`,
      right: "read pull requests",
      schema: z.array(review).max(1000),
    });
  }

  /** The newest run of each check of a commit; one page, which says how many there are. */
  checkRuns(commit: string) {
    return this.#client.ask({
      path: `${this.#of}${path`/commits/${commit}/check-runs`}`,
      query: { filter: "latest", per_page: 100 },
      right: "read checks",
      schema: checkRuns,
    });
  }

  /** Rules in force for a branch, of whatever ruleset. */
  branchRules(branch: string) {
    return this.#client.list({
      path: `${this.#of}${path`/rules/branches/${branch}`}`,
      right: "read the rules of the branch",
      schema: z.array(rule).max(1000),
    });
  }

  /** Open alerts of dependencies that are critical. */
  criticalAlerts() {
    return this.#alerts("dependabot", { severity: "critical" });
  }

  /** Open alerts of secrets, without the secrets. */
  secretAlerts() {
    return this.#alerts("secret-scanning", { hide_secret: "true" });
  }

  #alerts(kind: string, query: Readonly<Record<string, string>>) {
    return this.#client.list({
      path: `${this.#of}${path`/${kind}/alerts`}`,
      query: { state: "open", ...query },
      right: `read ${kind} alerts`,
      schema: z.array(alert).max(1000),
    });
  }
}
