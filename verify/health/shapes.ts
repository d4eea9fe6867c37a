import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { only } from "../network/headers.ts";
import type { HttpAnswer } from "../network/http.ts";

/** What a health check says of the service and of what it needs. */
export interface Health {
  readonly says: string;
  readonly isWell: boolean;
}

const well = /^(?:ok|okay|up|pass|passing|healthy|alive|available|ready|running|operational|success)$/i;

/** Words that say that something does not work, or not all of it, maybe with a reason behind them. */
const unwell =
  /^(?:down|fail|failed|failing|failure|error|unhealthy|degraded|warn|warning|critical|offline|unavailable|disconnected|not connected|dead|timeout|timed out|outofservice|out_of_service|unreachable|ko|nok|not[ _-]?ok|not[ _-]?ready|bad|broken|red|stopped|crashed|denied|refused|unconnected|not_connected|disconnecting|reconnecting)(?:\s*[:(,;-]|$)/i;

/** The error of a library or of the network, as services write it in place of a state. */
const anError =
  /^[\w.]{0,80}(?:Error|Exception)\b|\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)\b|\b(?:cannot|can't|could not|couldn't|unable to|failed to) (?:reach|connect|open|query|ping|acquire)\b/;

/** Members that list what a service needs, as the formats for health checks of several frameworks have them. */
const parts = ["checks", "dependencies", "components", "services", "details", "info", "entries", "results"];

/** Where `false` says that a part does not work; elsewhere it may be any fact. */
const partsWithFlags = ["checks", "dependencies", "components", "services"];

/** What a service needs, by its usual names: `false` says that it does not work wherever it stands. */
const needed =
  /^(?:database|db|postgres|postgresql|pg|prisma|supabase|mysql|mongo|mongodb|redis|cache|queue|broker|kafka|rabbitmq|storage|s3|smtp|mail|search|elasticsearch)$/i;

/** Flags that say of anything that it works. */
const flags = /^(?:ok|healthy|success|alive|up|connected|is_?connected|reachable|available|is_?healthy)$/i;

/** Lists of what does not work, in which anything is too much. */
const troubles = /^(?:errors?|failures|failed|failing|problems|unhealthy)$/i;

/** Deepest list of parts of a part, and the longest one that is read. */
const deepest = 8;
const mostParts = 200;

const object = z.record(z.string(), z.unknown());

/** Reads the body of a health check: JSON of the usual shapes, one word, or nothing with status 204. */
export function healthIn({ status, body, headers }: HttpAnswer): Health {
  if (status === 204 && body === "") return { says: "no content", isWell: true };
  const isPage = /html/i.test(only({ headers }, "content-type") ?? "");
  const word = body.trim();
  if (!isPage && word.length <= 40 && well.test(word)) return { says: word, isWell: true };
  const json = object.safeParse(parseJson(body));
  if (!json.success) {
    return { says: word.length <= 40 && unwell.test(word) ? word : "no JSON with a status", isWell: false };
  }
  const own = stateOf(json.data);
  if (own === undefined) return { says: "no JSON with a status", isWell: false };
  const broken = brokenIn(json.data, deepest);
  if (!own.isWell || broken === undefined) return own;
  return { says: `${own.says}, but ${broken}`, isWell: false };
}

/** `status`, `state` or `health` as a word, or `ok`, `healthy` or `success` as true or false. */
function stateOf(value: Readonly<Record<string, unknown>>): Health | undefined {
  for (const name of ["status", "state", "health"]) {
    const said = value[name];
    if (typeof said === "string") return { says: said.slice(0, 100), isWell: well.test(said) };
    if (said === 200) return { says: "200", isWell: true };
  }
  for (const name of ["ok", "healthy", "success", "alive", "up"]) {
    const said = value[name];
    if (typeof said === "boolean") return { says: `${name}: ${said}`, isWell: said };
  }
  return undefined;
}

/** Members that say something of the service itself, in which such a word would be no state of a part. */
const facts =
  /^(?:version|commit|release|environment|env|mode|name|service|host|hostname|region|message|description)$/i;

/** The first part that says that it does not work. */
function brokenIn(value: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  if (depth === 0) return undefined;
  // Many list their parts without a member around them, such as `database` beside `status`.
  for (const [name, part] of Object.entries(value).slice(0, mostParts)) {
    if (facts.test(name) || parts.includes(name)) continue;
    const found = troubleIn(name, part) ?? brokenPart(name, part, depth - 1, needed.test(name));
    if (found !== undefined) return found;
  }
  for (const name of parts) {
    const listed = value[name];
    if (typeof listed !== "object" || listed === null) continue;
    for (const [key, part] of Object.entries(listed).slice(0, mostParts)) {
      const found = brokenPart(key, part, depth, partsWithFlags.includes(name));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What a member says by its name: a flag that is down, or a list of errors that has some. */
function troubleIn(key: string, part: unknown): string | undefined {
  const name = key.slice(0, 100);
  if (part === false && flags.test(name)) return `${name}: false`;
  if (!troubles.test(name)) return undefined;
  if (Array.isArray(part) && part.length > 0) return `${name}: ${part.length}`;
  const isSaid = typeof part === "string" && !/^(?:|none|null|no|false|0|ok)$/i.test(part.trim());
  return isSaid ? `${name}: ${part.slice(0, 100)}` : undefined;
}

function brokenPart(key: string, part: unknown, depth: number, hasFlags: boolean): string | undefined {
  const name = key.slice(0, 100);
  if (part === false && hasFlags) return `${name}: false`;
  if (typeof part === "string") {
    const isBroken = unwell.test(part) || anError.test(part.slice(0, 500));
    return isBroken ? `${name}: ${part.slice(0, 100)}` : undefined;
  }
  // The format of health+json has a list for each part.
  if (Array.isArray(part)) {
    return part
      .slice(0, mostParts)
      .map((each) => brokenPart(name, each, depth - 1, hasFlags))
      .find((found) => found);
  }
  const inner = object.safeParse(part);
  if (!inner.success || depth === 0) return undefined;
  const own = stateOf(inner.data);
  const isDown = own !== undefined && (unwell.test(own.says) || (hasFlags && own.says.endsWith(": false")));
  if (isDown) return `${name}: ${own.says}`;
  return brokenIn(inner.data, depth - 1);
}
