import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { backupsCommand } from "../../cli/backups.ts";
import { drillCommand } from "../../cli/drill.ts";
import { migrateCommand } from "../../cli/migrate.ts";
import { releaseCommand } from "../../cli/release.ts";
import { rollbackCommand } from "../../cli/rollback.ts";
import { verifyCommand } from "../../cli/verify.ts";
import { watchCommand } from "../../cli/watch.ts";
import { Delivery } from "../../components/delivery.ts";
import { workflowVariables } from "../../components/repository/variables.ts";
import { Repository } from "../../components/repository.ts";
import { matchesRef } from "../../policies/values/ref-pattern.ts";
import { record } from "../components/recorder.ts";
import { acceptDelivery, writtenDelivery } from "../config/delivery.ts";
import { changed } from "../config/stack.ts";
import { parseWorkflow, readWorkflows, root } from "./model.ts";
import { requiredChecks } from "./rules.ts";

// What the workflows rely on is what the delivery declares: names that two places have to agree on.

const settings = acceptDelivery(changed(writtenDelivery(), "pulumiCloud.deployBy", "workflows"));
const { repository, environments } = settings;
const pulumiCloud = settings.pulumiCloud ?? fail("no Pulumi Cloud");
const texts = readWorkflows();
const workflow = (file: string) => parseWorkflow(texts.get(file) ?? fail(`no ${file}`));
const variables = workflowVariables(settings);

it("the code owners are those of the settings", async () => {
  const args = { repository, environments, variables };
  const { component } = await record((opts) => new Repository("repository", args, opts), {
    calls: { "github:index/getTeam:getTeam": { id: "1" } },
  });
  const file = readFileSync(join(root, ".github", "CODEOWNERS"), "utf8");
  const rules = file.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(rules).toEqual([component.codeOwners]);
});

it("the required checks are the jobs that judge a pull request", () => {
  const jobs = Object.keys(workflow("pull-request.yml").jobs).toSorted();
  expect(repository.checks.toSorted()).toEqual(jobs);
  expect(requiredChecks.toSorted()).toEqual(jobs);
});

it("the actions are GitHub's own and those that the settings allow", () => {
  const uses = [...texts.values()].flatMap((text) => [...text.matchAll(/\buses: ([\w./-]+)@/g)]);
  const foreign = uses.map(([, action = ""]) => action).filter((action) => !action.startsWith("actions/"));
  const allowed = repository.security.actions.map((pattern) => pattern.split("@")[0]);
  expect([...new Set(foreign)]).toEqual(allowed);
});

it("the variables are those that the delivery sets, for either backend", () => {
  const own = changed(changed(writtenDelivery(), "backend", "self-managed"), "pulumiCloud");
  const selfManaged = workflowVariables(acceptDelivery(changed(own, "backendUrl", "s3://state")));
  const withBucket = workflowVariables({ ...settings, evidenceStore: "s3:" });
  expect(withBucket).toEqual({ ...variables, EVIDENCE: "s3:" });
  const declared = Object.keys({ ...withBucket, ...selfManaged });
  const read = new Set([...texts.values()].flatMap((text) => text.match(/(?<=\bvars\.)\w+/g) ?? []));
  // What a provider needs and only its user knows, from the environment.
  const ofEnvironment = ["AWS_REGION", "PROMETHEUS_URL", "RENDER_OWNER_ID"];
  expect([...read].filter((name) => !ofEnvironment.includes(name)).toSorted()).toEqual(declared.toSorted());
});

describe("what is deployed", () => {
  const { on, jobs } = workflow("deploy.yml");

  it("is the project and the stacks of the settings", () => {
    const { project, production, staging } = pulumiCloud;
    expect(texts.get("deploy.yml")).toContain(`"$ORGANIZATION/${project}/$STACK"`);
    expect(texts.get("preview.yml")).toContain(`PULUMI_ORGANIZATION }}/${project}/\${{ matrix.stack }}`);
    for (const text of [jobs.deploy?.env?.STACK, jobs.deploy?.environment]) {
      expect(text).toContain(`'release' && '${production.stack}' || '${staging.stack}'`);
    }
  });

  it("has a go in production, decided from the preview, the gates and what is known, before anything changes", () => {
    const steps = jobs.deploy?.steps ?? [];
    const places = ["npm run preview", "npm run gates", "npm run decide", "pulumi:up"].map((word) =>
      steps.findIndex(({ run = "" }) => run.includes(word)),
    );
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
    const decides = steps[places[2] ?? -1];
    expect(decides?.run).toBe('npm run decide -- --stack "$STACK" --phase deploy --evidence "$EVIDENCE"');
    expect(decides?.if).toBe("github.event_name == 'release'");
  });

  it("is judged a second time, by what the update made known", () => {
    const runs = jobs.deploy?.steps.map(({ run = "" }) => run) ?? [];
    const places = ["pulumi:up", "pulumi:export", "--state"].map((word) =>
      runs.findIndex((run) => run.includes(word)),
    );
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
    expect(runs.at(-1)).toBe('npm run preview -- --stack "$STACK" --state "$RUNNER_TEMP/state.json"');
  });

  it("goes to staging from the default branch, and to production from a release's tag", () => {
    expect(on.push?.branches).toEqual([repository.defaultBranch]);
    // `published` has no event for a prerelease that is promoted later.
    expect(on.release?.types).toEqual(["released"]);
    expect(environments.staging).toMatchObject({ branches: [repository.defaultBranch], tags: [] });
    expect(environments.production).toMatchObject({ branches: [], tags: repository.releaseTags });
    expect(pulumiCloud.staging.branch).toBe(repository.defaultBranch);
  });

  it("is approved in production, and is no pull request anywhere", () => {
    expect(environments.production.reviewers).not.toEqual([]);
    for (const { branches, tags } of Object.values(environments)) {
      const patterns = [...branches, ...tags];
      expect(patterns).not.toEqual([]);
      expect(patterns.filter((pattern) => matchesRef(pattern, "pull/42/merge"))).toEqual([]);
    }
  });
});

