import { TeamRepository } from "@pulumi/github/teamRepository.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryName, RepositoryScope } from "./args.ts";

/**
 * Lets the owners push, which GitHub requires of code owners, and the other reviewers of deployments read,
 * which it requires of reviewers. This only adds permissions; everyone else keeps theirs.
 */
export function givePermissions(
  scope: RepositoryScope,
  repository: RepositoryName,
  { repository: { owners }, environments }: Pick<DeliverySettings, "repository" | "environments">,
): TeamRepository[] {
  const reviewers = Object.values(environments).flatMap(({ reviewers }) => reviewers);
  const readers = new Set(reviewers.filter((team) => !owners.includes(team)));
  const rights = [
    ...owners.map((team) => ({ team, permission: "push" })),
    ...[...readers].map((team) => ({ team, permission: "pull" })),
  ];
  return rights.map(
    ({ team, permission }) =>
      new TeamRepository(...scope.named("team", `team-${team}`, { repository, teamId: team, permission })),
  );
}
