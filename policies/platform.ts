import {
  type Finding,
  fault,
  judge,
  judgeStack,
  known,
  policy,
  type Resource,
  type Stack,
  violation,
} from "./framework/index.ts";
import type { Location } from "./model/adapter.ts";
import { type Domain, domains, type HostRecord, isVendorsOwn, recordsFor } from "./model/domains.ts";
import { locations } from "./model/locations.ts";
import { delegations, leadsNowhere, shownOrigins, targetFault } from "./model/origins.ts";
import { areaOf, regionGroup } from "./model/regions.ts";
import { staticSites } from "./model/static-sites.ts";
import { hosts } from "./model/variables.ts";

export const hostingPlatform = policy({
  name: "hosting-platform",
  items: ["7.1"],
  title: "The stack must declare where the application is hosted.",
  severity: "high",
  fix: "Declare the project or service that runs the application.",
  check: (stack) =>
    hosts(stack).length + staticSites(stack).length > 0
      ? []
      : [violation("Nothing that runs the application is declared.")],
});

export const oneRegion = policy({
  name: "one-region",
  items: ["7.5"],
  title: "Functions, services and databases must each have a region, and one place that all of them are in.",
  severity: "medium",
  fix: "Choose the regions of one place for the hosts and the database.",
  url: "https://vercel.com/docs/regions",
  check: (stack) => {
    const located = locations(stack);
    if (located.length === 0) {
      return [violation("No function, service or database is declared, so no region is chosen.")];
    }
    return [
      ...located.map(({ resource, regions }) =>
        judge(resource, () => {
          const wrong = regions().find((region) => !/^[a-z][a-z0-9-]*$/i.test(region));
          if (wrong !== undefined)
            return `${resource.name} is in ${JSON.stringify(wrong)}, which is not a region.`;
          if (regions().length === 0) return `${resource.name} has no region.`;
          const far = regions().length > 1 && regions().find((region) => isFar(region, resource, located));
          return (
            !far ||
            `${resource.name} also runs in ${far}, and nothing that it asks is in that part of the world.`
          );
        }),
      ),
      ...inOnePlace(located),
    ];
  },
});

export const dnsRecords = policy({
  name: "dns-records",
  items: ["7.7"],
  title: "Every domain of a host must have a DNS record.",
  severity: "high",
  fix: "Declare a DNS record for the domain, such as a CNAME to the host's own name.",
  check: (stack) => {
    if (domains(stack).length === 0) {
      return [violation("No domain is declared at a host, so none has a DNS record.")];
    }
    const delegated = delegations(stack);
    const found = domains(stack).map((domain) =>
      judge(domain.resource, () => {
        const { name, redirect } = domain;
        const host = name.string()?.toLowerCase() ?? "";
        const records = isVendorsOwn(host) ? [] : recordsFor(stack)(host);
        if (records.length === 0) {
          return isVendorsOwn(host) || fault(name, `${host} has no DNS record in this stack.`);
        }
        const wrong = records
          .map((record) => targetFault(stack, record, domain))
          .find((it) => it !== undefined);
        return (
          wrong === undefined ||
          // A host that only redirects needs no machine behind it.
          (redirect?.exists === true && records.every(leadsNowhere)) || {
            found: `The record of ${host} ${wrong}.`,
            fix: "Lead the record to the host's own name, or to another name of the zone that leads there.",
          }
        );
      }),
    );
    return [...found, ...delegated];
  },
});

export const cdnEnabled = policy({
  name: "cdn-enabled",
  items: ["6.8", "7.8"],
  title: "Every domain of a host must be served through the CDN, and no record may show what is behind it.",
  severity: "medium",
  fix: "Serve the domain by a CDN.",
  url: "https://developers.cloudflare.com/dns/proxy-status/",
  check: (stack) => {
    const findings = [
      ...domains(stack).flatMap((domain) => throughCdn(stack, domain)),
      ...shownOrigins(stack),
    ];
    return findings.length > 0 ? findings : [violation("No domain of a host is served through a CDN.")];
  },
});

/**
 * A violation where no place is one of all that have known regions, whatever the unknown ones are. What is in several
 * regions has them beside that place, such as functions that also run in the country beside.
 */
function inOnePlace(located: readonly Location[]): Finding[] {
  const places = new Map<string, string>();
  let common: ReadonlySet<string> | undefined;
  const findings: Finding[] = [];
  for (const { resource, regions } of located) {
    const finding = judgeStack(() => {
      const groups = new Map(regions().map((region) => [regionGroup(region), region]));
      for (const [group, region] of groups) {
        places.set(group, places.get(group) ?? `${region} (${resource.name})`);
      }
      if (groups.size > 0) {
        common = common?.intersection(groups) ?? new Set(groups.keys());
      }
      return true;
    });
    if (finding.answer === "unknown") {
      findings.push(finding);
    }
  }
  const isApart = common?.size === 0;
  const apart = `The regions are in different places: ${[...places.values()].join(", ")}.`;
  return [...findings, judgeStack(() => !isApart || apart)];
}

/** Whether a region is in another part of the world than all that else is located, as far as that is known. */
function isFar(region: string, own: Resource, located: readonly Location[]): boolean {
  const area = areaOf(region);
  const others = located
    .filter(({ resource }) => resource !== own)
    .flatMap(({ regions }) => known(() => regions().map(areaOf)) ?? [undefined]);
  return (
    area !== undefined && others.length > 0 && others.every((other) => other !== undefined && other !== area)
  );
}

/** Judges the records of one domain; another policy judges whether there is one. */
function throughCdn(stack: Stack, { name, isCdn, resource }: Domain): Finding[] {
  let records: readonly HostRecord[] = [];
  const readable = judgeStack(() => {
    records = recordsFor(stack)(name.string()?.toLowerCase() ?? "");
    return true;
  });
  if (readable.answer === "unknown") {
    return [readable];
  }
  const proxies = records.flatMap((record) =>
    record.proxied === undefined || record.isOfItself?.() === true
      ? []
      : [{ resource: record.resource, proxied: record.proxied }],
  );
  if (proxies.length > 0) {
    return proxies.map((record) =>
      judge(
        record.resource,
        () =>
          record.proxied.boolean() === true ||
          fault(record.proxied, `The record ${record.resource.name} sends visitors past the CDN.`),
      ),
    );
  }
  if (isCdn) {
    return [{ answer: "holds" }];
  }
  return records.length === 0
    ? []
    : [
        judge(resource, () =>
          fault(name, `${name.string()} is not served through a CDN: its DNS leads to the host itself.`),
        ),
      ];
}
