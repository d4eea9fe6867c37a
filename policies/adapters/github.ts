import type { Stack } from "../framework/index.ts";
import type { Adapter, SecretReaders } from "../model/adapter.ts";
import { judgePlain } from "../model/plain-places.ts";
import { github } from "../model/tokens.ts";
import { productionAccess, ruleWriters, writers, writtenFiles } from "./github/access.ts";
import { codeRepositories } from "./github/repositories.ts";
import { resourceTypes } from "./github/types.ts";

/** Repositories at GitHub, and who may do what in them. */
export const githubAdapter: Adapter = {
  secretReaders: plainVariables,
  packages: ["github"],
  types: resourceTypes,
  repositories: codeRepositories,
  writers,
  ruleWriters,
  writtenFiles,
  productionAccess,
};

/** GitHub shows variables of workflows to whoever may read the repository, and their logs show them too. */
function plainVariables(stack: Stack): SecretReaders[] {
  return stack
    .ofType(github.actionsVariable, github.environmentVariable, github.actionsOrganizationVariable)
    .map((resource) => ({
      resource,
      verdict: () =>
        judgePlain(
          resource.at("variableName").string() ?? "",
          resource.at("value"),
          "a variable of workflows shows it to whoever may read the repository",
          "Use a github.ActionsEnvironmentSecret in place of the variable.",
        ),
    }));
}
