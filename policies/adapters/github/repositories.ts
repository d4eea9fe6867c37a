import type { ActionsRepositoryPermissionsArgs, WorkflowRepositoryPermissionsArgs } from "@pulumi/github";
import { every, fault, type ResourceOf, type Stack, some, type Verdict } from "../../framework/index.ts";
import { ofRepository, type Repository, repositories } from "../../model/repositories.ts";
import type { CodeRepository } from "../../model/repository.ts";
import { github } from "../../model/tokens.ts";
import { skipsTls } from "../../values/tls-switches.ts";
import { environmentsOf, reviewsProduction } from "./environments.ts";

/** Files by which Renovate or Dependabot is told what to update. */
const renovate =
  /^(?:(?:\.github\/|\.gitlab\/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)|\.github\/dependabot\.ya?ml)$/;

function judgeActions(permissions: ResourceOf<ActionsRepositoryPermissionsArgs>, label: string): Verdict {
  if (permissions.at("enabled").boolean() === false) {
    return true;
  }
  const allowed = permissions.at("allowedActions");
  if (allowed.exists && !["all", "local_only", "selected"].includes(allowed.string() ?? "")) {
    return fault(allowed, `GitHub has no allowed actions such as ${JSON.stringify(allowed.string())}.`);
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

/** Repositories at GitHub that the stack is responsible for. */
export const codeRepositories = (stack: Stack): CodeRepository[] =>
  repositories(stack).map((repository) => ({
    resource: repository.resource,
    scansSecrets: () => judgeScanning(repository),
    alertsToDependencies: () => judgeAlerts(stack, repository),
    updatesDependencies: () => judgeUpdates(stack, repository),
    restrictsWorkflows: () => judgeWorkflows(stack, repository),
    reviewsProduction: () => reviewsProduction(stack, repository),
    environments: environmentsOf(stack, repository),
  }));

function judgeScanning({ resource, label }: Repository): Verdict {
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
}

function judgeAlerts(stack: Stack, repository: Repository): Verdict {
  const alerts = ofRepository(stack, repository, github.vulnerabilityAlerts);
  const older = repository.resource?.at("vulnerabilityAlerts");
  if (alerts.length > 0 && older?.boolean() === false) {
    return fault(
      older,
      `${repository.label} switches alerts to vulnerable dependencies off by itself, whatever else switches on.`,
    );
  }
  const isOn =
    alerts.length > 0
      ? // On by default.
        every(alerts, (resource) => resource.at("enabled").boolean() !== false)
      : older?.boolean() === true;
  return isOn || `Alerts to vulnerable dependencies of ${repository.label} are off.`;
}

function judgeUpdates(stack: Stack, repository: Repository): Verdict {
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
}

function judgeWorkflows(stack: Stack, repository: Repository): Verdict {
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
    ...stack
      .ofType(github.actionsVariable, github.environmentVariable, github.actionsOrganizationVariable)
      .map((variable) => {
        const [name, value] = [variable.at("variableName").string() ?? "", variable.at("value")];
        return (
          !skipsTls(name, value.string() ?? "") ||
          fault(
            value,
            `Workflows have ${name}, by which they do not verify certificates.`,
            `Remove the variable ${name} of the workflows.`,
          )
        );
      }),
    ...stack.ofType(github.runnerGroup).map((group) => {
      const open = group.at("allowsPublicRepositories");
      return (
        open.boolean() !== true ||
        fault(open, `Pull requests from forks may run on the machines of ${group.name}.`)
      );
    }),
  ];
  return verdicts.find((verdict) => verdict !== true) ?? true;
}
