import { adapters } from "../adapters/index.ts";
import {
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type Stack,
  unproved,
} from "../framework/index.ts";
import { fullName } from "./dns-names.ts";
import { type Domain, domains, type HostRecord, hostRecords, recordsFor } from "./domains.ts";
import { endsOf, targetOf } from "./record-ends.ts";
import { cloudflare } from "./tokens.ts";
import { hosts } from "./variables.ts";
import { zoneName, zoneOf } from "./zones.ts";

/**
 * What is wrong with where a domain's record leads, by itself or through other names of the stack, as the predicate of
 * a sentence. Throws UnknownRead.
 */
export function targetFault(stack: Stack, record: HostRecord, domain: Domain): string | undefined {
  const ends = endsOf(stack, record);
  return ends.length === 0
    ? `leads to ${targetOf(record)}, which leads back to it`
    : ends.map((end) => endFault(end, domain)).find((wrong) => wrong !== undefined);
}

function endFault(record: HostRecord, domain: Domain): string | undefined {
  const content = targetOf(record);
  if (content === undefined || record.isOfItself?.() === true) {
    return undefined;
  }
  if (isPrivate(content)) {
    return `leads to ${content}, which is not an address on the Internet`;
  }
  // What is made from a host is its own name, once it is known.
  const isMade = record.sources.some(
    (source) => source.type === domain.resource.type || source === domain.host(),
  );
  return domain.isTarget(content) || isMade
    ? undefined
    : `leads to ${content}, which is not the host that the stack declares`;
}

/** What is wrong with a record that leads nowhere, or to another host of the stack than the one that answers there. */
export function strayTarget(stack: Stack, record: HostRecord, domain: Domain): Fault | undefined {
  const { content, resource } = record;
  if (!content.isUnknown && (content.string() ?? "").trim() === "" && record.isOfItself?.() !== true) {
    return fault(content, `${resource.name} has no content, so it leads nowhere.`);
  }
  const answering = domain.host();
  const own: readonly (Resource | undefined)[] = [answering, domain.resource];
  const sources = endsOf(stack, record).flatMap((end) => end.sources);
  if (answering === undefined || sources.some((source) => own.includes(source))) return undefined;
  const other = sources.find((source) => hosts(stack).some((host) => host.resource === source));
  return other === undefined
    ? undefined
    : fault(
        content,
        `${resource.name} leads to ${other.name}, and ${domain.name.string()} is answered by ${answering.name}.`,
      );
}

/**
 * Records that lead to a vendor at which the stack has hosts, none of which answers at their name: whoever adds the name
 * to a host there answers in its place.
 */
export function openNames(stack: Stack): Finding[] {
  const used = adapters.filter(
    ({ isTarget, domains: own, hosts: running }) =>
      isTarget !== undefined && (own?.(stack) ?? []).length > 0 && (running?.(stack) ?? []).length > 0,
  );
  const names = domains(stack).map(({ name }) => known(() => name.string()?.toLowerCase()));
  // A host whose name is not known yet may be the one.
  if (names.includes(undefined)) return [];
  return hostRecords(stack).map((record) =>
    judge(record.resource, () => {
      const target = record.content.isUnknown ? undefined : targetOf(record);
      const name = target === undefined ? undefined : record.host();
      if (target === undefined || name === undefined || record.sources.length > 0) return true;
      const isOpen =
        used.some((adapter) => adapter.isTarget?.(target) === true) &&
        !names.some((host) => recordsFor(stack)(host ?? "").includes(record));
      return (
        !isOpen ||
        unproved(
          record.content,
          `${record.resource.name} leads ${name} to ${target}, and no host of this stack there answers at that name: whoever adds it there does.`,
          "Declare the name at the host that is to answer, or remove the record; where another stack declares it, make the content from an output of that stack by pulumi.StackReference, or waive this policy for the record.",
        )
      );
    }),
  );
}

/** Whether a record leads to an address that is on no network, as that of a host which only redirects may. */
export function leadsNowhere(record: HostRecord): boolean {
  const content = targetOf(record);
  return content !== undefined && isPrivate(content);
}

