import { Delivery } from "../components/delivery.ts";
import { workflowVariables } from "../components/repository/variables.ts";
import { Repository } from "../components/repository.ts";
import type { DeliverySettings } from "../config/delivery.ts";

/**
 * Declares the repository, its rules and what deploys the platform.
 *
 * @returns the outputs of the stack
 */
export function deliver(settings: DeliverySettings) {
  const { pulumiCloud } = settings;

  const repository = new Repository("repository", {
    repository: settings.repository,
    environments: settings.environments,
    variables: workflowVariables(settings),
  });

  const delivery =
    pulumiCloud &&
    new Delivery("delivery", {
      pulumiCloud,
      repository: {
        owner: settings.repository.owner,
        name: repository.name,
        id: repository.number,
        defaultBranch: settings.repository.defaultBranch,
      },
    });

  return {
    repositoryUrl: repository.url,
    /** What .github/CODEOWNERS has to say (item 1.5). */
    codeOwners: repository.codeOwners,
    productionStackUrl: delivery?.productionUrl,
  };
}
