import type {
  AutoscalingTarget,
  BuildFilter,
  DockerSource,
  NativeRuntime,
  WebServiceArgs,
} from "@pulumi/render";
import type { Context } from "./framework/context.ts";
import {
  type Fault,
  type Finding,
  fault,
  judgeEach,
  policy,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "./framework/index.ts";
import { deployHookOf } from "./model/deploy-hooks.ts";
import { branchFault, otherBranchFault, repositoryFault } from "./model/deployed-code.ts";
import { render } from "./model/tokens.ts";
import { isOtherHost } from "./model/variables.ts";
import { asksOfRender } from "./model/vendor-use.ts";
import { mayMatchBoth } from "./values/ref-cover.ts";

export const renderService = policy({
  name: "render-service",
  items: ["7R.1"],
  title: "The stack must declare a web service at Render.",
  severity: "high",
  fix: "Declare a render.WebService, or remove what is left at Render, such as a DNS record that leads there.",
  check: (stack) => judgeServices(stack, "No web service at Render is declared.", () => true),
});

export const renderServiceConfigured = policy({
  name: "render-service-configured",
  items: ["7R.2"],
  title:
    "Every web service at Render must declare what a render.yaml would: its source, and how it is built and started.",
  severity: "medium",
  fix: "Set runtimeSource with the repository and branch or the image, and startCommand for a native runtime.",
  url: "https://render.com/docs/blueprint-spec",
  check: (stack, _threshold, context) =>
    judgeServices(
      stack,
      "No web service at Render is declared, so nothing takes the place of render.yaml.",
      (service) => {
        const source = service.at("runtimeSource");
        const nativeRuntime = source.at("nativeRuntime");
        if (service.at("maintenanceMode", "enabled").boolean() === true) {
          return fault(
            service.at("maintenanceMode", "enabled"),
            `${service.name} is in maintenance mode, in which it answers nobody.`,
          );
        }
        const git = (["nativeRuntime", "docker"] as const).find((kind) => source.at(kind).exists);
        const wrong = git && sourceFault(stack, source.at(git).as<GitSource>(), context);
        if (wrong !== undefined) {
          return wrong;
        }
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
        return declares(service, source.at("image", "imageUrl").string() ? undefined : "runtimeSource");
      },
    ),
});

export const renderHealthCheck = policy({
  name: "render-health-check",
  items: ["5.7", "7R.4"],
  title: "Every web service at Render must have a health check path.",
  severity: "high",
  fix: "Set healthCheckPath to a path that answers 200 when the service can serve, such as /api/health.",
  url: "https://render.com/docs/health-checks",
  check: (stack) =>
    judgeApplications(
      stack,
      "No web service at Render is declared, so none has a health check path.",
      (service) =>
        /^\/\S*$/.test(service.at("healthCheckPath").string() ?? "") ||
        fault(service.at("healthCheckPath"), `${service.name} has no health check path.`),
    ),
});

export const renderAutoDeploy = policy({
  name: "render-auto-deploy",
  items: ["7R.5"],
  title: "Every web service at Render must deploy automatically when its branch changes.",
  severity: "medium",
  fix: "Set autoDeployTrigger of the runtime source to checksPass or commit.",
  url: "https://render.com/docs/deploys",
  check: (stack) =>
    judgeServices(
      stack,
      "No web service at Render is declared, so none deploys automatically.",
      (service) => {
        const source = service.at("runtimeSource");
        const repositories = [
          source.at("nativeRuntime").as<GitSource>(),
          source.at("docker").as<GitSource>(),
        ];
        if (source.at("image").exists && !repositories.some(({ exists }) => exists)) {
          return (
            deployHookOf(stack, service) !== undefined || {
              ...fault(
                source.at("image"),
                `${service.name} runs an image, which Render does not deploy when it changes.`,
              ),
              fix: "Build the service from its repository; or declare what calls its deploy hook (https://render.com/docs/deploy-hooks) when the image is pushed: a github.ActionsSecret named like RENDER_DEPLOY_HOOK, or a webhook of the registry with the hook's URL.",
            }
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
      },
    ),
});

export const renderCustomDomain = policy({
  name: "render-custom-domain",
  items: ["7.6"],
  title: "Every web service at Render must answer on a domain of its own.",
  severity: "high",
  fix: "Set customDomains to the host name of the service.",
  url: "https://render.com/docs/custom-domains",
  check: (stack) =>
    judgeApplications(
      stack,
      "No web service at Render is declared, so none has a domain.",
      (service) =>
        some(service.at("customDomains").items(), (domain) => isOwn(domain.at("name").string() ?? "")) ||
        fault(service.at("customDomains"), `${service.name} has no domain of its own.`),
    ),
});

export const renderAutoscaling = policy({
  name: "render-autoscaling",
  items: ["7.4"],
  title: "Every web service at Render must scale automatically between two bounds, by a target.",
  severity: "medium",
  fix: "Set autoscaling with enabled, min, a larger max, and a percentage of CPU or memory, on a paid instance type.",
  url: "https://render.com/docs/scaling",
  productionOnly: true,
  thresholds: {
    minimumInstances: {
      description: "Fewest instances that run at any time.",
      default: 1,
      minimum: 1,
      maximum: 100,
    },
  },
  check: (stack, threshold) =>
    judgeApplications(stack, "No web service at Render is declared, so nothing scales.", (service) => {
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
      if (min < threshold("minimumInstances") || max <= min) {
        return fault(scaling, `${service.name} scales from ${min} to ${max} instances.`);
      }
      return (
        some(["cpu", "memory"] as const, (load) =>
          isTarget(scaling.at("criteria", load).as<AutoscalingTarget>()),
        ) || fault(scaling.at("criteria"), `${service.name} has no target to scale by.`)
      );
    }),
});

/** A platform without Render is not asked for a service there. */
function judgeServices(
  stack: Stack,
  absent: string,
  test: (service: ResourceOf<WebServiceArgs>) => Verdict,
): Finding[] {
  return asksOfRender(stack) ? judgeEach(stack.ofType(render.webService), absent, test) : [];
}

/** The same of those that are of the application. */
function judgeApplications(
  stack: Stack,
  absent: string,
  test: (service: ResourceOf<WebServiceArgs>) => Verdict,
): Finding[] {
  return judgeServices(stack, absent, (service) => isOtherHost(stack)(service) || test(service));
}

function declares(
  service: ResourceOf<WebServiceArgs>,
  missing: keyof NativeRuntime | "startCommand" | "runtimeSource" | undefined,
): Verdict {
  const at = missing === "startCommand" ? service.at("startCommand") : service.at("runtimeSource");
  return missing === undefined || fault(at, `${service.name} does not declare ${missing}.`);
}

/** What both kinds of source in a repository have. */
type GitSource = Pick<
  NativeRuntime & DockerSource,
  "autoDeploy" | "autoDeployTrigger" | "branch" | "buildFilter" | "repoUrl"
>;

/** What is wrong with which code is deployed. */
function sourceFault(stack: Stack, source: Value<GitSource>, context: Context): Fault | undefined {
  const { repoUrl, branch } = { repoUrl: source.at("repoUrl"), branch: source.at("branch") };
  const repository = repositoryFault(stack, repoUrl, context);
  return repository ?? branchFault(branch, context) ?? otherBranchFault(stack, repoUrl, branch);
}

/** Files by which a change of a program is told, in a repository of one program. */
const sources = ["src/index.ts", "app/page.tsx", "server/index.js", "package.json", "prisma/schema.prisma"];

/** What is wrong with the paths of which a change is deployed: a program's own files have to be among them. */
function filterFault(service: ResourceOf<WebServiceArgs>, filter: Value<BuildFilter>): Fault | undefined {
  const ignored = filter.at("ignoredPaths");
  const lost = ignored
    .strings()
    .find(
      (path) => /^(?:\*|\*\*|\*\*\/\*|\.)$/.test(path) || sources.some((file) => mayMatchBoth(path, file)),
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