/** Records that lead past the CDN to where a proxied one leads, or to a host of the stack. */
export function shownOrigins(stack: Stack): Finding[] {
  const records = hostRecords(stack).flatMap(({ proxied, ...record }) =>
    proxied === undefined ? [] : [{ ...record, proxied }],
  );
  const isProxied = ({ proxied }: (typeof records)[number]) => known(() => proxied.boolean() === true);
  // A name of the stack's own shows what its records show, and these are judged themselves.
  const hidden = new Set(
    records
      .filter(isProxied)
      .flatMap((record) => known(() => endsOf(stack, record)) ?? [record])
      .filter((end) => known(() => end.isOfItself?.()) !== true)
      .flatMap(targetsOf),
  );
  const names = new Set(
    domains(stack).flatMap(({ name }) => known(() => name.string()?.toLowerCase()) ?? []),
  );
  /** Another name for what a vendor hosts, although all that the stack declares there is behind the CDN. */
  const isVendors = (record: HostRecord): boolean => {
    const isDeclared = names.has(known(() => record.host()) ?? "");
    return hidden.size > 0 && !isDeclared && targetsOf(record).some((target) => isHosted(stack, target));
  };
  return records
    .filter((record) => isProxied(record) === false)
    .map((record) =>
      judge(
        record.resource,
        () =>
          (!targetsOf(record).some((target) => hidden.has(target)) && !isVendors(record)) ||
          fault(
            record.proxied,
            `The record ${record.resource.name} shows where a host behind the CDN is.`,
            "Set proxied of the record to true where it is of a host; of any other, take the host's name or address out of it.",
          ),
      ),
    );
}

/** Whether a vendor at which the stack has a service answers at an address or name that is of one host alone. */
function isHosted(stack: Stack, target: string): boolean {
  return (
    !/\.vercel-dns(?:-\d+)?\.com$/.test(target) &&
    adapters.some(
      (adapter) => adapter.isTarget?.(target) === true && (adapter.hosts?.(stack) ?? []).length > 0,
    )
  );
}

/** Records that give a host of the stack, or what is above it, to other name servers. */
export function delegations(stack: Stack): Finding[] {
  const names = domains(stack).flatMap(({ name }) => known(() => name.string()?.toLowerCase()) ?? []);
  return stack.ofType(cloudflare.dnsRecord, cloudflare.record).map((record) =>
    judge(record, () => {
      const type = record.at("type").string();
      if (type !== "NS" && type !== "DNAME") return true;
      const zone = zoneOf(stack, record);
      const apex = zone && known(() => zoneName(zone));
      const name = fullName(record.at("name").string(), apex) ?? "";
      const lost = names.find((host) =>
        type === "DNAME"
          ? host.endsWith(`.${name}`)
          : name !== apex && (host === name || host.endsWith(`.${name}`)),
      );
      return (
        lost === undefined ||
        fault(record.at("content"), `${record.name} gives ${lost} to other name servers.`)
      );
    }),
  );
}

function targetsOf(record: HostRecord): string[] {
  const text = known(() => targetOf(record));
  return [
    ...(text === undefined ? [] : [text]),
    ...shownIn(record.resource),
    ...record.sources.map(({ urn }) => urn),
  ];
}

/**
 * Host names and addresses that any other text of a record shows: what a service record leads to, what a text says,
 * the addresses that a record of type HTTPS hints at.
 */
function shownIn(resource: Resource): string[] {
  if (!resource.is(cloudflare.dnsRecord, cloudflare.record)) return [];
  const texts = [
    resource.at("content"),
    ...resource
      .at("data")
      .entries()
      .map(([, value]) => value),
  ];
  return texts.flatMap((value) => (known(() => value.string()) ?? "").toLowerCase().match(hostNames) ?? []);
}

/** What follows an @ is where mail goes, which records of mail say. */
const hostNames =
  /(?<![@a-z0-9_.-])(?:[a-z0-9_-]{1,63}\.){1,20}[a-z0-9-]{1,63}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}/g;

/** Loopback, private, link-local and documentation addresses, and names of one's own network. */
const isPrivate = (target: string): boolean =>
  /^(?:0|10|127)\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.(?:168|0\.[02])\.|^198\.(?:1[89]|51\.100)\.|^203\.0\.113\.|^(?:::1?|f[cd][0-9a-f]{2}:.*|fe80:.*|2001:db8:.*)$|(?:^|\.)(?:localhost|local|internal)$/.test(
    target,
  );
