import type { DnsRecordArgs as CloudflareRecordArgs } from "@pulumi/cloudflare";
import type { DnsRecordArgs as VercelRecordArgs } from "@pulumi/vercel";
import {
  type AnyValue,
  known,
  lookup,
  type PropertiesOf,
  type Resource,
  type ResourceOf,
  type Stack,
} from "../framework/index.ts";
import { perStack } from "./per-stack.ts";
import { cloudflare, render, vercel } from "./tokens.ts";

/** A service of Render that may answer on domains of its own. */
export type RenderHost = ResourceOf<PropertiesOf<typeof render.webService | typeof render.staticSite>>;

/** A host name that a host of the application answers on. */
export interface Domain {
  /** The resource that declares it. */
  readonly resource: Resource;
  readonly name: AnyValue;
  /** Where its visitors are sent on to; absent where it serves them itself. */
  readonly redirect: AnyValue | undefined;
}

/** A DNS record for a host name. */
export interface HostRecord {
  readonly resource: ResourceOf<CloudflareRecordArgs> | ResourceOf<VercelRecordArgs>;
  /** Its host name in full, in lower case; undefined where it is not an address of a host. Throws UnknownRead. */
  readonly host: () => string | undefined;
}

/** Domains that the stack declares at its hosts. */
export const domains: (stack: Stack) => readonly Domain[] = perStack((stack) => [
  ...stack.ofType(vercel.domain).map((resource) => ({
    resource,
    name: resource.at("domain"),
    redirect: resource.at("redirect"),
  })),
  ...stack
    .ofType(render.webService, render.staticSite)
    .flatMap((resource) => customDomains(resource).map((name) => ({ resource, name, redirect: undefined }))),
]);

/** Domains that serve the application, by name in lower case. Throws UnknownRead as `lookup` does. */
export const servingDomains: (stack: Stack) => (host: string) => readonly Domain[] = perStack((stack) =>
  lookup(domains(stack), ({ name, redirect }) =>
    redirect?.exists ? undefined : name.string()?.toLowerCase(),
  ),
);

/** Records that the stack declares, at Cloudflare and at Vercel. */
export const hostRecords: (stack: Stack) => readonly HostRecord[] = perStack((stack) => [
  ...cloudflareRecords(stack),
  ...vercelRecords(stack),
]);

/** Address records by the host name that they are for, in lower case. Throws UnknownRead as `lookup` does. */
export const recordsFor: (stack: Stack) => (host: string) => readonly HostRecord[] = perStack((stack) =>
  lookup(hostRecords(stack), (record) => record.host()),
);

const addressTypes: ReadonlySet<string | undefined> = new Set(["A", "AAAA", "ALIAS", "CNAME", "HTTPS"]);

function cloudflareRecords(stack: Stack): HostRecord[] {
  const zoneById = lookup(stack.ofType(cloudflare.zone), (zone) => zone.id);
  return stack.ofType(cloudflare.dnsRecord, cloudflare.record).map((resource) => ({
    resource,
    host: () => {
      if (!addressTypes.has(resource.at("type").string())) {
        return undefined;
      }
      const zone =
        resource.dependenciesOf("zoneId").find((source) => source.is(cloudflare.zone)) ??
        zoneById(known(() => resource.at("zoneId").string()) ?? "")[0];
      return fullName(resource.at("name").string(), zone && known(() => zone.at("name").string()));
    },
  }));
}

function vercelRecords(stack: Stack): HostRecord[] {
  return stack.ofType(vercel.dnsRecord).map((resource) => ({
    resource,
    host: () =>
      addressTypes.has(resource.at("type").string())
        ? fullName(resource.at("name").string() ?? "", resource.at("domain").string())
        : undefined,
  }));
}

/** A record's name may be full, relative to its zone, or @ or nothing for the zone itself. */
function fullName(name: string | undefined, zone: string | undefined): string | undefined {
  const short = name?.toLowerCase().replace(/\.$/, "");
  if (short === undefined || zone === undefined) {
    return short;
  }
  const apex = zone.toLowerCase();
  if (short === "" || short === "@") {
    return apex;
  }
  return short === apex || short.endsWith(`.${apex}`) ? short : `${short}.${apex}`;
}

/** Names of a Render service's own domains; an unknown list is one unknown name. */
export function customDomains(service: RenderHost): AnyValue[] {
  const list = service.at("customDomains");
  return list.isUnknown ? [list] : list.items().map((entry) => entry.at("name"));
}
