import * as pulumi from "@pulumi/pulumi";
import type { Project } from "@pulumi/vercel/project.js";
import { ProjectEnvironmentVariable } from "@pulumi/vercel/projectEnvironmentVariable.js";
import type { WebAppArgs, WebAppScope } from "./args.ts";

/** Sets the variables of production deployments. */
export function setVariables(
  scope: WebAppScope,
  { team, variables }: Pick<WebAppArgs, "team" | "variables">,
  project: Project,
): void {
  for (const { name, value, secret, comment } of variables) {
    new ProjectEnvironmentVariable(
      ...scope.named(
        "variable",
        name,
        {
          teamId: team,
          projectId: project.id,
          key: name,
          value: secret ? pulumi.secret(value) : value,
          comment,
          sensitive: secret,
          targets: ["production"],
        },
        // Vercel cannot make one sensitive that is there, and takes no second one of its name. What is built meanwhile
        // has none; what runs keeps its own.
        { deleteBeforeReplace: true },
      ),
    );
  }
}
