import type { ProjectDomainArgs } from "@pulumi/vercel";
import type { ResourceOf } from "../../framework/index.ts";

/**
 * Whether a domain redirects, or shows a branch or another environment than production. What another resource of the
 * stack gives is given, although it is not known before that resource exists. Throws UnknownRead.
 */
export function leadsElsewhere(domain: ResourceOf<ProjectDomainArgs>): boolean {
  return (["redirect", "gitBranch", "customEnvironmentId"] as const).some((key) => {
    const value = domain.at(key);
    return domain.sourcesOf(value).length > 0 || value.exists;
  });
}
