import { judge, policy } from "./framework/index.ts";
import { productionRights, writers, writtenFiles } from "./model/facts.ts";
import { judgeUnread } from "./model/unread.ts";
import { webhooks } from "./model/webhooks.ts";

// Item 1.5: ways around reviews and approvals that are not among the rules of a branch.

export const repositoryWriters = policy({
  name: "repository-writers",
  items: ["1.5"],
  scope: "delivery",
  title: "Nobody may have a key or a role by which code or rules change without review.",
  severity: "critical",
  fix: "Set readOnly of the deploy key to true; name an owner who is meant in the setting organizationOwners, or remove the role; let defaultRepositoryPermission be read or none.",
  url: "https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys",
  check: (stack) => [
    ...writers(stack).map(({ resource, isHarmless }) => judge(resource, isHarmless)),
    ...judgeUnread(stack, "code"),
  ],
});

export const productionAccess = policy({
  name: "production-access",
  items: ["1.5"],
  scope: "delivery",
  title: "Only workflows and teams that push no code may change production, and no token may administer it.",
  severity: "critical",
  fix: "Give the team read (101), remove the token or let admin be false, and let every rule of an issuer name a repository and an environment or branch.",
  url: "https://www.pulumi.com/docs/administration/access-identity/teams/",
  check: (stack) => [
    ...productionRights(stack).map(({ resource, isHarmless }) => judge(resource, isHarmless)),
    ...judgeUnread(stack, "production"),
  ],
});

export const repositoryFilesReviewed = policy({
  name: "repository-files-reviewed",
  items: ["1.5"],
  scope: "delivery",
  title: "No resource may write workflows, owners or code into the repository, which a pull request must do.",
  severity: "high",
  fix: "Remove the github.RepositoryFile, and change the file by a pull request.",
  url: "https://docs.github.com/en/actions/reference/security/secure-use",
  check: (stack) => writtenFiles(stack).map(({ resource, isHarmless }) => judge(resource, isHarmless)),
});

export const webhooksVerified = policy({
  name: "webhooks-verified",
  items: ["2.9"],
  scope: "any",
  title: "Every webhook must be sent by https to a verified server, signed with a secret.",
  severity: "high",
  fix: "Let the URL begin with https, set a generated secret, and remove insecureSsl.",
  url: "https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks",
  check: webhooks,
});
