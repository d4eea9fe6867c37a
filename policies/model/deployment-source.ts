import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { type DeploymentSettings, deployedRepository, stackLabel, trigger } from "./deployments.ts";
import { isCalledProduction } from "./production-access.ts";
import { github, pulumiCloud } from "./tokens.ts";

/** The code comes from the repository whose branches the stack guards. */
export function judgeSource(stack: Stack, settings: DeploymentSettings): Verdict {
  const names = stack
    .ofType(github.repository)
    .flatMap((repository) => known(() => repository.at("name").string()?.toLowerCase()) ?? []);
  const deployed = deployedRepository(settings)?.toLowerCase();
  const git = settings.at("sourceContext", "git");
  if (trigger(settings, "deployCommits") && !git.at("branch").string()) {
    return fault(git, `${stackLabel(settings)} is deployed from whatever branch: its settings name none.`);
  }
  if (deployed === undefined && names.length > 0 && !git.at("repoUrl").exists) {
    return fault(git, `The settings of ${stackLabel(settings)} do not say which repository is deployed.`);
  }
  if (isCalledProduction(stackLabel(settings)) && trigger(settings, "pullRequestTemplate")) {
    return `Each pull request gets a stack with the settings of ${stackLabel(settings)}, for code that nobody has approved.`;
  }
  const request = settings.at("vcs", "deployPullRequest");
  if (request.exists) {
    return fault(
      request,
      `${stackLabel(settings)} is deployed from pull request ${request.number() ?? ""}, which nobody has merged.`,
      "Remove deployPullRequest, and let deployCommits deploy the branch.",
    );
  }
  const provider = settings.at("vcs", "provider");
  if (names.length > 0 && (provider.string() ?? "github") !== "github") {
    return fault(
      provider,
      `${stackLabel(settings)} is deployed from ${provider.string()}, where no rules of this stack guard the branches.`,
      "Set provider of vcs to github.",
    );
  }
  const other = unreadSetting(settings.at(), "");
  if (other !== undefined) {
    return unproved(
      other,
      `The settings of ${stackLabel(settings)} have ${other.path.join(".")}, which this pack does not know: it may deploy what nobody has reviewed.`,
      "Remove the setting, or waive this policy for the resource.",
    );
  }
  const commit = git.at("commit");
  if (commit.exists) {
    return fault(commit, `${stackLabel(settings)} is deployed from one commit, whatever is merged.`);
  }
  const foreign = foreignSource(stack, settings);
  if (foreign !== undefined) {
    return foreign;
  }
  return (
    deployed === undefined ||
    names.length === 0 ||
    names.includes(deployed) ||
    `${stackLabel(settings)} is deployed from the repository ${deployed}, whose branches no rules of this stack guard.`
  );
}

/** Every setting that policies read, or that changes neither what is deployed nor by whom. */
const readSettings: readonly RegExp[] = [
  /^(?:organization|project|stack|agentPoolId)$/,
  /^(?:github|vcs)\.(?:deployCommits|paths|previewPullRequests|pullRequestTemplate|repository)$/,
  /^vcs\.(?:deployPullRequest|installationId|provider)$/,
  /^sourceContext\.git\.(?:branch|commit|repoDir|repoUrl|gitAuth)$/,
  /^operationContext\.(?:environmentVariables|preRunCommands)$/,
  /^operationContext\.oidc\.(?:aws|azure|gcp)$/,
  /^operationContext\.options\.(?:deleteAfterDestroy|shell|skipInstallDependencies|skipIntermediateDeployments)$/,
  /^executorContext\.executorImage$/,
  /^cacheOptions\.enable$/,
];

/** A setting that is none of those. What is not known yet is read by the policies on it. */
function unreadSetting(value: Value, path: string): Value | undefined {
  if (value.isUnknown || !value.exists || readSettings.some((form) => form.test(path))) return undefined;
  const isGroup =
    path === "" || /^(?:github|vcs|\w+Context(?:\.(?:git|oidc|options))?|cacheOptions)$/.test(path);
  if (!isGroup) return value;
  return value
    .entries()
    .filter(([name]) => !name.startsWith("__"))
    .map(([name, part]) => unreadSetting(part, path === "" ? name : `${path}.${name}`))
    .find((found) => found !== undefined);
}

/** The repository has the owner that those of the other stacks have, and no other URL takes its place. */
function foreignSource(stack: Stack, settings: DeploymentSettings): Fault | undefined {
  const named = repositoryOf(settings);
  const owners = stack
    .ofType(pulumiCloud.deploymentSettings)
    .flatMap((other) => known(() => repositoryOf(other)?.string()?.toLowerCase().split("/").at(-2)) ?? []);
  const owner = named?.string()?.toLowerCase().split("/").at(-2);
  if (named !== undefined && owner !== undefined && owners.some((other) => other !== owner)) {
    return fault(
      named,
      `${stackLabel(settings)} is deployed from a repository of ${owner}, other stacks from one of ${owners.find((other) => other !== owner)}.`,
    );
  }
  const url = settings.at("sourceContext", "git", "repoUrl");
  const cloned = /([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(url.string()?.toLowerCase() ?? "")?.[1];
  const expected = named?.string()?.toLowerCase();
  return cloned !== undefined && expected?.includes("/") && cloned !== expected
    ? fault(url, `${stackLabel(settings)} is deployed from ${cloned}, not from ${expected}.`)
    : undefined;
}

function repositoryOf(settings: DeploymentSettings): AnyValue | undefined {
  const source = (["vcs", "github"] as const).find((kind) => settings.at(kind).exists);
  return source && settings.at(source, "repository");
}

/** A tag on a stack of production that calls it something else. */
export function judgeTags(stack: Stack): Finding[] {
  return stack.ofType(pulumiCloud.stackTag).map((tag) =>
    judge(tag, () => {
      const value = tag.at("value");
      return (
        tag.at("name").string() !== "stage" ||
        !/^(?:prod|production|live)$/i.test(tag.at("stack").string() ?? "") ||
        /^(?:prod|production|live)$/i.test(value.string() ?? "") ||
        fault(value, `A tag says that the stack ${tag.at("stack").string()} is of ${value.string()}.`)
      );
    }),
  );
}
