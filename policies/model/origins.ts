import type { DnsRecordArgs as VercelRecordArgs } from "@pulumi/vercel";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type Stack,
} from "../framework/index.ts";
import { type HostRecord, hostRecords } from "./domains.ts";
import { cloudflare, render, vercel } from "./tokens.ts";

/** What is wrong with where a domain's record leads, as the predicate of a sentence. Throws UnknownRead. */
export function targetFault({ resource }: HostRecord, host: Resource): string | undefined {
  const content = targetOf(resource);
  if (content === undefined) {
    return undefined;
  }
  if (isPrivate(content)) {
    return `leads to ${content}, which is not an address on the Internet`;
  }
  const isHosts =
    host.type === render.webService || host.type === render.staticSite
      ? atRender.test(content)
      : host.type !== vercel.domain || atVercel.test(content);
  // What is made from a host is its own name, once it is known.
  const isMade = sourcesOf(resource).some(({ type }) => type === host.type);
  return isHosts || isMade ? undefined : `leads to ${content}, which is not the host that the stack declares`;
}

/** Records that lead past the CDN to where a proxied one leads, or to a host of the stack. */
export function shownOrigins(stack: Stack): Finding[] {
  const records = hostRecords(stack).flatMap(({ resource }) =>
    resource.is(cloudflare.dnsRecord, cloudflare.record) ? [resource] : [],
  );
  const isProxied = (record: (typeof records)[number]) =>
    known(() => record.at("proxied").boolean() === true);
  const hidden = new Set(
    records.filter((record) => isProxied(record)).flatMap((record) => targetsOf(record)),
  );
  return records
    .filter((record) => isProxied(record) === false)
    .map((record) =>
      judge(
        record,
        () =>
          !targetsOf(record).some((target) => hidden.has(target)) ||
          fault(record.at("proxied"), `The record ${record.name} shows where a host behind the CDN is.`),
      ),
    );
}

function targetsOf(record: HostRecord["resource"]): string[] {
  const text = known(() => targetOf(record));
  return [...(text === undefined ? [] : [text]), ...sourcesOf(record).map(({ urn }) => urn)];
}

function sourcesOf(record: HostRecord["resource"]): readonly Resource[] {
  return record.is(cloudflare.dnsRecord, cloudflare.record) ? record.dependenciesOf("content") : [];
}

function targetOf(record: HostRecord["resource"]): string | undefined {
  const value: AnyValue = record.is(cloudflare.dnsRecord, cloudflare.record)
    ? record.at("content")
    : record.at().as<VercelRecordArgs>().at("value");
  return value.isUnknown ? undefined : value.string()?.trim().toLowerCase().replace(/\.$/, "");
}

const atRender = /\.onrender\.com$|^216\.24\.57\.\d+$/;
const atVercel =
  /\.vercel-dns(?:-\d+)?\.com$|\.vercel\.app$|^76\.76\.21\.\d+$|^(?:64\.29\.17|216\.150\.(?:1|16))\.\d+$/;

/** Loopback, private, link-local and documentation addresses, and names of one's own network. */
const isPrivate = (target: string): boolean =>
  /^(?:0|10|127)\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.(?:168|0\.[02])\.|^198\.(?:1[89]|51\.100)\.|^203\.0\.113\.|^(?:::1?|f[cd][0-9a-f]{2}:.*|fe80:.*|2001:db8:.*)$|(?:^|\.)(?:localhost|local|internal)$/.test(
    target,
  );
