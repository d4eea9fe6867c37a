import type { AliasArgs, DeploymentArgs, ProjectArgs, ProjectDomainArgs } from "@pulumi/vercel";
import { fault, type ResourceOf, type Stack, type Verdict } from "../../framework/index.ts";
import { ownedBy } from "../../model/links.ts";
import type { SectionHost, SectionUse } from "../../model/section-host.ts";
import { vercel } from "../../model/tokens.ts";
import { skipsEveryBuild } from "../../values/shell.ts";
import { leadsElsewhere } from "./domains.ts";

/** Whether it serves visitors of production. */
function isCustom(domain: ResourceOf<ProjectDomainArgs>): boolean {
  const name = domain.at("domain").string() ?? "";
  return name !== "" && !name.endsWith(".vercel.app") && !leadsElsewhere(domain);
}

const domainsOf = ownedBy([vercel.domain], "projectId");

/** What section 7V asks of projects. */
export function section(stack: Stack): SectionUse {
  const { dnsRecord: _, ...others } = vercel;
  return {
    id: "7V",
    isUsed: stack.ofType(...Object.values(others)).length > 0,
    hosts: stack.ofType(vercel.project).map((project) => toSectionHost(stack, project)),
    besides: [
      ...stack
        .ofType(vercel.deployment)
        .map((resource) => ({ resource, verdict: () => judgeDeployment(stack, resource) })),
      ...stack.ofType(vercel.alias).map((resource) => ({
        resource,
        verdict: (isPlatforms: (host: string) => boolean) => judgeAlias(resource, isPlatforms),
      })),
    ],
  };
}

function toSectionHost(stack: Stack, project: ResourceOf<ProjectArgs>): SectionHost {
  const repository = project.at("gitRepository");
  return {
    resource: project,
    serves: () => judgeServing(project),
    sources: () => [{ repository: repository.at("repo"), branch: repository.at("productionBranch") }],
    folders: [project.at("rootDirectory"), project.at("outputDirectory")],
    declares: () =>
      Boolean(repository.at("productionBranch").string()) ||
      fault(repository.at("productionBranch"), `${project.name} has no production branch.`),
    ownDomain: (isPlatforms) => judgeDomains(stack, project, isPlatforms),
    closed: () => judgeClosed(project),
    hidesPreviews: () => judgePreviews(stack, project),
    keeps: (days) => judgeRetention(stack, project, days),
  };
}

