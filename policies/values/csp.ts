/**
 * Content Security Policy as browsers read it: Content Security Policy Level 3, sections 2.2 (parsing),
 * 6.7.1 to 6.7.3 (matching of sources) and 6.8 (fallback of directives).
 */

/** What a script injected into the page, or what helps one, could do under a policy. */
export type CspWeakness =
  | "inline"
  | "eval"
  | "any-host"
  | "data"
  | "plain-http"
  | "plugins"
  | "base"
  | "framing";

/** Directive name, in lower case, to its sources as written. */
export type CspPolicy = ReadonlyMap<string, readonly string[]>;

/**
 * Weaknesses of a header's value (`Content-Security-Policy`), each with what is wrong; empty when it restricts
 * scripts, plugins, the base URL and framing. A value may hold several policies, split by commas: all of them
 * apply, so a weakness counts only where every policy has it. The value is taken as fixed, the same on every
 * response: a nonce in it is not secret.
 */
export function judgeCsp(value: string): Map<CspWeakness, string> {
  const policies = parseCsp(value);
  const [first, ...others] = (policies.length === 0 ? [nothing] : policies).map(judgePolicy);
  const shared = [...(first ?? [])].filter(([weakness]) => others.every((other) => other.has(weakness)));
  return new Map(shared);
}

const nothing: CspPolicy = new Map();

/** Policies of a header's value; a policy without directives is left out, as browsers do. */
export function parseCsp(value: string): CspPolicy[] {
  return value
    .split(",")
    .map(parsePolicy)
    .filter((policy) => policy.size > 0);
}

function parsePolicy(text: string): CspPolicy {
  const policy = new Map<string, string[]>();
  for (const token of text.split(";")) {
    const [name, ...sources] = token.split(/[\t\n\f\r ]+/).filter((part) => part !== "");
    // The first of two directives with one name counts (CSP3, 2.2.1).
    if (name !== undefined && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources);
  }
  return policy;
}

type Found = readonly [CspWeakness, string];

function judgePolicy(policy: CspPolicy): Map<CspWeakness, string> {
  const found = [
    ...scriptKinds.flatMap((directives) => judgeScripts(policy, directives)),
    ...judgeEval(policy),
    ...judgePlugins(policy),
    ...judgeBase(policy),
    ...judgeFraming(policy),
  ];
  // Reversed, so that the first message for a weakness stays.
  return new Map(found.reverse());
}

/** Kinds of script, each with the directives that govern it, nearest first (CSP3, 6.8.3). */
const scriptKinds: readonly (readonly [string, ...string[]])[] = [
  ["script-src-elem", "script-src", "default-src"],
  ["script-src-attr", "script-src", "default-src"],
  ["worker-src", "child-src", "script-src", "default-src"],
];

const unrestricted = "no script-src or default-src, so any script runs";

function judgeScripts(policy: CspPolicy, directives: readonly [string, ...string[]]): Found[] {
  const governing = governs(policy, directives);
  if (governing === undefined) {
    const allowed: CspWeakness[] = ["inline", "any-host", "data", "plain-http"];
    return allowed.map((weakness) => [weakness, unrestricted]);
  }
  // No script is inline in a worker, and event handlers have no address.
  const inline = directives[0] === "worker-src" ? [] : judgeInline(governing);
  const addresses =
    directives[0] === "script-src-attr" ? [] : judgeAddresses(governing, directives[0] === "worker-src");
  return [...inline, ...addresses];
}

/**
 * CSP3, 6.7.3.2: 'unsafe-inline' is ignored beside a nonce, a hash or 'strict-dynamic'. 'unsafe-hashes' alone
 * allows nothing: it lets the hashes that the site's authors listed stand for event handlers too.
 */
function judgeInline({ directive, sources, has }: Governing): Found[] {
  if (sources.some(isNonce)) {
    return [["inline", `${directive} has a nonce that is the same on every response, so anyone can copy it`]];
  }
  if (!has("'unsafe-inline'") || sources.some(isHash) || has("'strict-dynamic'")) return [];
  return [["inline", `${directive} has 'unsafe-inline'`]];
}

/** Hosts and schemes count for nothing beside 'strict-dynamic' (CSP3, 6.7.1.1). */
function judgeAddresses({ directive, sources, has }: Governing, isOfWorkers: boolean): Found[] {
  if (has("'strict-dynamic'")) return [];
  return sources.flatMap((source): Found[] => {
    const anyHost = `${directive} has ${source}, which is any host`;
    if (/^https:/i.test(source) && isAnywhere(source)) return [["any-host", anyHost]];
    if (isAnywhere(source)) {
      return [
        ["any-host", anyHost],
        ["plain-http", anyHost],
      ];
    }
    const shared = sharedHost(source) ?? libraryHost(source);
    if (shared !== undefined) {
      return [["any-host", `${directive} has ${source}, and under ${shared} anybody may serve scripts`]];
    }
    if ((isOfWorkers ? /^(?:data|filesystem):$/i : /^(?:blob|data|filesystem|mediastream):$/i).test(source)) {
      return [["data", `${directive} has ${source}, so a URL can carry a script`]];
    }
    if (/^http:/i.test(source)) return [["plain-http", `${directive} has ${source}, which is plain http`]];
    return [];
  });
}

function judgeEval(policy: CspPolicy): Found[] {
  const governing = governs(policy, ["script-src", "default-src"]);
  if (governing === undefined) return [["eval", unrestricted]];
  return governing.has("'unsafe-eval'") ? [["eval", `${governing.directive} has 'unsafe-eval'`]] : [];
}

