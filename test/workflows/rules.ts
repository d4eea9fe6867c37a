import { holds } from "./expression.ts";
import { type Job, parseAction, parseWorkflow, type Step, scriptsOfPackage, type Workflow } from "./model.ts";

/** The required checks of the repository's ruleset. */
export const requiredChecks = ["typecheck", "lint", "test", "build", "preview"];

/** Where jobs run the code of a pull request before anybody has reviewed it. */
const judging = "pull-request.yml";
/** Where what was judged is written to the pull request, with the default branch's own code. */
const writing = "comment.yml";
/** Workflows that may ask for a token by OIDC. */
const withOidc = ["preview.yml", "deploy.yml", "anchor.yml"];
/** Workflows that may see a secret, in a job with an environment: nobody's pull request starts them. */
const withSecrets = ["deploy.yml", "release.yml", "staging.yml", "watch.yml", "nightly.yml", "anchor.yml"];
/**
 * What a workflow may write beyond what its kind may: a release has a branch, a tag, notes and, if it breaks, an issue;
 * a checkpoint is attested.
 */
const mayWrite: Readonly<Record<string, readonly string[]>> = {
  "release.yml": ["contents", "issues"],
  "anchor.yml": ["attestations"],
};

/**
 * What is wrong with the workflows and the action, each as `file job: what`; nothing is wrong with those that
 * are safe for a fork and run on a laptop as they do here.
 */
export function problemsOf(texts: ReadonlyMap<string, string>, action: string): string[] {
  const workflows = new Map([...texts].map(([file, text]) => [file, parseWorkflow(text)]));
  return [
    ...[...texts, ["action.yml", action] as const].flatMap(([file, text]) => within(file, pins(text))),
    ...within(
      "action.yml",
      parseAction(action).flatMap((step) => problemsOfStep(step)),
    ),
    ...[...workflows].flatMap(([file, workflow]) => within(file, problemsOfWorkflow(file, workflow))),
    ...[...workflows].flatMap(([file, workflow]) =>
      Object.entries(workflow.jobs).flatMap(([id, job]) =>
        within(`${file} ${id}`, problemsOfJob(file, workflow, job)),
      ),
    ),
    ...checkNames(workflows),
    ...followers(workflows),
  ];
}

function within(place: string, problems: readonly string[]): string[] {
  return problems.map((problem) => `${place}: ${problem}`);
}

/** Tags move; a commit does not. The version beside it is for people, and for updates. */
export function pins(text: string): string[] {
  return [...text.matchAll(/^.*\buses:\s*(.*)$/gm)]
    .map(([, use = ""]) => use)
    .filter((use) => !/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))
    .map((use) => `not pinned by a commit with its version: ${use}`);
}

function problemsOfWorkflow(file: string, workflow: Workflow): string[] {
  const { on, permissions, env } = workflow;
  return [
    ...dangerous
      .filter((trigger) => trigger in on && !(trigger === "pull_request_target" && file === writing))
      .map((trigger) => `${trigger} gives a stranger's code or words a token that may write`),
    ...found(
      JSON.stringify(permissions) !== "{}" && JSON.stringify(permissions) !== '{"contents":"read"}',
      "the workflow's own permissions are more than to read",
    ),
    ...found(env !== undefined && usesCredential(env), "every step sees a credential"),
    ...found(file === judging && isFiltered(on), "a filter: its checks would never be reported"),
    ...found(
      file === judging && !("merge_group" in on),
      "no merge_group: a merge queue would wait for its checks for ever",
    ),
    ...found(file === judging && !ranAgain(on), "a new commit or a new base would keep the old checks"),
  ];
}

/** Triggers that anybody can pull, and that run with the rights of the repository. */
export const dangerous = ["pull_request_target", "issue_comment", "issues", "discussion", "fork", "watch"];

/** `edited` is a new base too. */
const neededTypes = ["opened", "synchronize", "reopened", "edited"];

export function ranAgain({ pull_request: pulls }: Workflow["on"]): boolean {
  return neededTypes.every((type) => pulls?.types?.includes(type));
}

export function isFiltered({ pull_request: pulls, merge_group: queue }: Workflow["on"]): boolean {
  return Object.keys({ ...pulls, ...queue }).some((key) => key !== "types");
}

