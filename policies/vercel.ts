import { known, policy, type Resource, type Stack } from "./framework/index.ts";
import { deployedFault } from "./model/deployed-code.ts";
import { domains } from "./model/domains.ts";
import { saysOther, statedRole } from "./model/roles.ts";
import { judgeBesides, judgeSection } from "./model/sections.ts";
import { applicationHosts, hosts, isAsideHost } from "./model/variables.ts";

export const vercelProject = policy({
  name: "vercel-project",
  items: ["7V.1"],
  title: "The stack must declare a project at Vercel.",
  severity: "high",
  fix: "Declare a vercel.Project, or remove what is left at Vercel, such as a DNS record that leads there.",
  check: (stack) => judgeSection(stack, "7V", "No project at Vercel is declared.", () => true),
});

export const vercelGitRepository = policy({
  name: "vercel-git-repository",
  items: ["7V.2"],
  title: "Every project at Vercel must build the production branch of a GitHub repository.",
  severity: "high",
  fix: "Set gitRepository with type github, repo as owner/name, and productionBranch.",
  url: "https://vercel.com/docs/git/vercel-for-github",
  check: (stack, _threshold, context) => [
    ...judgeBesides(stack, "7V", (host) => isPlatforms(stack, host)),
    ...judgeSection(
      stack,
      "7V",
      "No project at Vercel is declared, so none is connected to a repository.",
      (project) => {
        const serves = project.serves();
        if (serves !== true) return serves;
        return deployedFault(stack, project, context) ?? project.declares();
      },
    ),
  ],
});

export const vercelCustomDomain = policy({
  name: "vercel-custom-domain",
  items: ["7.6", "7V.4"],
  title: "Every project at Vercel must answer on a domain of its own.",
  severity: "high",
  fix: "Declare a ProjectDomain of the project that is not under vercel.app and does not redirect.",
  url: "https://vercel.com/docs/domains",
  check: (stack) =>
    judgeSection(
      stack,
      "7V",
      "No project at Vercel is declared, so none has a domain.",
      // Pages beside the application, such as its documentation, may stay at the name that Vercel gives them.
      ({ resource, ownDomain }) => isBeside(stack, resource) || ownDomain((host) => isPlatforms(stack, host)),
    ),
});

export const vercelProjectClosed = policy({
  name: "vercel-project-closed",
  items: ["2.9", "2.10"],
  title:
    "No project at Vercel may show its source, its files or its previews to everybody, or build a stranger's code with its variables.",
  severity: "critical",
  fix: "Set gitForkProtection to true, publicSource and directoryListing to false, vercelAuthentication to standard_protection_new, and remove protectionBypassForAutomation and optionsAllowlist.",
  url: "https://vercel.com/docs/project-configuration/security-settings",
  check: (stack) =>
    judgeSection(
      stack,
      "7V",
      "No project at Vercel is declared, so none protects its variables.",
      ({ resource, closed, hidesPreviews }) => {
        const found = closed?.() ?? true;
        // What is not the application may be shown before it is released, such as documentation.
        return found !== true || isAsideHost(stack)(resource) ? found : (hidesPreviews?.() ?? true);
      },
    ),
});

export const vercelDeploymentsKept = policy({
  name: "vercel-deployments-kept",
  items: ["7V.1", "8.6"],
  title: "What served production at Vercel must be kept for as long as it may have to serve again.",
  severity: "high",
  fix: "Set expirationProduction of the vercel.ProjectDeploymentRetention to a month or more.",
  url: "https://vercel.com/docs/deployments/managing-deployments",
  productionOnly: true,
  thresholds: {
    minimumDays: {
      description: "Days for which a deployment of production is kept.",
      default: 7,
      minimum: 7,
      maximum: 365,
    },
  },
  check: (stack, threshold) =>
    judgeSection(
      stack,
      "7V",
      "No project at Vercel is declared, so nothing is kept that could serve again.",
      ({ keeps }) => keeps?.(threshold("minimumDays")) ?? true,
    ),
});

const isBeside = (stack: Stack, project: Resource): boolean =>
  hosts(stack).some(
    (host) =>
      host.resource === project &&
      host.domains.length === 0 &&
      (statedRole(stack, project) !== undefined || saysOther(host)),
  ) && !applicationHosts(stack).some(({ resource }) => resource === project);

/** Whether a host is declared, or in the zone of one that is. */
function isPlatforms(stack: Stack, host: string): boolean {
  const own = domains(stack).flatMap(({ name }) => known(() => name.string()?.toLowerCase()) ?? []);
  return own.some((one) => one === host || baseOf(one) === baseOf(host));
}

/** The last two labels of a host name. */
const baseOf = (host: string): string => host.split(".").slice(-2).join(".");