function judgePlugins(policy: CspPolicy): Found[] {
  const governing = governs(policy, ["object-src", "default-src"]);
  if (governing === undefined) return [["plugins", "no object-src or default-src"]];
  const open = governing.sources.find((source) => isAnywhere(source) || /^data:$/i.test(source));
  return open === undefined ? [] : [["plugins", `${governing.directive} has ${open}`]];
}

/** base-uri does not fall back to default-src (CSP3, 6.3.1). Where no script loads, a base URL moves nothing. */
function judgeBase(policy: CspPolicy): Found[] {
  const scripts = governs(policy, ["script-src-elem", "script-src", "default-src"]);
  const none = scripts?.sources.every((source) => source.toLowerCase() === "'none'") ?? false;
  return none ? [] : judgeAlone(policy, "base-uri", "base");
}

/** frame-ancestors does not fall back to default-src (CSP3, 6.4.2). */
const judgeFraming = (policy: CspPolicy): Found[] => judgeAlone(policy, "frame-ancestors", "framing");

function judgeAlone(policy: CspPolicy, directive: string, weakness: CspWeakness): Found[] {
  const sources = policy.get(directive);
  if (sources === undefined) return [[weakness, `no ${directive}`]];
  const open = sources.find(isAnywhere);
  return open === undefined ? [] : [[weakness, `${directive} has ${open}, which is any host`]];
}

interface Governing {
  readonly directive: string;
  readonly sources: readonly string[];
  /** Whether a keyword is among the sources; keywords are matched without regard to case. */
  readonly has: (keyword: string) => boolean;
}

function governs(policy: CspPolicy, directives: readonly string[]): Governing | undefined {
  const directive = directives.find((name) => policy.has(name));
  if (directive === undefined) return undefined;
  const sources = policy.get(directive) ?? [];
  const keywords = new Set(sources.map((source) => source.toLowerCase()));
  return { directive, sources, has: (keyword) => keywords.has(keyword) };
}

const isNonce = (source: string): boolean => /^'nonce-[A-Za-z0-9+/_-]+={0,2}'$/i.test(source);

const isHash = (source: string): boolean => /^'sha(256|384|512)-[A-Za-z0-9+/_-]+={0,2}'$/i.test(source);

/** The domain of a wildcard under which a vendor gives names to whoever asks. */
const sharedHost = (source: string): string | undefined =>
  /^(?:https:\/\/)?\*\.(?:[\w-]+\.)*?((?:vercel|netlify|onrender|herokuapp|fly|pages|workers|github|gitlab|web|firebaseapp|azurewebsites|azurestaticapps|amazonaws|cloudfront|awsapprunner|amplifyapp|appspot|run|surge|glitch|repl|replit|railway|ngrok|ngrok-free|trycloudflare|blogspot|wixsite|myshopify|supabase|r2|vercel-storage|azureedge|akamaihd|akamaized|fastly|backblazeb2|digitaloceanspaces|googleapis|googleusercontent|wasabisys|b-cdn|bunnycdn|kxcdn|cloudfunctions|deno|codesandbox|stackblitz|webcontainer|jsfiddle|codepen)\.(?:app|com|dev|io|me|sh|net|page|co|site)|windows\.net|s3\.[\w.-]*amazonaws\.com)(?:[:/].*)?$/i
    .exec(source)?.[1]
    ?.toLowerCase();

/**
 * A host that serves the files of any package, repository or bucket that somebody has put there, named without a folder
 * or file of one of them: each has a library by which a page without inline scripts can be made to run some. A path
 * that ends in a slash is a folder; the paths of `+esm` and of combined files are not one package's.
 */
function libraryHost(source: string): string | undefined {
  const [, host = "", path = ""] =
    /^(?:https:\/\/)?([\w*.-]+)(?::(?:443|\*))?(\/[^?#]*)?$/.exec(source) ?? [];
  const name = libraries.find(
    (it) => host.toLowerCase() === it || (host.startsWith("*.") && it.endsWith(host.slice(1))),
  );
  const bucket = /^s3[.-][\w.-]*amazonaws\.com$|^s3\.amazonaws\.com$|^storage\.googleapis\.com$/i.exec(
    host,
  )?.[0];
  const isNamed =
    path.split("/").filter((part) => part !== "" && !/^(?:npm|gh|wp|ajax|libs|combine)$/.test(part)).length >
    0;
  return isNamed ? undefined : (name ?? bucket);
}

/** Public networks of packages: their own documents call them so. */
const libraries = [
  "cdn.jsdelivr.net",
  "fastly.jsdelivr.net",
  "unpkg.com",
  "cdnjs.cloudflare.com",
  "esm.sh",
  "cdn.skypack.dev",
  "jspm.dev",
  "ga.jspm.io",
  "ajax.googleapis.com",
  "ajax.aspnetcdn.com",
  "cdn.statically.io",
  "raw.githubusercontent.com",
  "gist.githubusercontent.com",
  "rawcdn.githack.com",
  "gitcdn.link",
  "cdn.bootcdn.net",
];

/** `*`, a bare web scheme, or a host that is a wildcard alone or under a top-level domain alone. */
function isAnywhere(source: string): boolean {
  if (/^(https?|wss?):$/i.test(source)) return true;
  const host = source
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/[/?].*$/, "")
    .replace(/:(\d+|\*)$/, "");
  return host === "*" || /^\*\.(?:[^.]+|(?:ac|co|com|edu|gov|ne|net|or|org)\.[a-z]{2})$/i.test(host);
}