function problemsOfJob(file: string, workflow: Workflow, job: Job): string[] {
  const { permissions = {}, steps } = job;
  const writes = Object.keys(permissions).filter((scope) => permissions[scope] === "write");
  const concurrency = job.concurrency ?? workflow.concurrency;
  const minutes = job["timeout-minutes"];
  const forForks = "pull_request" in workflow.on && (job.if === undefined || holds(job.if, fromFork));
  const follows = "workflow_run" in workflow.on || "pull_request_target" in workflow.on;
  const allowed = [
    ...(follows ? ["pull-requests", "security-events"] : ["id-token"]),
    ...(mayWrite[file] ?? []),
  ];
  const secret = /\bsecrets\b/.test(JSON.stringify(job));
  return [
    ...found("workflow_run" in workflow.on && followsAny(job), "follows a workflow of that name at any path"),
    ...found(
      "workflow_run" in workflow.on && !followsJudging(job),
      "does not follow the workflow that judges, in a form that GitHub writes its path in",
    ),
    ...found(minutes === undefined || minutes > 60, "no time limit of an hour or less"),
    ...found(job.permissions === undefined, "no permissions of its own"),
    ...found(concurrency === undefined, "no concurrency group"),
    ...found(
      "workflow_run" in workflow.on && concurrency?.group.includes("github.event.workflow_run.id") === false,
      "a run of another workflow or branch can push a run out of the queue",
    ),
    ...found(
      file === judging && concurrency?.group.includes("github.event_name") === false,
      "a push of what a merge queue judges would cancel its checks",
    ),
    ...found("container" in job || "services" in job || "uses" in job, "runs what no rule here judges"),
    ...found(forForks && writes.length > 0, `a fork's code may write: ${writes}`),
    ...found(forForks && usesCredential(job), "a fork's code sees a credential"),
    ...found(forForks && job.environment !== undefined, "a fork's code runs in an environment"),
    ...found(
      job.environment !== undefined && strangers.some((trigger) => trigger in workflow.on),
      "a pull request reaches the credentials of an environment",
    ),
    ...found(!forForks && writes.some((scope) => !allowed.includes(scope)), `may write: ${writes}`),
    ...found(writes.includes("id-token") && !withOidc.includes(file), "may ask for a token by OIDC"),
    ...found(
      (follows || writes.length > 0 || secret) &&
        steps.some(({ run = "" }) => /\bnpm ci\b(?!.*--ignore-scripts)/.test(run)),
      "scripts of packages run where credentials are",
    ),
    ...found(
      steps.some(({ uses = "", with: inputs = {} }) => keepsCache(uses, inputs)),
      "a cache that another run may have filled",
    ),
    ...found(secret && (!withSecrets.includes(file) || job.environment === undefined), "sees a secret"),
    ...found(job.env !== undefined && usesCredential(job.env), "every step sees a credential"),
    ...found(
      job.environment !== undefined && concurrency?.["cancel-in-progress"] !== false,
      "cuts off a deploy",
    ),
    ...steps.flatMap((step) => [...problemsOfStep(step), ...(follows ? problemsOfFollower(step) : [])]),
    ...steps.flatMap(problemsOfCheckout),
  ];
}

const judgingPath = `.github/workflows/${judging}`;

/** What a run of a workflow looks like to a job that follows it. */
function ofRun(path: string, event: string): Readonly<Record<string, unknown>> {
  const github = { event_name: "workflow_run", repository: "optropic/platform" };
  return { github: { ...github, event: { workflow_run: { path, event } } } };
}

/** A name is anyone's to take; the path of a file is not. */
function followsAny({ if: condition }: Job): boolean {
  const others = [
    ".github/workflows/evil.yml",
    ".github/workflows/evil.yml@refs/heads/main",
    `${judgingPath}.yml`,
    `stranger/platform/${judgingPath}@refs/heads/main`,
    "",
  ];
  const events = ["pull_request", "push", "workflow_dispatch"];
  return others.some((path) =>
    events.some((event) => condition === undefined || holds(condition, ofRun(path, event))),
  );
}

function followsJudging({ if: condition = "true" }: Job): boolean {
  const forms = [
    judgingPath,
    `${judgingPath}@refs/pull/42/merge`,
    `optropic/platform/${judgingPath}@refs/heads/main`,
  ];
  return forms.every((path) => holds(condition, ofRun(path, "pull_request")));
}

/** Triggers by which code that nobody has reviewed, or its author's words, get into a run. */
const strangers = [
  ...["pull_request", "pull_request_target", "merge_group", "workflow_run", "repository_dispatch"],
];

