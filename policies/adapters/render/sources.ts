import type { CronJobArgs, DockerSource, NativeRuntime } from "@pulumi/render";
import {
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { deployHookOf } from "../../model/deploy-hooks.ts";
import type { CodeSource } from "../../model/section-host.ts";
import { render } from "../../model/tokens.ts";
import { isBesideName } from "../../values/beside-names.ts";

type RuntimeSource = CronJobArgs["runtimeSource"];

/** What both kinds of source in a repository have, and a static site as well. */
type GitSource = Partial<
  Pick<NativeRuntime & DockerSource, "autoDeploy" | "autoDeployTrigger" | "branch" | "repoUrl">
>;

/** What services, workers and static sites are built from. */
export const codeSources = (stack: Stack): CodeSource[] => [
  ...stack
    .ofType(render.webService, render.privateService, render.backgroundWorker)
    .flatMap((service) => sourcesIn(stack, service, service.at("runtimeSource").as<RuntimeSource>())),
  ...stack.ofType(render.staticSite).map((site) => {
    const { repository, branch, ...deployed } = sourceOf(stack, site, site.at().as<GitSource>());
    const names = [site.name, known(() => site.at("name").string()) ?? ""];
    // What is around the application, such as its documentation, may be released by hand.
    return { repository, branch, ...(names.some(isBesideName) ? {} : deployed), isStatic: true as const };
  }),
];

/** What a job is built from; nothing where it runs an image. Throws UnknownRead. */
export const jobSources = (stack: Stack, job: ResourceOf<CronJobArgs>): CodeSource[] =>
  sourcesIn(stack, job, job.at("runtimeSource")).filter(({ repository }) => repository.exists);

/** A service is built natively or by Docker, or runs an image: what it does not have is absent. */
const sourcesIn = (stack: Stack, service: Resource, source: Value<RuntimeSource>): CodeSource[] =>
  (["nativeRuntime", "docker"] as const).map((kind) =>
    sourceOf(stack, service, source.at(kind).as<GitSource>()),
  );

function sourceOf(stack: Stack, service: Resource, source: Value<GitSource>): CodeSource {
  return {
    repository: source.at("repoUrl"),
    branch: source.at("branch"),
    isDeployed: () => judgeDeployed(stack, service, source),
  };
}

/** What is built from a repository names a branch, and is deployed when that changes, by itself or by a hook. */
function judgeDeployed(stack: Stack, service: Resource, source: Value<GitSource>): Verdict {
  if (!source.at("repoUrl").exists) return true;
  const branch = source.at("branch");
  if (!branch.string()) {
    return fault(
      branch,
      `${service.name} is built from no branch that is named, so from whichever is the repository's default.`,
      "Name the branch that production is deployed from.",
    );
  }
  const trigger = source.at("autoDeployTrigger");
  const at = trigger.exists ? trigger : source.at("autoDeploy");
  const isOff = trigger.exists ? trigger.string() === "off" : at.boolean() === false;
  return (
    !isOff ||
    deployHookOf(stack, service) !== undefined ||
    fault(
      at,
      `${service.name} is not deployed when its branch changes, so it runs older code than what it works with.`,
      "Set autoDeployTrigger to checksPass or commit.",
    )
  );
}
