import type { ActionsRepositoryOidcSubjectClaimCustomizationTemplateArgs } from "@pulumi/github";
import { type Fault, fault, type ResourceOf } from "../framework/index.ts";

/** Claims that say which repository a workflow is of, and those that say where it runs. */
const repositoryClaims: ReadonlySet<string> = new Set(["repo", "repository", "repository_id"]);
const placeClaims: ReadonlySet<string> = new Set([
  "context",
  "environment",
  "ref",
  "job_workflow_ref",
  "workflow_ref",
  "environment_node_id",
]);

/**
 * What a template takes out of the subject by which a cloud tells workflows apart: then any repository, or any branch,
 * gets the rights of production. Throws UnknownRead.
 */
export function subjectFault(
  template: ResourceOf<ActionsRepositoryOidcSubjectClaimCustomizationTemplateArgs>,
): Fault | undefined {
  if (template.at("useDefault").boolean() === true) return undefined;
  const claims = template.at("includeClaimKeys");
  const keys = claims.strings();
  const missing = !keys.some((key) => repositoryClaims.has(key))
    ? "the repository"
    : !keys.some((key) => placeClaims.has(key))
      ? "the environment or branch"
      : undefined;
  return missing === undefined
    ? undefined
    : fault(
        claims,
        `The identity of workflows by ${template.name} leaves out ${missing}, so what is granted to one is granted to others.`,
        "Let includeClaimKeys have repo or repository_id, and context, environment or ref; or set useDefault to true.",
      );
}
