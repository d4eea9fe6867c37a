import { every, policy } from "./framework/index.ts";
import { judgeRepositories, ofRepository } from "./model/repositories.ts";
import { github } from "./model/tokens.ts";

// Item 1.6: what GitHub watches a repository for.

const absent = "No repository is declared, so nothing watches it.";

export const secretScanning = policy({
  name: "secret-scanning",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub finds secrets in a repository, and refuses a push that holds one.",
  severity: "critical",
  fix: 'Set secretScanning and secretScanningPushProtection in securityAndAnalysis of the github.Repository to { status: "enabled" }.',
  url: "https://docs.github.com/en/code-security/secret-scanning/introduction/about-push-protection",
  check: (stack) =>
    judgeRepositories(stack, absent, ({ resource, label }) => {
      if (resource === undefined) {
        return `${label} is not declared, so nothing says whether it is scanned.`;
      }
      const scanning = resource.at("securityAndAnalysis");
      return (
        every(
          ["secretScanning", "secretScanningPushProtection"],
          (kind) => scanning.at(kind, "status").string() === "enabled",
        ) || `${label} is not scanned for secrets, or takes pushes that hold one.`
      );
    }),
});

export const dependencyAlerts = policy({
  name: "dependency-alerts",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub alerts to dependencies with known vulnerabilities.",
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
      return isOn || `Nothing alerts to vulnerable dependencies of ${repository.label}.`;
    }),
});

export const dependencyUpdates = policy({
  name: "dependency-updates",
  items: ["1.6"],
  scope: "delivery",
  title: "Dependencies with known vulnerabilities are updated by pull requests.",
  severity: "medium",
  fix: "Declare a github.RepositoryDependabotSecurityUpdates for the repository with enabled: true.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-security-updates/about-dependabot-security-updates",
  check: (stack) =>
    judgeRepositories(stack, absent, (repository) => {
      const updates = ofRepository(stack, repository, github.securityUpdates, (resource) => {
        return resource.at("enabled").boolean() === true;
      });
      return updates.length > 0 || `Vulnerable dependencies of ${repository.label} are not updated.`;
    }),
});

export const workflowsRestricted = policy({
  name: "workflows-restricted",
  items: ["1.6"],
  scope: "delivery",
  title: "Workflows use actions that are named and pinned, with a token that only reads by default.",
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
        `Workflows of ${repository.label} may use any action, or write by default.`
      );
    }),
});
