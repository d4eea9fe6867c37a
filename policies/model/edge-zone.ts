import type { AnyValue, Fault, Resource, Verdict } from "../framework/index.ts";
import type { SampleRequest } from "../values/sample-request.ts";

/** A setting of a zone, alone or for one of its hosts. */
export interface ZoneFact {
  readonly resource: Resource;
  /** Throws UnknownRead. */
  readonly isGood: () => Verdict;
}

/** A setting of a zone that says HSTS for all of its hosts. */
export interface HstsFact {
  readonly resource: Resource;
  /** Whether it asks for https for that many seconds, on every subdomain, to be preloaded. Throws UnknownRead. */
  readonly isGood: (seconds: number) => Verdict;
}

/** For how long a file is kept: in seconds, as its host says, or undefined where nothing says it. */
export type Lifetime = number | "host" | undefined;

/** What rules say of the caching of a file. */
export interface Kept {
  readonly isKept: boolean;
  readonly atEdge: Lifetime;
  readonly inBrowsers: Lifetime;
  /** Seconds for which rules keep an error that came in place of the file. */
  readonly errors: number;
}

/** A request after the rules that give requests another path, and the last of these that may have changed it. */
export interface Rewritten {
  readonly request: SampleRequest;
  readonly by?: { readonly resource: Resource; readonly at: AnyValue };
}

/**
 * A zone of a vendor that has its DNS and stands in front of its hosts, with what it protects them by. Each question
 * may throw UnknownRead.
 */
export interface EdgeZone {
  /** What a violation of the zone as a whole is reported on; undefined if the zone is declared elsewhere. */
  readonly resource: Resource | undefined;
  /** Two zones with the same key are one. */
  readonly key: string;
  readonly redirectsHttp: () => Verdict;
  /** The setting that says HSTS, as far as it is known which one. */
  readonly hsts: () => HstsFact | undefined;
  /** The same where it has to be known. */
  readonly surelyHsts: () => HstsFact | undefined;
  readonly hasCertificate: () => boolean;
  /** Whether a certificate covers a host in it. */
  readonly covers: (host: string) => Verdict;
  /** What sets the least version of TLS. */
  readonly minimumTls: () => readonly ZoneFact[];
  /** What sets how it connects to what is behind it. */
  readonly originTls: () => readonly ZoneFact[];
  /** Whether nothing weakens that for a part of it. */
  readonly keepsOriginTls: readonly (() => Verdict)[];
  /** Whether a CAA record at its apex says who may issue certificates. */
  readonly hasIssuers: () => boolean;
  /** What signs it. */
  readonly signatures: () => readonly ZoneFact[];
  /** Settings that are declared several times, and say different things. */
  readonly contradictions: () => readonly ZoneFact[];
  /** What takes the protection of a host away, by a rule for a part of the zone. */
  readonly weakens: (host: string, reaches: (expression: string) => boolean) => Fault | undefined;
  /** What limits, firewall rules, caches and hosts see of a request: several where it is not sure that a rule acts. */
  readonly rewritten: (request: SampleRequest) => readonly Rewritten[];
  /** Texts by which the rules that rewrite tell requests apart. */
  readonly rewriteNames: () => readonly string[];
  /** What keeps the question of an authority from the host that has the answer. */
  readonly keepsFromHost: (question: SampleRequest) => Fault | undefined;
  /** Whether it serves nothing itself. */
  readonly onlyRedirects: () => boolean;
  /** Whether a rule says what is cached. */
  readonly caches: () => boolean;
  readonly kept: (request: SampleRequest) => Kept;
  /** Whether it compresses at all. */
  readonly compresses: () => Verdict;
  /** What keeps the answer to a request from being compressed. */
  readonly uncompressed: (request: SampleRequest) => Fault | undefined;
  /** What lets many files share a connection. */
  readonly protocols: () => readonly Resource[];
}
