import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { workflow } from "../../adopt/init/judge-only.ts";
import { readyGoTool } from "../../tools/go-tool.ts";
import * as tools from "../../tools/go-tools.ts";
import { holds } from "./expression.ts";
import { problemsOfGiven } from "./given.ts";
import { parseWorkflow, readWorkflows, root } from "./model.ts";
import { mutants } from "./mutants.ts";
import { problemsOf } from "./rules.ts";

const workflows = readWorkflows();
const action = readFileSync(join(root, "action.yml"), "utf8");
const actionlint = readyGoTool(tools.actionlint);

it("are in the guide, with each variable that says who deploys", () => {
  const guide = readFileSync(join(root, "docs", "pull-requests.md"), "utf8");
  for (const file of workflows.keys()) expect(guide).toContain(`| \`${file.replace(".yml", "")}\` |`);
  const variables = [...workflows.values()].flatMap((text) => text.match(/\b(?:PULUMI|DEPLOY)_\w+/g) ?? []);
  expect(variables).not.toHaveLength(0);
  for (const variable of variables) expect(guide).toContain(`\`${variable}\``);
});

it("are clean to actionlint", () => {
  const files = [...workflows.keys()].map((file) => join(root, ".github", "workflows", file));
  const { status, stdout, stderr } = spawnSync(actionlint, ["-no-color", ...files], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});

it("break no rule", () => {
  expect(problemsOf(workflows, action)).toEqual([]);
});

describe("a workflow for another repository", () => {
  const example = join("examples", "judge-only", ".github", "workflows", "checklist.yml");
  const given = readFileSync(join(root, example), "utf8");
  const init = { action: `shop/checklist@${"1".repeat(40)} # v1.0.0`, stack: "live" };

  it.each([
    ["of the example", given],
    ["that init writes for a program", workflow(init)],
    ["that init writes for a state", workflow({ ...init, state: "state.json" })],
  ])("breaks no rule: %s", (_, text) => {
    expect(problemsOfGiven(text)).toEqual([]);
    const { status, stdout } = spawnSync(actionlint, ["-no-color", "-"], {
      ...{ cwd: root, encoding: "utf8", input: text },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  it.each([
    [", merge_group: {}", "", /no merge_group/],
    [", edited]", "]", /a new base/],
    ["pull_request:", "pull_request_target:", /pull_request_target/],
    ["merge_group: {}", "merge_group: { branches: [main] }", /a filter/],
    ["contents: read", "contents: write", /more than to read/],
    ["    timeout-minutes: 15\n", "", /no time limit/],
    ["persist-credentials: false", "fetch-depth: 1", /leaves its token/],
    ["package-manager-cache: false", "cache: npm", /a cache/],
    ["npm ci --ignore-scripts", "npm ci", /scripts of packages/],
    ["actions/setup-node@", "stranger/setup-node@", /whatever Node\.js/],
    ["--stack live", `--stack \${{ github.head_ref }}`, /an expression/],
    [" # v7.0.1", "", /not pinned/],
  ])("breaks a rule with %s → %s", (from, to, problem) => {
    const changed = given.replace(from, () => to);
    expect(changed).not.toBe(given);
    expect(problemsOfGiven(changed).join("\n")).toMatch(problem);
  });
});

it("are updated by Dependabot, a week after a version is published", () => {
  const file = readFileSync(join(root, ".github", "dependabot.yml"), "utf8");
  const { updates } = z
    .object({
      updates: z.array(
        z.looseObject({
          "package-ecosystem": z.string(),
          cooldown: z.object({ "default-days": z.number().min(7) }),
        }),
      ),
    })
    .parse(parse(file));
  expect(updates.map((each) => each["package-ecosystem"])).toEqual(["npm", "github-actions"]);
});

it("install what a bare machine needs for the tests", () => {
  const bare = readFileSync(join(root, ".ci", "run"), "utf8");
  const needed = [...bare.matchAll(/packages\+=\(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(" "));
  const steps = parseWorkflow(workflows.get("pull-request.yml") ?? "").jobs.test?.steps ?? [];
  const install = steps.flatMap(({ run = "" }) => /apt-get install .*/.exec(run)?.[0].split(" ") ?? []);
  // The runner has Node.js by an action.
  for (const name of needed.filter((each) => each !== "nodejs" && each !== "npm")) {
    expect(install).toContain(name);
  }
});

describe("each of these changes breaks a rule", () => {
  it.each(mutants)("%s: %s → %s", (file, from, to, problem) => {
    const text = file === "action.yml" ? action : (workflows.get(file) ?? "");
    const changed = text.replace(from, () => to);
    expect(changed).not.toBe(text);
    const problems = problemsOf(
      file === "action.yml" ? workflows : new Map(workflows).set(file, changed),
      file === "action.yml" ? changed : action,
    );
    expect(problems.join("\n")).toMatch(problem);
  });
});

/** What GitHub knows of an event; the repository's variables are set as the guide says, unless they are changed. */
function event(name: string, details: object, variables: object = {}) {
  return {
    github: { event_name: name, repository: "optropic/platform", event: details },
    vars: { DEPLOY_BY: "workflows", PULUMI_ORGANIZATION: "optropic", ...variables },
  };
}

function pullRequest(repository: string, user = "someone") {
  return { pull_request: { head: { repo: { full_name: repository } }, user: { login: user } } };
}

describe("a job runs", () => {
  const conditionOf = (file: string, job: string) =>
    parseWorkflow(workflows.get(file) ?? "").jobs[job]?.if ?? "";

  it.each([
    ["a branch of the repository", true, event("pull_request", pullRequest("optropic/platform"))],
    ["a push to main", true, event("push", {})],
    ["a fork", false, event("pull_request", pullRequest("stranger/platform"))],
    ["a fork that is gone", false, event("pull_request", { pull_request: { head: { repo: null } } })],
    [
      "an update of Dependabot",
      false,
      event("pull_request", pullRequest("optropic/platform", "dependabot[bot]")),
    ],
    ["a repository that Pulumi Cloud deploys", false, event("push", {}, { DEPLOY_BY: "" })],
    ["another backend", false, event("push", {}, { PULUMI_ORGANIZATION: "" })],
  ])("for pulumi-preview of %s: %s", (_, expected, context) => {
    expect(holds(conditionOf("preview.yml", "pulumi-preview"), context)).toBe(expected);
  });

  it.each([
    ["a push to main", true, event("push", {})],
    ["a release", true, event("release", { release: { prerelease: false } })],
    ["a release that is not yet one", false, event("release", { release: { prerelease: true } })],
    ["a repository that Pulumi Cloud deploys", false, event("push", {}, { DEPLOY_BY: "pulumi-cloud" })],
  ])("for deploy of %s: %s", (_, expected, context) => {
    expect(holds(conditionOf("deploy.yml", "deploy"), context)).toBe(expected);
  });
});
