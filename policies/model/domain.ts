import type { AnyValue, Resource, Verdict } from "../framework/index.ts";

/** A host name that a host of the application answers on. */
export interface Domain {
  /** The resource that declares it. */
  readonly resource: Resource;
  readonly name: AnyValue;
  /** Where its visitors are sent on to; absent where it serves them itself. */
  readonly redirect: AnyValue | undefined;
  /** Whether it serves the visitors of production. Throws UnknownRead. */
  readonly isServing: () => boolean;
  /** The host that answers there, where the stack declares it. */
  readonly host: () => Resource | undefined;
  /** Whether the vendor serves it from many places, so that no CDN is needed in front of it. */
  readonly isCdn: boolean;
  /** Authorities that the vendor gets its certificates from, as CAA records name them; any of them is enough. */
  readonly authorities?: readonly string[];
  /** Paths by which authorities and the vendor ask for a proof that the name is its, before each certificate. */
  readonly challengePaths?: readonly string[];
  /** Whether a record that leads there leads to the vendor. */
  readonly isTarget: (content: string) => boolean;
}

/** A DNS record for a host name. */
export interface HostRecord {
  readonly resource: Resource;
  /** Its host name in full, in lower case; undefined where it is not an address of a host. Throws UnknownRead. */
  readonly host: () => string | undefined;
  /** What is wrong with the zone that it is in; absent where its vendor has one zone for each name. */
  readonly placed?: (isSupplied: (text: string) => boolean) => Verdict;
  /** What it leads to. */
  readonly content: AnyValue;
  /** Whether it says only how to speak to the addresses that other records of its name have. Throws UnknownRead. */
  readonly isOfItself?: () => boolean;
  /** Resources that this is made from. */
  readonly sources: readonly Resource[];
  /** Whether visitors go through the CDN that has the DNS, where it is one. */
  readonly proxied?: AnyValue;
}
