import { policy } from "./framework/index.ts";
import { deployedFault } from "./model/deployed-code.ts";
import { runsForeignImage } from "./model/foreign-images.ts";
import { judgeSection, judgeSectionApplications, judgeSectionServices } from "./model/sections.ts";

export const renderService = policy({
  name: "render-service",
  items: ["7R.1"],
  title: "The stack must declare a web service at Render.",
  severity: "high",
  fix: "Declare a render.WebService, or remove what is left at Render, such as a DNS record that leads there.",
  check: (stack) => judgeSection(stack, "7R", "No web service at Render is declared.", () => true),
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
    judgeSection(
      stack,
      "7R",
      "No web service at Render is declared, so nothing takes the place of render.yaml.",
      (service) => {
        const serves = service.serves();
        return serves === true ? (deployedFault(stack, service, context) ?? service.declares()) : serves;
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
    judgeSectionServices(
      stack,
      "7R",
      "No web service at Render is declared, so none has a health check path.",
      ({ health }) => health?.() ?? true,
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
    judgeSection(
      stack,
      "7R",
      "No web service at Render is declared, so none deploys automatically.",
      // What somebody else pushes is not deployed by itself: a new version is a change of the stack.
      ({ deploys, resource }) => runsForeignImage(stack)(resource) || (deploys?.() ?? true),
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
    judgeSectionApplications(
      stack,
      "7R",
      "No web service at Render is declared, so none has a domain.",
      ({ ownDomain }) => ownDomain(() => true),
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
    judgeSectionServices(
      stack,
      "7R",
      "No web service at Render is declared, so nothing scales.",
      ({ scaling }) => scaling?.(threshold("minimumInstances")) ?? true,
    ),
});