/** What a program deploys by itself went through no pull request, unless it is a commit of the repository. */
function judgeDeployment(stack: Stack, deployment: ResourceOf<DeploymentArgs>): Verdict {
  const isLive = deployment.at("production");
  if (isLive.boolean() !== true) return true;
  const ref = deployment.at("ref");
  const name = ref.string() ?? "";
  if (name === "") {
    return fault(
      isLive,
      `${deployment.name} deploys files to production that are in no branch of the repository.`,
    );
  }
  const branches = stack
    .ofType(vercel.project)
    .filter((project) => deployment.refersTo(project, "projectId"))
    .map((project) => project.at("gitRepository", "productionBranch").string() ?? "main");
  return (
    /^[0-9a-f]{7,40}$/i.test(name) ||
    branches.length === 0 ||
    branches.includes(name.replace(/^refs\/heads\//, "")) ||
    fault(ref, `${deployment.name} deploys ${name} to production, which is not the branch of production.`)
  );
}

/** A name that is tied to one deployment keeps showing it. */
function judgeAlias(alias: ResourceOf<AliasArgs>, isPlatforms: (host: string) => boolean): Verdict {
  const name = alias.at("alias");
  return (
    !isPlatforms(name.string()?.toLowerCase() ?? "") ||
    fault(name, `${alias.name} ties ${name.string()} to one deployment, so visitors never see the next.`)
  );
}

function judgeServing(project: ResourceOf<ProjectArgs>): Verdict {
  const node = project.at("nodeVersion");
  if (/^(?:\d|1[0-9]|21|23)(?:\.|$)/.test(node.string() ?? "")) {
    return fault(
      node,
      `${project.name} runs on Node.js ${node.string()}, which gets no security updates.`,
      "Set nodeVersion to a version with long-term support, such as 24.x.",
    );
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
  if (deployments.string() === "disabled" || deployments.boolean() === false) {
    return fault(deployments, `${project.name} makes no deployment of what is pushed.`);
  }
  return true;
}

function judgeDomains(
  stack: Stack,
  project: ResourceOf<ProjectArgs>,
  isPlatforms: (host: string) => boolean,
): Verdict {
  const astray = domainsOf(stack, project, (domain) => leavesPlatform(domain, isPlatforms))[0];
  if (astray !== undefined) {
    return {
      found: `${astray.name} sends its visitors to ${astray.at("redirect").string()}, which is not a domain of this stack.`,
    };
  }
  return domainsOf(stack, project, isCustom).length > 0 || `${project.name} has no domain of its own.`;
}

const retentionsOf = ownedBy([vercel.retention], "projectId");

const lengths: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 };

/** Without a resource that says otherwise, Vercel keeps what served production. Throws UnknownRead. */
function judgeRetention(stack: Stack, project: ResourceOf<ProjectArgs>, days: number): Verdict {
  for (const retention of retentionsOf(stack, project)) {
    const at = retention.at("expirationProduction");
    const text = at.string() ?? "unlimited";
    const [, count = "", unit = ""] = /^(\d+)([dwmy])$/.exec(text) ?? [];
    const kept = text === "unlimited" ? Number.POSITIVE_INFINITY : Number(count) * (lengths[unit] ?? 0);
    if (kept < days) {
      return fault(
        at,
        `${retention.name} keeps what served production for ${JSON.stringify(text)}, after which nothing can be rolled back to it.`,
      );
    }
  }
  return true;
}

const exceptionsOf = ownedBy([vercel.protectionException], "projectId");
const bypassesOf = ownedBy([vercel.protectionBypass], "projectId");

/** What lets visitors past the sign-in of previews. Throws UnknownRead. */
function judgePreviews(stack: Stack, project: ResourceOf<ProjectArgs>): Verdict {
  const [exception] = exceptionsOf(stack, project);
  if (exception !== undefined) {
    return fault(
      exception.at("projectId"),
      `${exception.name} lets visitors past the protection of previews of ${project.name}.`,
      "Remove the resource, or waive this policy for the project.",
    );
  }
  // Tests that know a secret may pass. Vercel makes it up; one of the program's own is known to whoever reads that.
  const shown = bypassesOf(stack, project)
    .map((bypass) => bypass.at("secret"))
    .find((secret) => secret.exists && !secret.isUnknown && secret.isSecret === false);
  if (shown !== undefined) {
    return fault(
      shown,
      `${shown.resource.name} lets past the protection of previews of ${project.name} whoever has a secret that the program shows.`,
      "Leave secret out, so that Vercel makes one up.",
    );
  }
  const type = project.at("vercelAuthentication", "deploymentType");
  const others = ["passwordProtection", "trustedIps"] as const;
  return (
    type.string() !== "none" ||
    others.some((key) => !/^(?:none|)$/.test(project.at(key, "deploymentType").string() ?? "")) ||
    fault(type, `Previews of ${project.name} are open to everybody.`)
  );
}

/** What projects had before version 4 of the provider. */
interface OlderProjectArgs {
  protectionBypassForAutomation?: boolean;
}

function judgeClosed(project: ResourceOf<ProjectArgs>): Verdict {
  const open = (["publicSource", "directoryListing"] as const).find(
    (property) => project.at(property).boolean() === true,
  );
  if (open !== undefined) {
    return fault(
      project.at(open),
      `${open} of ${project.name} shows to everybody what only the team may see.`,
    );
  }
  const automation = project.at().as<unknown>().as<OlderProjectArgs>().at("protectionBypassForAutomation");
  if (automation.boolean() === true) {
    return fault(
      automation,
      `Whoever has its secret passes the protection of ${project.name}.`,
      "Remove it, and declare a vercel.ProjectProtectionBypass without a secret where tests have to pass.",
    );
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
}

/** Whether it redirects to a host that is not of the platform. Throws UnknownRead. */
function leavesPlatform(
  domain: ResourceOf<ProjectDomainArgs>,
  isPlatforms: (host: string) => boolean,
): boolean {
  const target = domain.at("redirect").string()?.toLowerCase() ?? "";
  return target !== "" && !isPlatforms(target);
}
