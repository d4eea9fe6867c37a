import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import type { RepositoryArgs } from "./repository/args.ts";
import { declareRepository } from "./repository/declare.ts";
import { createEnvironments } from "./repository/environments.ts";
import { createProvider } from "./repository/provider.ts";
import { protectBranches, protectReleaseTags } from "./repository/rulesets.ts";
import { restrictWorkflows, watchDependencies } from "./repository/security.ts";
import { givePermissions } from "./repository/teams.ts";
import { setVariables } from "./repository/variables.ts";
import { Scope } from "./scope.ts";

export type { RepositoryArgs } from "./repository/args.ts";

/**
 * The repository on GitHub and its rules (items 1.1 to 1.6): which checks must pass and who must approve before
 * a merge, what GitHub watches for, what workflows may do, and the environments that gate their deployments.
 *
 * The owner comes from the settings and the token from the environment, GITHUB_TOKEN. The token must be able to
 * administer the repository and to read the organization's teams. The file .github/CODEOWNERS is not a
 * resource: the rules that use it would reject the provider's own push. `codeOwners` is the line to put in it.
 */
export class Repository extends Component {
  /** Name of the repository, without its owner. */
  readonly name: pulumi.Output<string>;
  /** GitHub's number of the repository, which survives a rename. */
  readonly number: pulumi.Output<number>;
  /** Page of the repository. */
  readonly url: pulumi.Output<string>;
  /** The line of .github/CODEOWNERS that makes the owners owners of every file. */
  readonly codeOwners: string;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Repository", name, opts);
    const connection = new Scope(name, { parent: this }, args);
    const scope = connection.with({ provider: createProvider(connection, args.repository) });

    const repository = declareRepository(scope, args.repository);
    const permissions = givePermissions(scope, repository.name, args);
    protectBranches(scope, repository.name, args.repository);
    protectReleaseTags(scope, repository.name, args.repository);
    watchDependencies(scope, repository.name, args.repository.security);
    restrictWorkflows(scope, repository.name, args.repository.security);
    setVariables(scope, repository.name, args.variables);
    createEnvironments(scope, repository.name, args.environments, permissions);

    const { owner, owners } = args.repository;
    this.name = repository.name;
    this.number = repository.repoId;
    this.url = repository.htmlUrl;
    this.codeOwners = `* ${owners.map((team) => `@${owner}/${team}`).join(" ")}`;
    this.publish(scope);
  }
}
