/** What a rule does to a header of requests, before the host gets them. */
export interface HeaderChange {
  readonly name: string;
  readonly kind: "set" | "remove";
  /** The text that it gets, where it is the same for every request. */
  readonly value?: string | undefined;
  /** What it is made of, in the words of its vendor, where it is not. */
  readonly expression?: string | undefined;
  /** The host that was asked, in lower case, where the rule is about one. */
  readonly host?: string | undefined;
}

/**
 * What is wrong with a change to a header of requests, as the end of a sentence that begins with a name for the rule;
 * undefined where the host still learns what the sender gave, and who it is.
 */
export function headerChangeFault({ name, kind, value, expression, host }: HeaderChange): string | undefined {
  const header = name.toLowerCase();
  if (kind === "remove") {
    return senders.has(header) || origins.has(header) ? `takes ${name} from requests` : undefined;
  }
  if (senders.has(header)) return `gives every request the same sender by ${name}`;
  if (origins.has(header)) return `hides by ${name} where requests come from`;
  if (
    !isTrue.test(expression ?? "") &&
    !(value !== undefined && value.toLowerCase() === host) &&
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
  const isGiven = value !== undefined && value !== "" && !customers.test(header);
  const isOfPerson = identities.test(header) && (isChosen || isGiven);
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

/** What was asked for, as it was asked for. */
const isTrue = /^\s*(?:raw\.)?http\.(?:host|request\.(?:full_uri|uri(?:\.path)?))\s*$/;

/** Of these a host's own name may decide: one customer has the whole host. */
const customers = /tenant|org|account/;

const identities =
  /^(?:x-)?(?:auth(?:enticated)?-?)?(?:remote-|forwarded-|impersonated?-|internal-)?(?:user|account|tenant|org|role|admin|email)s?(?:-(?:id|name|email|role))?$/;
