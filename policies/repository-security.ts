import { type Finding, policy, type Stack, type Verdict } from "./framework/index.ts";
import { judgeCodeRepositories } from "./model/code-repositories.ts";
import type { CodeRepository } from "./model/repository.ts";

// Item 1.6: what GitHub checks a repository for.

export const secretScanning = policy({
  name: "secret-scanning",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub must scan the repository for secrets, and reject a push that contains one.",
  severity: "critical",
  fix: 'Set secretScanning and secretScanningPushProtection in securityAndAnalysis of the github.Repository to { status: "enabled" }.',
  url: "https://docs.github.com/en/code-security/secret-scanning/introduction/about-push-protection",
  check: (stack) => judgeCode(stack, ({ scansSecrets }) => scansSecrets()),
});

export const dependencyAlerts = policy({
  name: "dependency-alerts",
  items: ["1.6"],
  scope: "delivery",
  title: "GitHub must alert to dependencies with known vulnerabilities.",
  severity: "critical",
  fix: "Declare a github.RepositoryVulnerabilityAlerts for the repository with enabled: true.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-alerts/about-dependabot-alerts",
  check: (stack) => judgeCode(stack, ({ alertsToDependencies }) => alertsToDependencies()),
});

export const dependencyUpdates = policy({
  name: "dependency-updates",
  items: ["1.6"],
  scope: "delivery",
  title: "Pull requests must update dependencies with known vulnerabilities.",
  severity: "medium",
  fix: "Declare a github.RepositoryDependabotSecurityUpdates for the repository with enabled: true, or a github.RepositoryFile renovate.json or .github/dependabot.yml.",
  url: "https://docs.github.com/en/code-security/dependabot/dependabot-security-updates/about-dependabot-security-updates",
  check: (stack) => judgeCode(stack, ({ updatesDependencies }) => updatesDependencies()),
});

export const workflowsRestricted = policy({
  name: "workflows-restricted",
  items: ["1.5", "1.6"],
  scope: "delivery",
  title:
    "Workflows must use only allowed and pinned actions, with a token that is read-only by default and approves nothing.",
  severity: "high",
  fix: "Declare a github.ActionsRepositoryPermissions with allowedActions selected, patterns that name an owner and shaPinningRequired true, and a github.WorkflowRepositoryPermissions with defaultWorkflowPermissions read and canApprovePullRequestReviews false.",
  url: "https://docs.github.com/en/actions/reference/security/secure-use",
  check: (stack) => judgeCode(stack, ({ restrictsWorkflows }) => restrictsWorkflows()),
});

function judgeCode(stack: Stack, test: (repository: CodeRepository) => Verdict): Finding[] {
  return judgeCodeRepositories(stack, "No repository is declared, so none is checked.", test);
}
