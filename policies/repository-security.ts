import { every, fault, policy } from "./framework/index.ts";
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
  fix: "Declare a github.RepositoryDependabotSecurityUpdates for the repository with enabled: true.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-security-updates/about-dependabot-security-updates",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const updates = ofRepository(stack, repository, github.securityUpdates, (resource) => {
        return resource.at("enabled").boolean() === true;
      });
      return updates.length > 0 || `Security updates of the dependencies of ${repository.label} are off.`;
    }),
});

export const workflowsRestricted = policy({
  name: "workflows-restricted",
  items: ["1.6"],
  scope: "delivery",
  title: "Workflows must use only allowed and pinned actions, with a token that is read-only by default.",
  severity: "medium",
  level: "advisory",
  fix: "Declare a github.ActionsRepositoryPermissions with allowedActions selected and shaPinningRequired true, and a github.WorkflowRepositoryPermissions with defaultWorkflowPermissions read.",
  url: "https://docs.github.com/en/actions/reference/security/secure-use",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const named = ofRepository(stack, repository, github.actionsPermissions, (resource) => {
        const isOff = resource.at("enabled").boolean() === false;
        const allowed = resource.at("allowedActions").string() ?? "all";
        return isOff || (allowed !== "all" && resource.at("shaPinningRequired").boolean() === true);
      });
      const reading = ofRepository(stack, repository, github.workflowPermissions, (resource) => {
        return resource.at("defaultWorkflowPermissions").string() === "read";
      });
      return (
        (named.length > 0 && reading.length > 0) ||
        `Workflows of ${repository.label} may use any action, or have a token that may write by default.`
      );
    }),
});
