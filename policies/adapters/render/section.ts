import type {
  AutoscalingTarget,
  BuildFilter,
  DockerSource,
  NativeRuntime,
  WebServiceArgs,
} from "@pulumi/render";
import {
  type Fault,
  fault,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { isAsideTag } from "../../model/aside.ts";
import { deployHookOf } from "../../model/deploy-hooks.ts";
import type { CodeSource, SectionHost, SectionUse } from "../../model/section-host.ts";
import { render } from "../../model/tokens.ts";
import { mayMatchBoth } from "../../values/ref-cover.ts";

function declares(
  service: ResourceOf<WebServiceArgs>,
  missing: keyof NativeRuntime | "startCommand" | "runtimeSource" | undefined,
): Verdict {
  const at = missing === "startCommand" ? service.at("startCommand") : service.at("runtimeSource");
  return missing === undefined || fault(at, `${service.name} does not declare ${missing}.`);
}

/** What is wrong with the paths of which a change is deployed: a program's own files have to be among them. */
function filterFault(service: ResourceOf<WebServiceArgs>, filter: Value<BuildFilter>): Fault | undefined {
  const ignored = filter.at("ignoredPaths");
  const lost = ignored
    .strings()
    .find(
      (path) => /^(?:\*|\*\*|\*\*\/\*|\.)$/.test(path) || programs.some((file) => mayMatchBoth(path, file)),
    );
  if (lost !== undefined) {
    return fault(ignored, `${service.name} ignores changes to ${lost}, so the program is not deployed.`);
  }
  const taken = filter.at("paths").strings();
  const isDocuments = taken.length > 0 && taken.every((path) => /^docs?\/|\.(?:md|mdx|txt)$/.test(path));
  return isDocuments
    ? fault(filter.at("paths"), `${service.name} is deployed only when ${taken.join(", ")} change.`)
    : undefined;
}

/** Files by which a change of a program is told, in a repository of one program. */
const programs = ["src/index.ts", "app/page.tsx", "server/index.js", "package.json", "prisma/schema.prisma"];

/** Commands that end at once, or wait without serving. */
const startsNothing =
  /^\s*(?:true|:|exit(?:\s+\d+)?|(?:echo|printf|sleep)\b[^;&|]*|tail\s+-f\s+\/dev\/null)\s*;?\s*$/;

/** The trigger takes precedence over the switch, which Render keeps for older clients. */
function deploysItself(source: Value<GitSource>): boolean {
  const trigger = source.at("autoDeployTrigger");
  return trigger.exists ? trigger.string() !== "off" : source.at("autoDeploy").boolean() === true;
}

/** Every service has a name under onrender.com. */
const isOwn = (host: string): boolean => host !== "" && !/\.onrender\.com$/i.test(host);

function isTarget(criterion: Value<AutoscalingTarget>): boolean {
  const percentage = criterion.at("percentage").number() ?? 0;
  return criterion.at("enabled").boolean() === true && percentage > 0 && percentage < 100;
}

/** What both kinds of source in a repository have. */
type GitSource = Pick<
  NativeRuntime & DockerSource,
  "autoDeploy" | "autoDeployTrigger" | "branch" | "buildFilter" | "repoUrl"
>;

/** What section 7R asks of web services. */
export function section(stack: Stack): SectionUse {
  const services = stack.ofType(render.webService);
  return {
    id: "7R",
    isUsed: services.length > 0 || stack.ofType(render.envGroupLink).length > 0,
    hosts: services.map((service) => toSectionHost(stack, service)),
  };
}

function toSectionHost(stack: Stack, service: ResourceOf<WebServiceArgs>): SectionHost {
  const source = service.at("runtimeSource");
  const repositories = [source.at("nativeRuntime").as<GitSource>(), source.at("docker").as<GitSource>()];
  return {
    resource: service,
    serves: () => {
      const mode = service.at("maintenanceMode", "enabled");
      return (
        mode.boolean() !== true ||
        fault(mode, `${service.name} is in maintenance mode, in which it answers nobody.`)
      );
    },
    sources: () => {
      const git = repositories.find((repository) => repository.exists);
      return git === undefined ? [] : [toSource(git)];
    },
    folders: [
      service.at("rootDirectory"),
      service.at("runtimeSource", "docker", "context"),
      service.at("runtimeSource", "docker", "dockerfilePath"),
    ],
    declares: () => judgeSource(service),
    health: () =>
      /^\/\S*$/.test(service.at("healthCheckPath").string() ?? "") ||
      fault(service.at("healthCheckPath"), `${service.name} has no health check path.`),
    deploys: () => judgeDeploys(service, repositories, stack),
    ownDomain: () =>
      some(service.at("customDomains").items(), (domain) => isOwn(domain.at("name").string() ?? "")) ||
      fault(service.at("customDomains"), `${service.name} has no domain of its own.`),
    scaling: (fewest) => judgeScaling(service, fewest),
  };
}

const toSource = (git: Value<GitSource>): CodeSource => ({
  repository: git.at("repoUrl"),
  branch: git.at("branch"),
});

function judgeSource(service: ResourceOf<WebServiceArgs>): Verdict {
  const source = service.at("runtimeSource");
  const nativeRuntime = source.at("nativeRuntime");
  if (nativeRuntime.exists) {
    const missing = (["repoUrl", "branch", "buildCommand"] as const).find(
      (key) => !nativeRuntime.at(key).string(),
    );
    const command = service.at("startCommand");
    const start = command.string() ? undefined : "startCommand";
    if (startsNothing.test(command.string() ?? "")) {
      return fault(command, `${service.name} is started by ${command.string()}, which starts nothing.`);
    }
    return declares(service, missing ?? start);
  }
  const docker = source.at("docker");
  if (docker.exists) {
    return declares(
      service,
      (["repoUrl", "branch"] as const).find((key) => !docker.at(key).string()),
    );
  }
  const tag = source.at("image", "tag");
  if (isAsideTag(tag.isUnknown ? "" : (tag.string() ?? ""))) {
    return fault(
      tag,
      `${service.name} runs the image's tag ${tag.string()}, which is not for production by its name.`,
    );
  }
  return declares(service, source.at("image", "imageUrl").string() ? undefined : "runtimeSource");
}

function judgeDeploys(
  service: ResourceOf<WebServiceArgs>,
  repositories: readonly Value<GitSource>[],
  stack: Stack,
): Verdict {
  const source = service.at("runtimeSource");
  if (source.at("image").exists && !repositories.some(({ exists }) => exists)) {
    return (
      deployHookOf(stack, service) !== undefined ||
      fault(
        source.at("image"),
        `${service.name} runs an image, which Render does not deploy when it changes.`,
        "Build the service from its repository; or declare what calls its deploy hook (https://render.com/docs/deploy-hooks) when the image is pushed: a github.ActionsSecret named like RENDER_DEPLOY_HOOK, or a webhook of the registry with the hook's URL.",
      )
    );
  }
  const git = repositories.find((repository) => repository.exists);
  const filter = git && filterFault(service, git.at("buildFilter").as<BuildFilter>());
  if (filter !== undefined) {
    return filter;
  }
  return (
    repositories.some((repository) => repository.exists && deploysItself(repository)) ||
    fault(source, `${service.name} does not deploy automatically.`)
  );
}

function judgeScaling(service: ResourceOf<WebServiceArgs>, fewest: number): Verdict {
  const scaling = service.at("autoscaling");
  if (service.at("disk").exists) {
    return fault(service.at("disk"), `${service.name} has a disk, so it runs as one instance.`);
  }
  if (service.at("plan").string() === "free") {
    return fault(
      service.at("plan"),
      `${service.name} has the free instance type, which does not scale automatically.`,
    );
  }
  if (scaling.at("enabled").boolean() !== true) {
    return fault(scaling, `${service.name} does not scale automatically.`);
  }
  const min = scaling.at("min").number() ?? 0;
  const max = scaling.at("max").number() ?? 0;
  if (min < fewest || max <= min) {
    return fault(scaling, `${service.name} scales from ${min} to ${max} instances.`);
  }
  return (
    some(["cpu", "memory"] as const, (load) =>
      isTarget(scaling.at("criteria", load).as<AutoscalingTarget>()),
    ) || fault(scaling.at("criteria"), `${service.name} has no target to scale by.`)
  );
}