/** Everything that may write to the default branch's cache can leave something in it for the next run. */
export function keepsCache(uses: string, inputs: NonNullable<Step["with"]>): boolean {
  if (/^actions\/cache\b/.test(uses)) return true;
  return /^actions\/setup-/.test(uses) && ("cache" in inputs || inputs["package-manager-cache"] !== false);
}

/** What a fork's pull request looks like to a condition, in a repository where everything is set up. */
const fromFork = {
  github: {
    event_name: "pull_request",
    repository: "optropic/platform",
    event: {
      pull_request: { head: { repo: { full_name: "stranger/platform" } }, user: { login: "stranger" } },
    },
  },
  vars: { DEPLOY_BY: "workflows", PULUMI_ORGANIZATION: "optropic" },
};

/** An expression in a script is text that the shell runs, whoever wrote it. */
function problemsOfStep(step: Step): string[] {
  const lines = (step.run ?? "").split("\n").filter((line) => line.trim() !== "");
  return [
    ...found((step.run ?? "").includes("${{"), "an expression in a script"),
    ...found(/GITHUB_(ENV|PATH)\b/.test(step.run ?? ""), "changes the environment of the steps behind it"),
    ...found(/\bset -x|ACTIONS_STEP_DEBUG/.test(step.run ?? ""), "prints what it runs"),
    ...lines.flatMap(problemsOfLine),
  ];
}

const scripts = scriptsOfPackage();

/** What a workflow runs, a laptop runs too: scripts of the package, their libraries, and Debian's packages. */
function problemsOfLine(line: string): string[] {
  if (/^(npm (ci|rebuild)\b|sudo apt-get (update|install)\b)/.test(line)) return [];
  const script = /^npm (?:run )?(?:--silent )?(?:--prefix "\$ACTION_PATH" )?([\w:-]+)( --( .*)?)?$/.exec(
    line,
  )?.[1];
  if (script === undefined) return [`not an npm script: ${line}`];
  return found(!scripts.has(script), `there is no npm script ${script}`);
}

export function problemsOfCheckout({ uses = "", with: inputs = {} }: Step): string[] {
  if (!uses.startsWith("actions/checkout@")) return [];
  return found(inputs["persist-credentials"] !== false, "the checkout leaves its token on the disk");
}

/** A workflow that follows another one runs with rights: nothing of the other one may get into it but data. */
function problemsOfFollower({ uses = "", with: inputs = {}, env = {} }: Step): string[] {
  const checkout = uses.startsWith("actions/checkout@");
  const known = /^(actions\/checkout|actions\/setup-node)@/.test(uses) || uses === "";
  return [
    ...found(checkout && ("ref" in inputs || "repository" in inputs), "checks out another code than its own"),
    ...found(!known, `runs an action with the right to write: ${uses}`),
    ...found(
      /github\.(event|head_ref)/.test(JSON.stringify([inputs, env])),
      "takes a value of the run that it follows",
    ),
  ];
}

/** The whole of `github`, as toJSON(github) has it, holds the token too. */
function usesCredential(part: object): boolean {
  return /\bsecrets\b|\bgithub\.token\b|\bgithub\s*[[)]/.test(JSON.stringify(part));
}

/** A check counts by its name alone, and one that is skipped counts as passed. */
function checkNames(workflows: ReadonlyMap<string, Workflow>): string[] {
  const jobs = workflows.get(judging)?.jobs ?? {};
  const others = [...workflows].filter(([file]) => file !== judging);
  return [
    ...requiredChecks.flatMap((check) => {
      const job = jobs[check];
      if (job === undefined) return [`${judging}: no job ${check}, which is required`];
      const weak = ["if", "name", "needs", "strategy", "continue-on-error"].filter((key) => key in job);
      return within(
        `${judging} ${check}`,
        weak.map((key) => `${key} can keep it from being reported`),
      );
    }),
    ...others.flatMap(([file, workflow]) =>
      Object.entries(workflow.jobs)
        .filter(([id, job]) => requiredChecks.some((check) => check === id || check === job.name))
        .map(([id]) => `${file} ${id}: named like a required check`),
    ),
  ];
}

/** What a workflow follows is named by its name, and a name that is not there is followed in silence. */
function followers(workflows: ReadonlyMap<string, Workflow>): string[] {
  const names = [...workflows.values()].map(({ name }) => name);
  return [...workflows].flatMap(([file, { on }]) =>
    (on.workflow_run?.workflows ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => `${file}: follows ${name}, which is no workflow`),
  );
}

export function found(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
