import type { AnyValue, Fault, Resource, Verdict } from "../framework/index.ts";
import type { SampleRequest } from "../values/sample-request.ts";

/** A response header as visitors get it; undefined where it is not sent. */
export type Header = SentHeader | undefined;

interface SentHeader {
  /** Its value; undefined where a rule computes it on each response. */
  readonly value: string | undefined;
}

/** A rule at the edge that turns requests away when there are too many. */
export interface RateLimit {
  readonly resource: Resource;
  /** Requests a second that it lets through, from one caller. */
  readonly rate: number;
  /** Hosts and paths that the rule names. */
  readonly names: readonly string[];
  /** Whether it compares by a regular expression. */
  readonly usesPattern: boolean;
  /** What the callers choose themselves, among what it counts them by; undefined where there is nothing of it. */
  readonly chosenKey: string | undefined;
  /** Whether it surely acts on a request. */
  readonly actsOn: (request: SampleRequest) => boolean;
  /** Whether it surely counts a request of which the response has that status. */
  readonly counts: (request: SampleRequest, responseCode: number) => boolean;
}

/**
 * What stands between visitors and a host, at a vendor other than the one that has the DNS: a distribution, a load
 * balancer. Each question may throw UnknownRead.
 */
export interface Edge {
  readonly resource: Resource;
  /** Host names that it serves. */
  readonly names: readonly AnyValue[];
  readonly redirectsHttp: () => Verdict;
  readonly minimumTls: () => Verdict;
  readonly certificate: () => Verdict;
  /** Whether it connects to what is behind it with TLS. */
  readonly originTls: () => Verdict;
  /** What of it keeps visitors from the answers of what is behind, or may change these where no rule of its tells. */
  readonly diverts?: () => Fault | undefined;
  /** What it may make of a response header, by its name in lower case; absent where it leaves all to what is behind. */
  readonly header?: (name: string, request: SampleRequest) => readonly Header[];
  /** Paths at which its headers differ. */
  readonly headerPaths?: () => readonly string[];
  readonly limits: () => readonly RateLimit[];
  /** What keeps managed rules from its requests. */
  readonly managedRules: () => Fault | undefined;
  /** Whether it says what it caches, and keeps no page. */
  readonly caching: () => Verdict;
  readonly keepsAssets: () => Verdict;
  readonly compresses: () => Verdict;
  readonly http2: () => Verdict;
}

/** A DNS zone at a vendor that is not a CDN as well. */
export interface DnsZone {
  readonly resource: Resource;
  /** Whether a CAA record at its apex says who may issue certificates. Throws UnknownRead. */
  readonly hasIssuers: () => boolean;
  /** Whether it is signed. */
  readonly isSigned: () => Verdict;
}
