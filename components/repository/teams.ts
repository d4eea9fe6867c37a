import { TeamRepository } from "@pulumi/github/teamRepository.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryScope } from "./scope.ts";

/**
 * Lets the owners push branches, which GitHub asks of code owners, and the other reviewers of deployments
 * read, which it asks of reviewers. Whoever else has rights keeps them: this adds, and takes none away.
 */
export function givePermissions(
  { name, repository, options }: RepositoryScope,
  { repository: { owners }, environments }: Pick<DeliverySettings, "repository" | "environments">,
): TeamRepository[] {
  const reviewers = [environments.staging, environments.production].flatMap(({ reviewers }) => reviewers);
  const readers = new Set(reviewers.filter((team) => !owners.includes(team)));
  const rights = [
    ...owners.map((team) => ({ team, permission: "push" })),
    ...[...readers].map((team) => ({ team, permission: "pull" })),
  ];
  return rights.map(
    ({ team, permission }) =>
      new TeamRepository(`${name}-team-${team}`, { repository, teamId: team, permission }, options),
  );
}
