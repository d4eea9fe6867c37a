import { judge, policy } from "./framework/index.ts";
import { codeRepositories } from "./model/facts.ts";

// Item 1.5, beside production itself, which is in delivery.ts: what else holds credentials at GitHub.

export const environmentsLimited = policy({
  name: "deployment-environments-limited",
  items: ["1.5"],
  scope: "delivery",
  title:
    "Only branches and tags that rules guard may run with the credentials of an environment, and a release must be approved.",
  severity: "high",
  fix: "Give the github.RepositoryEnvironment a deploymentBranchPolicy with customBranchPolicies true, and a github.RepositoryEnvironmentDeploymentPolicy for each branch; one for releases also reviewers and preventSelfReview.",
  url: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  check: (stack) =>
    codeRepositories(stack).flatMap(({ environments }) =>
      environments.map(({ resource, isLimited }) => judge(resource, isLimited)),
    ),
});
