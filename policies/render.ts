import { judgeEach, policy, some, type Value, type Verdict } from "./framework/index.ts";
import { render } from "./model/tokens.ts";

export const renderService = policy({
  name: "render-service",
  items: ["7R.1"],
  title: "The stack declares a web service at Render.",
  severity: "high",
  fix: "Declare a render.WebService; a stack without Render disables the policies named render-.",
  check: (stack) =>
    judgeEach(stack.ofType(render.webService), "No web service at Render is declared.", () => true),
});

export const renderServiceConfigured = policy({
  name: "render-service-configured",
  items: ["7R.2"],
  title:
    "Every web service at Render declares what a render.yaml would: its source, how it is built and how it starts.",
  severity: "medium",
  fix: "Set runtimeSource with the repository and branch or the image, and startCommand for a native runtime.",
  url: "https://render.com/docs/blueprint-spec",
  check: (stack) =>
    judgeEach(
      stack.ofType(render.webService),
      "No web service at Render is declared, so nothing takes the place of render.yaml.",
      (service) => {
        const { nativeRuntime, docker, image } = sources(service.at("runtimeSource"));
        if (nativeRuntime.exists) {
          const missing = ["repoUrl", "branch", "buildCommand"].find(
            (key) => !nativeRuntime.at(key).string(),
          );
          const start = service.at("startCommand").string() ? undefined : "startCommand";
          return declares(service.name, missing ?? start);
        }
        if (docker.exists) {
          return declares(
            service.name,
            ["repoUrl", "branch"].find((key) => !docker.at(key).string()),
          );
        }
        return declares(service.name, image.at("imageUrl").string() ? undefined : "runtimeSource");
      },
    ),
});

export const renderHealthCheck = policy({
  name: "render-health-check",
  items: ["5.7", "7R.4"],
  title: "Every web service at Render has a health check path.",
  severity: "high",
  fix: "Set healthCheckPath to a path that answers 200 when the service can serve, such as /api/health.",
  url: "https://render.com/docs/health-checks",
  check: (stack) =>
    judgeEach(
      stack.ofType(render.webService),
      "No web service at Render is declared, so none has a health check path.",
      (service) =>
        service.at("healthCheckPath").string()?.startsWith("/") === true ||
        `${service.name} has no health check path.`,
    ),
});

export const renderAutoDeploy = policy({
  name: "render-auto-deploy",
  items: ["7R.5"],
  title: "Every web service at Render deploys by itself when its branch changes.",
  severity: "medium",
  fix: "Set autoDeployTrigger of the runtime source to checksPass or commit.",
  url: "https://render.com/docs/deploys",
  check: (stack) =>
    judgeEach(
      stack.ofType(render.webService),
      "No web service at Render is declared, so none deploys by itself.",
      (service) => {
        const { nativeRuntime, docker } = sources(service.at("runtimeSource"));
        return (
          [nativeRuntime, docker].some((source) => source.exists && deploysItself(source)) ||
          `${service.name} does not deploy by itself.`
        );
      },
    ),
});

export const renderCustomDomain = policy({
  name: "render-custom-domain",
  items: ["7.6"],
  title: "Every web service at Render answers on a domain of its own.",
  severity: "high",
  fix: "Set customDomains to the host name of the service.",
  url: "https://render.com/docs/custom-domains",
  check: (stack) =>
    judgeEach(
      stack.ofType(render.webService),
      "No web service at Render is declared, so none has a domain.",
      (service) =>
        some(service.at("customDomains").items(), (domain) => Boolean(domain.at("name").string())) ||
        `${service.name} has no domain of its own.`,
    ),
});

export const renderAutoscaling = policy({
  name: "render-autoscaling",
  items: ["7.4"],
  title: "Every web service at Render scales between two bounds by a target.",
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
    judgeEach(
      stack.ofType(render.webService),
      "No web service at Render is declared, so nothing scales.",
      (service) => {
        const scaling = service.at("autoscaling");
        if (service.at("plan").string() === "free") {
          return `${service.name} is on the free instance type, which does not scale.`;
        }
        if (scaling.at("enabled").boolean() !== true) {
          return `${service.name} does not scale.`;
        }
        const min = scaling.at("min").number() ?? 0;
        const max = scaling.at("max").number() ?? 0;
        if (min < threshold("minimumInstances") || max <= min) {
          return `${service.name} scales from ${min} to ${max} instances.`;
        }
        return (
          some([scaling.at("criteria", "cpu"), scaling.at("criteria", "memory")], isTarget) ||
          `${service.name} has no target to scale by.`
        );
      },
    ),
});

function sources(runtimeSource: Value): Record<"nativeRuntime" | "docker" | "image", Value> {
  return {
    nativeRuntime: runtimeSource.at("nativeRuntime"),
    docker: runtimeSource.at("docker"),
    image: runtimeSource.at("image"),
  };
}

function declares(name: string, missing: string | undefined): Verdict {
  return missing === undefined || `${name} does not declare ${missing}.`;
}

/** The trigger says more than the switch, which Render keeps for older clients. */
function deploysItself(source: Value): boolean {
  const trigger = source.at("autoDeployTrigger");
  return trigger.exists ? trigger.string() !== "off" : source.at("autoDeploy").boolean() === true;
}

function isTarget(criterion: Value): boolean {
  const percentage = criterion.at("percentage").number() ?? 0;
  return criterion.at("enabled").boolean() === true && percentage > 0 && percentage <= 100;
}
