import type { ActionsRepositoryPermissionsArgs, WorkflowRepositoryPermissionsArgs } from "@pulumi/github";
import { every, fault, policy, type ResourceOf, some, type Verdict } from "./framework/index.ts";
import { judgeRepositories, ofRepository } from "./model/repositories.ts";
import { github } from "./model/tokens.ts";

// Item 1.6: what GitHub checks a repository for.

const absent = "No repository is declared, so none is checked.";

export const secretScanning = policy({
  name: "secret-scanning",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub must scan the repository for secrets, and reject a push that contains one.",
  severity: "critical",
  fix: 'Set secretScanning and secretScanningPushProtection in securityAndAnalysis of the github.Repository to { status: "enabled" }.',
  url: "https://docs.github.com/en/code-security/secret-scanning/introduction/about-push-protection",
  check: (stack) =>
    judgeRepositories(stack, absent, ({ resource, label }) => {
      if (resource === undefined) {
        return `${label} is not declared, so whether it is scanned is not known.`;
      }
      const scanning = resource.at("securityAndAnalysis");
      return (
        every(
          ["secretScanning", "secretScanningPushProtection"] as const,
          (kind) => scanning.at(kind, "status").string() === "enabled",
        ) || fault(scanning, `${label} is not scanned for secrets, or accepts pushes that contain one.`)
      );
    }),
});

export const dependencyAlerts = policy({
  name: "dependency-alerts",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub must alert to dependencies with known vulnerabilities.",
  severity: "critical",
  fix: "Declare a github.RepositoryVulnerabilityAlerts for the repository with enabled: true.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-alerts/about-dependabot-alerts",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const alerts = ofRepository(stack, repository, github.vulnerabilityAlerts);
      const isOn =
        alerts.length > 0
          ? // On by default.
            every(alerts, (resource) => resource.at("enabled").boolean() !== false)
          : repository.resource?.at("vulnerabilityAlerts").boolean() === true;
      return isOn || `Alerts to vulnerable dependencies of ${repository.label} are off.`;
    }),
});

export const dependencyUpdates = policy({
  name: "dependency-updates",
  items: ["1.6"],
  scope: "delivery",
  title: "Pull requests must update dependencies with known vulnerabilities.",
  severity: "medium",
  fix: "Declare a github.RepositoryDependabotSecurityUpdates for the repository with enabled: true, or a github.RepositoryFile renovate.json or .github/dependabot.yml.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-security-updates/about-dependabot-security-updates",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const updates = ofRepository(stack, repository, github.securityUpdates, (resource) => {
        return resource.at("enabled").boolean() === true;
      });
      const isRenovate = () =>
        some(ofRepository(stack, repository, github.file), (file) =>
          renovate.test(file.at("file").string() ?? ""),
        );
      return (
        updates.length > 0 ||
        isRenovate() ||
        `Security updates of the dependencies of ${repository.label} are off.`
      );
    }),
});

/** Files by which Renovate or Dependabot is told what to update. */
const renovate =
  /^(?:(?:\.github\/|\.gitlab\/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)|\.github\/dependabot\.ya?ml)$/;

export const workflowsRestricted = policy({
  name: "workflows-restricted",
  items: ["1.5", "1.6"],
  scope: "delivery",
  title:
    "Workflows must use only allowed and pinned actions, with a token that is read-only by default and approves nothing.",
  severity: "high",
  fix: "Declare a github.ActionsRepositoryPermissions with allowedActions selected, patterns that name an owner and shaPinningRequired true, and a github.WorkflowRepositoryPermissions with defaultWorkflowPermissions read and canApprovePullRequestReviews false.",
  url: "https://docs.github.com/en/actions/reference/security/secure-use",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const permissions = ofRepository(stack, repository, github.actionsPermissions);
      const tokens = ofRepository(stack, repository, github.workflowPermissions);
      const { label } = repository;
      if (permissions.length === 0 || tokens.length === 0) {
        return `Workflows of ${label} may use any action, or have a token that may write: nothing limits them.`;
      }
      const verdicts = [
        ...permissions.map((resource) => judgeActions(resource, label)),
        ...tokens.map((resource) => judgeToken(resource, label)),
        ...stack
          .ofType(github.organizationWorkflowPermissions)
          .map((resource) => judgeToken(resource, "the organization")),
        ...stack.ofType(github.runnerGroup).map((group) => {
          const open = group.at("allowsPublicRepositories");
          return (
            open.boolean() !== true ||
            fault(open, `Pull requests from forks may run on the machines of ${group.name}.`)
          );
        }),
      ];
      return verdicts.find((verdict) => verdict !== true) ?? true;
    }),
});

function judgeActions(permissions: ResourceOf<ActionsRepositoryPermissionsArgs>, label: string): Verdict {
  if (permissions.at("enabled").boolean() === false) {
    return true;
  }
  const allowed = permissions.at("allowedActions");
  if (allowed.exists && !["all", "local_only", "selected"].includes(allowed.string() ?? "")) {
    return fault(allowed, `GitHub knows no allowed actions such as ${JSON.stringify(allowed.string())}.`);
  }
  if ((allowed.string() ?? "all") === "all") {
    return fault(allowed, `Workflows of ${label} may use any action.`);
  }
  const patterns = permissions.at("allowedActionsConfig", "patternsAlloweds").items();
  const open = patterns.find((pattern) => !/^[\w.-]+\//.test(pattern.string() ?? ""));
  if (open !== undefined) {
    return fault(open, `Workflows of ${label} may use any action that matches ${open.string()}.`);
  }
  const pinning = permissions.at("shaPinningRequired");
  return pinning.boolean() === true || fault(pinning, `Workflows of ${label} need not pin actions.`);
}

function judgeToken(permissions: ResourceOf<TokenPermissions>, label: string): Verdict {
  const level = permissions.at("defaultWorkflowPermissions");
  if (level.string() !== "read") {
    return fault(level, `Workflows of ${label} have a token that may write by default.`);
  }
  const approving = permissions.at("canApprovePullRequestReviews");
  return approving.boolean() !== true || fault(approving, `Workflows of ${label} may approve pull requests.`);
}

type TokenPermissions = Pick<
  WorkflowRepositoryPermissionsArgs,
  "defaultWorkflowPermissions" | "canApprovePullRequestReviews"
>;
