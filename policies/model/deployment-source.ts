import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Stack,
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
