import type { Project } from "@pulumi/vercel/project.js";
import { ProjectDomain } from "@pulumi/vercel/projectDomain.js";
import type { WebAppArgs, WebAppScope } from "./args.ts";

/** Attaches the host of the application, and the one that redirects to it. */
export function attachDomains(
  scope: WebAppScope,
  { team, domains: { web, redirect } }: Pick<WebAppArgs, "team" | "domains">,
  project: Project,
): void {
  const shared = { teamId: team, projectId: project.id };
  const domain = new ProjectDomain(...scope.child("domain", { ...shared, domain: web }));
  if (redirect === undefined) return;
  new ProjectDomain(
    ...scope.child(
      "redirect",
      { ...shared, domain: redirect, redirect: web, redirectStatusCode: 308 },
      // Vercel redirects only to a domain that the project already has.
      { dependsOn: domain },
    ),
  );
}
