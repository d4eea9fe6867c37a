import type { Adapter } from "../model/adapter.ts";
import { productionAccess, ruleWriters, writers, writtenFiles } from "./github/access.ts";
import { codeRepositories } from "./github/repositories.ts";

/** Repositories at GitHub, and who may do what in them. */
export const githubAdapter: Adapter = {
  packages: ["github"],
  repositories: codeRepositories,
  writers,
  ruleWriters,
  writtenFiles,
  productionAccess,
};
