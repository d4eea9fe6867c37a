import { Delivery } from "../components/delivery.ts";
import { workflowVariables } from "../components/repository/variables.ts";
import { Repository } from "../components/repository.ts";
import { loadDeliverySettings } from "../config/load.ts";

const settings = loadDeliverySettings();
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

export const repositoryUrl = repository.url;
/** What .github/CODEOWNERS has to say (item 1.5). */
export const codeOwners = repository.codeOwners;
export const productionStackUrl = delivery?.productionUrl;
