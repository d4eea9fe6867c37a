import { elementsOf } from "../keys.ts";
import { hostOf } from "../records.ts";
import { type Existing, textOf } from "../resources.ts";
import type { Answers } from "./answers.ts";
import { domainType, projectType, serviceType } from "./parts.ts";

const databaseType = "supabase:index/project:Project";

/** What serves the platform. */
export interface Main {
  /** The project at Vercel that has the host of the site. */
  readonly web: Existing | undefined;
  /** The service at Render that has the host of the API. */
  readonly api: Existing | undefined;
  /** The only project at Supabase. */
  readonly database: Existing | undefined;
}

export function mainOf(existing: readonly Existing[], { web, api }: Answers): Main {
  const of = (type: string) => existing.filter((one) => one.type === type);
  const isAt = (host: string | undefined, given: string | undefined): boolean =>
    host !== undefined && given !== undefined && hostOf(given) === hostOf(host);
  const owners = of(domainType).filter(({ properties }) => isAt(web, textOf(properties, "domain")));
  const owning = new Set(owners.flatMap(({ properties }) => textOf(properties, "projectId") ?? []));
  const services = of(serviceType).filter(({ properties }) =>
    elementsOf(properties.customDomains).some((domain) => isAt(api, textOf(domain, "name"))),
  );
  return {
    web: onlyOne(of(projectType).filter(({ id }) => owning.has(id))),
    api: onlyOne(services),
    database: onlyOne(of(databaseType)),
  };
}

/** Names that what serves the platform has already. */
export function namesFrom({ web, api, database }: Main): Record<string, string> {
  const names = Object.entries({ web, api, database });
  return Object.fromEntries(
    names.flatMap(([part, one]) => {
      const name = one && textOf(one.properties, "name");
      return name !== undefined && isName(name) ? [[part, name]] : [];
    }),
  );
}

function isName(name: string): boolean {
  return name === name.trim() && /^[^\p{C}]{1,100}$/u.test(name);
}

/** The one, whoever tells of it; undefined for none and for several. */
function onlyOne(all: readonly Existing[]): Existing | undefined {
  return new Set(all.map(({ id }) => id)).size === 1 ? all.at(-1) : undefined;
}
