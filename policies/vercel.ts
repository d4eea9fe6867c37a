import type { ProjectArgs, ProjectDomainArgs } from "@pulumi/vercel";
import {
  type Finding,
  fault,
  judgeEach,
  known,
  policy,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "./framework/index.ts";
import { branchFault, isAside, otherBranchFault, repositoryFault } from "./model/deployed-code.ts";
import { domains } from "./model/domains.ts";
import { ownedBy } from "./model/links.ts";
import { vercel } from "./model/tokens.ts";
import { asksOfVercel } from "./model/vendor-use.ts";
import { skipsEveryBuild } from "./values/shell.ts";

const domainsOf = ownedBy([vercel.domain], "projectId");

export const vercelProject = policy({
  name: "vercel-project",
  items: ["7V.1"],
  title: "The stack must declare a project at Vercel.",
  severity: "high",
  fix: "Declare a vercel.Project, or remove what is left at Vercel, such as a DNS record that leads there.",
  check: (stack) => judgeProjects(stack, "No project at Vercel is declared.", () => true),
});

export const vercelGitRepository = policy({
  name: "vercel-git-repository",
  items: ["7V.2"],
  title: "Every project at Vercel must build the production branch of a GitHub repository.",
  severity: "high",
  fix: "Set gitRepository with type github, repo as owner/name, and productionBranch.",
  url: "https://vercel.com/docs/git/vercel-for-github",
  check: (stack, _threshold, context) =>
    judgeProjects(
      stack,
      "No project at Vercel is declared, so none is connected to a repository.",
      (project) => {
        const node = project.at("nodeVersion");
        if (/^(?:\d|1[0-9]|21|23)(?:\.|$)/.test(node.string() ?? "")) {
          return {
            ...fault(
              node,
              `${project.name} runs on Node.js ${node.string()}, which gets no security updates.`,
            ),
            fix: "Set nodeVersion to a version with long-term support, such as 24.x.",
          };
        }
        const repository = project.at("gitRepository");
        if (repository.at("type").string() !== "github" || !repository.at("repo").string()) {
          return fault(repository, `${project.name} is not connected to a GitHub repository.`);
        }
        const ignore = project.at("ignoreCommand");
        if (skipsEveryBuild(ignore.string() ?? "")) {
          return fault(ignore, `${project.name} ignores every change, so nothing is deployed.`);
        }
        const deployments = project.at("gitProviderOptions", "createDeployments");
        const assigned = project.at("autoAssignCustomDomains");
        if (assigned.boolean() === false) {
          return fault(
            assigned,
            `${project.name} does not give its domains to what is deployed, so visitors keep the old version.`,
          );
        }
        if (deployments.string() === "disabled" || deployments.boolean() === false) {
          return fault(deployments, `${project.name} makes no deployment of what is pushed.`);
        }
        const wrong =
          repositoryFault(stack, repository.at("repo"), context) ??
          branchFault(repository.at("productionBranch"), context) ??
          otherBranchFault(stack, repository.at("repo"), repository.at("productionBranch"));
        if (wrong !== undefined) {
          return wrong;
        }
        const root = project.at("rootDirectory");
        if (isAside(root.string() ?? "") && !context.isSupplied(root.string() ?? "")) {
          return fault(
            root,
            `${project.name} serves ${root.string()}, which is not for production by its name.`,
          );
        }
        return (
          Boolean(repository.at("productionBranch").string()) ||
          fault(repository.at("productionBranch"), `${project.name} has no production branch.`)
        );
      },
    ),
});

export const vercelCustomDomain = policy({
  name: "vercel-custom-domain",
  items: ["7.6", "7V.4"],
  title: "Every project at Vercel must answer on a domain of its own.",
  severity: "high",
  fix: "Declare a ProjectDomain of the project that is not under vercel.app and does not redirect.",
  url: "https://vercel.com/docs/domains",
  check: (stack) =>
    judgeProjects(stack, "No project at Vercel is declared, so none has a domain.", (project) => {
      const astray = domainsOf(stack, project, (domain) => leavesPlatform(stack, domain))[0];
      if (astray !== undefined) {
        return {
          found: `${astray.name} sends its visitors to ${astray.at("redirect").string()}, which is no domain of this stack.`,
        };
      }
      return domainsOf(stack, project, isCustom).length > 0 || `${project.name} has no domain of its own.`;
    }),
});

export const vercelProjectClosed = policy({
  name: "vercel-project-closed",
  items: ["2.9", "2.10"],
  title:
    "No project at Vercel may show its source or its files to everybody, or build a stranger's code with its variables.",
  severity: "critical",
  fix: "Set gitForkProtection to true, publicSource and directoryListing to false, and remove protectionBypassForAutomation and optionsAllowlist.",
  url: "https://vercel.com/docs/project-configuration/security-settings",
  check: (stack) =>
    judgeProjects(stack, "No project at Vercel is declared, so none protects its variables.", (project) => {
      const open = (["publicSource", "directoryListing"] as const).find(
        (property) => project.at(property).boolean() === true,
      );
      if (open !== undefined) {
        return fault(
          project.at(open),
          `${open} of ${project.name} shows to everybody what only the team may see.`,
        );
      }
      const automation = project.at().as<unknown>().at("protectionBypassForAutomation");
      if (automation.boolean() === true) {
        return fault(automation, `Whoever has its secret passes the protection of ${project.name}.`);
      }
      const paths = project.at("optionsAllowlist");
      if (paths.exists) {
        return fault(paths, `OPTIONS requests pass the protection of ${project.name}.`);
      }
      const forks = project.at("gitForkProtection");
      return (
        forks.boolean() !== false ||
        fault(forks, `${project.name} builds pull requests from forks with its variables, without asking.`)
      );
    }),
});

/** A platform without Vercel is not asked for a project there. */
function judgeProjects(
  stack: Stack,
  absent: string,
  test: (project: ResourceOf<ProjectArgs>) => Verdict,
): Finding[] {
  return asksOfVercel(stack) ? judgeEach(stack.ofType(vercel.project), absent, test) : [];
}

/** Whether it redirects to a host that is neither declared nor in the zone of one that is. Throws UnknownRead. */
function leavesPlatform(stack: Stack, domain: ResourceOf<ProjectDomainArgs>): boolean {
  const target = domain.at("redirect").string()?.toLowerCase() ?? "";
  const own = domains(stack).flatMap(({ name }) => known(() => name.string()?.toLowerCase()) ?? []);
  return target !== "" && !own.some((host) => host === target || baseOf(host) === baseOf(target));
}

/** The last two labels of a host name. */
const baseOf = (host: string): string => host.split(".").slice(-2).join(".");

/** Whether it serves visitors of production. */
function isCustom(domain: ResourceOf<ProjectDomainArgs>): boolean {
  const name = domain.at("domain").string() ?? "";
  const elsewhere = ["redirect", "gitBranch", "customEnvironmentId"] as const;
  return name !== "" && !name.endsWith(".vercel.app") && !elsewhere.some((key) => domain.at(key).exists);
}
