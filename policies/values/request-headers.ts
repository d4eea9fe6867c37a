/** What a rule does to a header of requests, before the host gets them. */
export interface HeaderChange {
  readonly name: string;
  readonly kind: "set" | "remove";
  /** The text that it gets, where it is the same for every request. */
  readonly value?: string | undefined;
  /** What it is made of, in the words of its vendor, where it is not. */
  readonly expression?: string | undefined;
}

/**
 * What is wrong with a change to a header of requests, as the end of a sentence that begins with a name for the rule;
 * undefined where the host still learns what the sender gave, and who it is.
 */
export function headerChangeFault({ name, kind, value, expression }: HeaderChange): string | undefined {
  const header = name.toLowerCase();
  if (kind === "remove") {
    return senders.has(header) || origins.has(header) ? `takes ${name} from requests` : undefined;
  }
  if (senders.has(header)) return `gives every request the same sender by ${name}`;
  if (origins.has(header)) return `hides by ${name} where requests come from`;
  if (
    /^(?:x-forwarded-host|forwarded|x-original-(?:url|host)|x-rewrite-url|x-http-method(?:-override)?)$/.test(
      header,
    )
  ) {
    return `gives requests ${name}, by which a host takes them for others`;
  }
  const isChosen =
    expression !== undefined &&
    /\bhttp\.(?:request\.(?:headers|cookies|uri\.args|uri\.query)|cookie|user_agent|referer|x_forwarded_for)\b/.test(
      expression,
    );
  const isOfPerson = identities.test(header) && (isChosen || (value !== undefined && value !== ""));
  if (isOfPerson) return `gives requests ${name}, by which a host takes them for those of somebody else`;
  return addresses.has(header) && (isChosen || value !== undefined)
    ? `gives requests an address by ${name} that ${isChosen ? "their senders choose" : "is the same for all"}`
    : undefined;
}

/** By these a host knows who asks, and that a page of its own did. */
const senders: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "x-api-key",
  "x-auth-token",
  "x-csrf-token",
  "x-xsrf-token",
]);

const origins: ReadonlySet<string> = new Set(["origin", "sec-fetch-site", "host"]);

const addresses: ReadonlySet<string> = new Set([
  "cf-connecting-ip",
  "true-client-ip",
  "x-client-ip",
  "x-forwarded-for",
  "x-real-ip",
]);

const identities =
  /^(?:x-)?(?:auth(?:enticated)?-?)?(?:remote-|forwarded-|impersonated?-|internal-)?(?:user|account|tenant|org|role|admin|email)s?(?:-(?:id|name|email|role))?$/;