describe("what runs by a schedule or by hand", () => {
  const own = ["release.yml", "staging.yml", "watch.yml", "nightly.yml"];

  it("has the credentials of an environment that the delivery declares, from the default branch alone", () => {
    const named = own.flatMap((file) =>
      Object.values(workflow(file).jobs).flatMap(({ environment }) => environment ?? []),
    );
    for (const name of new Set(named)) {
      const declared = new Map(Object.entries(environments)).get(name) ?? fail(`no environment ${name}`);
      expect(declared).toMatchObject({ branches: [repository.defaultBranch], tags: [] });
    }
  });

  it("is approved where it changes production, and never waits for a person where it only looks", () => {
    expect(environments.release.reviewers).not.toEqual([]);
    expect(environments.monitoring.reviewers).toEqual([]);
    expect(Object.keys(workflow("release.yml").on)).toEqual(["workflow_dispatch"]);
    for (const file of own.slice(1)) expect(Object.keys(workflow(file).on)).toContain("schedule");
  });

  it("names options that the commands have", () => {
    const runs = own.flatMap((file) =>
      Object.values(workflow(file).jobs).flatMap(({ steps }) =>
        steps.flatMap(({ run = "" }) => run.split("\n")),
      ),
    );
    const commands = new Map(
      [
        releaseCommand(),
        rollbackCommand(),
        watchCommand(),
        verifyCommand(),
        backupsCommand(),
        drillCommand(),
        migrateCommand(),
      ].map((command) => [command.name(), command]),
    );
    const options = runs.flatMap((run) => {
      const [, name = "", rest = ""] = /^npm run ([\w]+) -- (.*)$/.exec(run) ?? [];
      return (rest.match(/--[\w-]+/g) ?? []).map((option) => [name, option] as const);
    });
    expect(options.length).toBeGreaterThan(10);
    for (const [name, option] of options) {
      const command = commands.get(name) ?? fail(`no command ${name}`);
      const all = [command, ...command.commands].flatMap(({ options: own }) => own.map(({ long }) => long));
      expect(all).toContain(option);
    }
  });
});

describe("the tokens", () => {
  const main = `refs/heads/${repository.defaultBranch}`;
  const { deploy, preview } = pulumiCloud.workflowTeams;

  it.each([
    ["deploy.yml", "deploy", "PULUMI_DEPLOY_TEAM", deploy],
    ["preview.yml", "pulumi-preview", "PULUMI_PREVIEW_TEAM", preview],
  ])("that %s asks for are of the team that the delivery names", (file, job, variable, team) => {
    const steps = workflow(file).jobs[job]?.steps ?? [];
    const scopes = steps.flatMap(({ with: inputs }) => (inputs?.scope === undefined ? [] : [inputs.scope]));
    expect(scopes).toEqual([`team:\${{ vars.${variable} || '${team}' }}`]);
    expect(variables[variable]).toBe(team);
  });

  it.each([
    ["deploys staging", { event_name: "push", ref: main, environment: "staging" }, [deploy, preview]],
    [
      "deploys production",
      { event_name: "release", ref: "refs/tags/v1", environment: "production" },
      [deploy],
    ],
    ["previews a pull request", { event_name: "pull_request", ref: "refs/pull/42/merge" }, [preview]],
    ["previews the default branch", { event_name: "push", ref: main }, [preview]],
    ["runs on another branch", { event_name: "push", ref: "refs/heads/patch" }, []],
    ["was started by hand", { event_name: "workflow_dispatch", ref: main }, []],
  ])("of a run that %s have the rights of %o at most", async (_, claims: Record<string, string>, teams) => {
    const { named } = await record(
      (opts) => new Delivery("delivery", { pulumiCloud, repository: { ...repository, id: 456_789 } }, opts),
    );
    const token = { aud: `urn:pulumi:org:${pulumiCloud.organization}`, repository_id: "456789", ...claims };
    expect(teamsOf(named("delivery-github-actions").inputs.policies, token)).toEqual(teams);
    expect(
      teamsOf(named("delivery-github-actions").inputs.policies, { ...token, repository_id: "1" }),
    ).toEqual([]);
  });

  it("of a preview can read and no more", () => {
    for (const { teams } of [pulumiCloud.production, pulumiCloud.staging]) {
      const rights = new Map(teams.map(({ team, permission }) => [team, permission]));
      expect(rights.get(preview)).toBe("read");
      expect(rights.get(deploy)).toBe("edit");
    }
  });
});

/** The teams whose rights a token of GitHub is exchanged for: every claim that a rule names is as it says. */
function teamsOf(policies: unknown, token: Record<string, string>): string[] {
  return z
    .array(z.object({ teamName: z.string(), rules: z.record(z.string(), z.string()) }))
    .parse(policies)
    .filter(({ rules }) => Object.entries(rules).every(([claim, value]) => token[claim] === value))
    .map(({ teamName }) => teamName);
}

function fail(what: string): never {
  throw new Error(what);
}
