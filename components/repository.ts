import * as pulumi from "@pulumi/pulumi";
import type { DeliverySettings } from "../config/delivery.ts";
import { declareRepository } from "./repository/declare.ts";
import { createEnvironments } from "./repository/environments.ts";
import { createProvider } from "./repository/provider.ts";
import { protectBranches, protectReleaseTags } from "./repository/rulesets.ts";
import type { RepositoryScope } from "./repository/scope.ts";
import { restrictWorkflows, watchDependencies } from "./repository/security.ts";
import { givePermissions } from "./repository/teams.ts";
import { setVariables } from "./repository/variables.ts";

export interface RepositoryArgs {
  repository: DeliverySettings["repository"];
  environments: DeliverySettings["environments"];
  /** Variables that the workflows read, by name; none of them is a secret. */
  variables: Readonly<Record<string, string>>;
}

/**
 * The repository on GitHub and its rules (items 1.1 to 1.6): what must pass and who must approve before a
 * merge, what GitHub watches for, what workflows may do, and the environments that gate their deployments.
 *
 * The owner comes from the settings and the token from the environment, GITHUB_TOKEN. It administers the
 * repository and reads the organisation's teams. The file .github/CODEOWNERS is no resource: the rules that it
 * serves would refuse the provider's own push. `codeOwners` is what the file has to say.
 */
export class Repository extends pulumi.ComponentResource {
  /** Name of the repository, without its owner. */
  readonly name: pulumi.Output<string>;
  /** GitHub's number of the repository, which stays when it gets another name. */
  readonly number: pulumi.Output<number>;
  /** Page of the repository. */
  readonly url: pulumi.Output<string>;
  /** Line of .github/CODEOWNERS that gives everything to the owners. */
  readonly codeOwners: string;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Repository", name, {}, opts);

    const { owner, owners } = args.repository;
    const provider = createProvider(name, owner, { parent: this });
    const repository = declareRepository(name, args.repository, { parent: this, provider });
    const scope: RepositoryScope = {
      name,
      repository: repository.name,
      options: { parent: this, provider },
    };

    const permissions = givePermissions(scope, args);
    protectBranches(scope, args.repository);
    protectReleaseTags(scope, args.repository);
    watchDependencies(scope, args.repository.security);
    restrictWorkflows(scope, args.repository.security);
    setVariables(scope, args.variables);
    createEnvironments(scope, args.environments, permissions);

    this.name = repository.name;
    this.number = repository.repoId;
    this.url = repository.htmlUrl;
    this.codeOwners = `* ${owners.map((team) => `@${owner}/${team}`).join(" ")}`;
    this.registerOutputs({
      name: this.name,
      number: this.number,
      url: this.url,
      codeOwners: this.codeOwners,
    });
  }
}
