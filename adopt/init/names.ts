import { type Existing, textOf } from "../resources.ts";
import type { Answers } from "./questions.ts";

const projectType = "vercel:index/project:Project";
const domainType = "vercel:index/projectDomain:ProjectDomain";
const serviceType = "render:index/webService:WebService";
const databaseType = "supabase:index/project:Project";

/**
 * Names that what serves the platform has already: the project at Vercel that has the host of the site, the
 * service at Render that has the host of the API, and the only project at Supabase.
 */
export function namesFrom(existing: readonly Existing[], { web, api }: Answers): Record<string, string> {
  const of = (type: string) => existing.filter((one) => one.type === type);
  const owner = of(domainType).find(({ properties }) => textOf(properties, "domain") === web);
  const project = of(projectType).find(({ id }) => owner && id === textOf(owner.properties, "projectId"));
  const service = of(serviceType).find(({ properties }) => hasDomain(properties.customDomains, api));
  const databases = of(databaseType);
  const names = {
    web: project && textOf(project.properties, "name"),
    api: service && textOf(service.properties, "name"),
    database: databases.length === 1 ? databases[0] && textOf(databases[0].properties, "name") : undefined,
  };
  return Object.fromEntries(
    Object.entries(names).flatMap(([part, name]) =>
      name !== undefined && /^[A-Za-z0-9][\w-]{0,59}$/.test(name) ? [[part, name]] : [],
    ),
  );
}

function hasDomain(domains: unknown, host: string | undefined): boolean {
  return (
    Array.isArray(domains) &&
    domains.some(
      (domain) => typeof domain === "object" && domain !== null && textOf({ ...domain }, "name") === host,
    )
  );
}
