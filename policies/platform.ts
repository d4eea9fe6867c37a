import type { DnsRecordArgs } from "@pulumi/cloudflare";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  judgeStack,
  policy,
  type Resource,
  type ResourceOf,
  type Stack,
  violation,
} from "./framework/index.ts";
import { domains, recordsFor } from "./model/domains.ts";
import { shownOrigins, targetFault } from "./model/origins.ts";
import { regionGroup } from "./model/regions.ts";
import { cloudflare, render, supabase, vercel } from "./model/tokens.ts";

export const hostingPlatform = policy({
  name: "hosting-platform",
  items: ["7.1"],
  title: "The stack must declare where the application is hosted.",
  severity: "high",
  fix: "Declare a project at Vercel or a service at Render.",
  check: (stack) =>
    stack.ofType(vercel.project, render.webService, render.staticSite).length > 0
      ? []
      : [violation("No project at Vercel and no service at Render is declared.")],
});

export const oneRegion = policy({
  name: "one-region",
  items: ["7.5"],
  title: "Functions, services and databases must each have a region, all in one place.",
  severity: "medium",
  fix: "Choose the regions of one place, such as fra1 at Vercel, frankfurt at Render and eu-central-1 at Supabase.",
  url: "https://vercel.com/docs/regions",
  check: (stack) => {
    const located = locations(stack);
    if (located.length === 0) {
      return [violation("No function, service or database is declared, so no region is chosen.")];
    }
    return [
      ...located.map(({ resource, regions }) =>
        judge(resource, () => regions().length > 0 || `${resource.name} has no region.`),
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
    return domains(stack).map(({ resource, name, redirect }) =>
      judge(resource, () => {
        const host = name.string()?.toLowerCase() ?? "";
        const records = isVendorsOwn(host) ? [] : recordsFor(stack)(host);
        if (records.length === 0) {
          return isVendorsOwn(host) || fault(name, `${host} has no DNS record in this stack.`);
        }
        const wrong = records.map((record) => targetFault(record, resource)).find((it) => it !== undefined);
        return (
          wrong === undefined || redirect?.exists === true || { found: `The record of ${host} ${wrong}.` }
        );
      }),
    );
  },
});

export const cdnEnabled = policy({
  name: "cdn-enabled",
  items: ["6.8", "7.8"],
  title: "Every domain of a host must be served through the CDN, and no record may show what is behind it.",
  severity: "medium",
  fix: "Set proxied to true in the domain's DNS record at Cloudflare.",
  url: "https://developers.cloudflare.com/dns/proxy-status/",
  check: (stack) => {
    const findings = [...domains(stack).flatMap(({ name }) => proxied(stack, name)), ...shownOrigins(stack)];
    return findings.length > 0
      ? findings
      : [violation("No domain of a host has a DNS record at Cloudflare.")];
  },
});

/** What runs in a region, or in several. */
interface Location {
  readonly resource: Resource;
  /** Its regions as the vendor names them; empty where the vendor chooses. Throws UnknownRead. */
  readonly regions: () => string[];
}

function locations(stack: Stack): Location[] {
  const functions = stack.ofType(vercel.project).map((resource) => ({
    resource,
    regions: () => [
      ...resource.at("resourceConfig", "functionDefaultRegions").strings(),
      ...text(resource.at("serverlessFunctionRegion")),
    ],
  }));
  const rest = stack
    .ofType(
      render.webService,
      render.privateService,
      render.backgroundWorker,
      render.cronJob,
      render.postgres,
      supabase.project,
    )
    .map((resource) => ({ resource, regions: () => text(resource.at("region")) }));
  return [...functions, ...rest];
}

/** A violation where known regions are apart, whatever the unknown ones are. */
function inOnePlace(located: readonly Location[]): Finding[] {
  const places = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { resource, regions } of located) {
    const finding = judgeStack(() => {
      for (const region of regions()) {
        const group = regionGroup(region);
        places.set(group, places.get(group) ?? `${region} (${resource.name})`);
      }
      return true;
    });
    if (finding.answer === "unknown") {
      findings.push(finding);
    }
  }
  const apart = `The regions are in different places: ${[...places.values()].join(", ")}.`;
  return [...findings, judgeStack(() => places.size <= 1 || apart)];
}

function text(value: AnyValue): string[] {
  const known = value.string();
  return known === undefined || known === "" ? [] : [known];
}

/** Judges the records at Cloudflare of one domain; another policy judges whether there is one. */
function proxied(stack: Stack, name: AnyValue): Finding[] {
  let records: readonly ResourceOf<DnsRecordArgs>[] = [];
  const known = judgeStack(() => {
    const host = name.string()?.toLowerCase() ?? "";
    records = recordsFor(stack)(host).flatMap(({ resource }) =>
      resource.is(cloudflare.dnsRecord, cloudflare.record) ? [resource] : [],
    );
    return true;
  });
  if (known.answer === "unknown") {
    return [known];
  }
  return records.map((record) =>
    judge(
      record,
      () =>
        record.at("proxied").boolean() === true ||
        fault(record.at("proxied"), `The record ${record.name} sends visitors past the CDN.`),
    ),
  );
}

/** Names that a host gives by itself, with DNS of its own. */
function isVendorsOwn(host: string): boolean {
  return host.endsWith(".vercel.app") || host.endsWith(".onrender.com");
}
