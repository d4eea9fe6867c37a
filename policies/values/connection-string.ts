/** What a policy needs to know of a PostgreSQL connection string; passwords are left out. */
export interface Connection {
  readonly host: string | undefined;
  /** 5432 when it is not written. */
  readonly port: number;
  readonly user: string | undefined;
  /** Every value given for `sslmode`, in order; clients differ in which of several counts. */
  readonly sslModes: readonly string[];
  /** Parameters in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads a connection URI (`postgresql://…`, `postgres://…`) or a keyword string (`host=… sslmode=…`) as
 * libpq does (PostgreSQL manual, 34.1.1); undefined when the text is neither.
 */
export function parseConnection(text: string): Connection | undefined {
  if (/^jdbc:postgres(ql)?:/i.test(text)) return parseJdbc(text);
  if (/^postgres(ql)?:\/\//i.test(text)) return parseUri(text);
  return /(^|\s)(host|hostaddr|dbname|service)\s*=/i.test(text) ? parseKeywords(text) : undefined;
}

/** Modes that never fall back to plaintext (PostgreSQL manual, table 34.1); libpq takes them in lower case. */
const encryptedModes: ReadonlySet<string> = new Set(["require", "verify-ca", "verify-full"]);

/** What is wrong with an `sslmode`; undefined when it is `require` or stronger (item 3.5). */
export function sslModeFault(mode: string): string | undefined {
  if (encryptedModes.has(mode)) return undefined;
  // Anything else may be a secret that stands in the wrong place: it is not repeated.
  return ["disable", "allow", "prefer", "no-verify"].includes(mode.toLowerCase())
    ? `sslmode=${mode.toLowerCase()}`
    : "an sslmode that PostgreSQL does not know";
}

/** What is wrong with a connection's encryption; undefined when it never falls back to plaintext. */
export function plaintextFault({ sslModes, parameters }: Connection): string | undefined {
  if (sslModes.length === 0) return "no sslmode";
  return (
    sslModes.map(sslModeFault).find((fault) => fault !== undefined) ??
    unverified(parameters, parameters.get("ssl") ?? "")
  );
}

/** What makes a client accept any certificate, or an old version of TLS, although it asks for TLS. */
function unverified(parameters: ReadonlyMap<string, string>, switched: string): string | undefined {
  if (parameters.get("sslaccept") === "accept_invalid_certs") return "sslaccept=accept_invalid_certs";
  if (/NonValidating/i.test(parameters.get("sslfactory") ?? "")) return "an sslfactory that verifies nothing";
  if (/no-?verify|^false$|^0$|"?rejectUnauthorized"?:\s*false/i.test(switched))
    return "an ssl that verifies nothing";
  if (/^(?:false|0)$/i.test(parameters.get("rejectunauthorized") ?? "")) return "rejectUnauthorized=false";
  const version = parameters.get("ssl_min_protocol_version") ?? parameters.get("sslminprotocolversion") ?? "";
  return /^TLSv1(?:\.[01])?$/i.test(version) ? `ssl_min_protocol_version=${version}` : undefined;
}

/**
 * Whether a connection goes through a pooler (item 3.4): Supabase's shared pooler
 * (`*.pooler.supabase.com`, port 6543, or 5432 in session mode), its dedicated one (port 6543 of the
 * database's host), or any that says so by PgBouncer's port or Prisma's `pgbouncer=true`.
 */
export function isPooled({ host = "", port, parameters }: Connection): boolean {
  if (host.endsWith(".pooler.supabase.com")) return true;
  if (port === 6543 || port === 6432) return true;
  // A direct Supabase host stays direct whatever the client is told.
  if (host.endsWith(".supabase.co")) return false;
  return parameters.get("pgbouncer") === "true";
}

/** The driver of Java verifies the host by `ssl=true`, which others do not know. */
function parseJdbc(text: string): Connection | undefined {
  const connection = parseUri(text.slice("jdbc:".length).replace(/^(postgres(?:ql)?:)(?!\/\/)/i, "$1//"));
  const isOn = /^(?:true|)$/i.test(connection?.parameters.get("ssl") ?? "false");
  return connection?.sslModes.length === 0 && isOn
    ? { ...connection, sslModes: ["verify-full"] }
    : connection;
}

function parseUri(text: string): Connection | undefined {
  // The user's part may hold characters that URL refuses, so it is taken off by hand, at the last `@`.
  const match = /^[a-z]+:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/[^?#]*)?(?:\?([^#]*))?/i.exec(text);
  if (match === null) return undefined;
  const [, credentials, authority = "", query = ""] = match;
  const [firstHost = ""] = authority.split(",");
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(firstHost) ?? [];
  const pairs = new URLSearchParams(query);
  const parameters = new Map([...pairs].map(([key, value]) => [key.toLowerCase(), value]));
  return {
    host: (host === "" ? parameters.get("host") : decode(host))?.toLowerCase(),
    port: toPort(port === undefined || port === "" ? parameters.get("port") : port),
    user: credentials === undefined ? parameters.get("user") : decode(credentials.replace(/:.*$/s, "")),
    sslModes: pairs.getAll("sslmode"),
    parameters,
  };
}

function parseKeywords(text: string): Connection {
  const pairs = [...text.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/g)].map(
    ([, key = "", quoted, bare = ""]): [string, string] => [
      key.toLowerCase(),
      (quoted ?? bare).replace(/\\(.)/g, "$1"),
    ],
  );
  const parameters = new Map(pairs);
  return {
    host: parameters.get("host")?.toLowerCase(),
    port: toPort(parameters.get("port")),
    user: parameters.get("user"),
    sslModes: pairs.filter(([key]) => key === "sslmode").map(([, value]) => value),
    parameters,
  };
}

const toPort = (text: string | undefined): number =>
  text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 5432;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
