import type { Input } from "@pulumi/pulumi";
import { adapters } from "../adapters/index.ts";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type Stack,
  unproved,
  type Value,
} from "../framework/index.ts";
import { actsOn, textMadeBy } from "../values/cloudflare-expression.ts";
import { type PathLimit, pathLimitsOf } from "../values/expression-paths.ts";
import { targetOfExpression, targetOfUrl } from "../values/redirect-target.ts";
import { headerChangeFault } from "../values/request-headers.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { isVendorsOwn } from "./domains.ts";
import { isOn } from "./given.ts";
import { probedRequests } from "./lock-outs.ts";
import { isOwnName } from "./own-names.ts";
import { isPlaceOf, pageRulesOf } from "./page-rules.ts";
import { type Reach, reachOf } from "./reach.ts";
import { mayActOn, type Rule, rulesOf, surelyActsOn } from "./rulesets.ts";
import { knownHealthPath, requestTo, type Site } from "./sites.ts";
import { cloudflare } from "./tokens.ts";
import { hosts, isOtherHost } from "./variables.ts";
import type { Zone } from "./zones.ts";

/**
 * What a rule of the zone makes of requests to a site so that its host does not answer them: a redirect, another
 * origin, another path, a page in place of an error. Undefined where each rule is proved not to. Throws UnknownRead.
 */
export function ruleDiversion(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  return (
    firstOf(stack, site, zone, redirectPhases, "redirect", (rule) => redirected(stack, rule, site)) ??
    firstOf(stack, site, zone, ["http_request_origin"], "route", (rule) => routed(stack, rule, site)) ??
    firstOf(stack, site, zone, ["http_request_transform"], "rewrite", (rule, reach) =>
      rewritten(stack, rule, reach, site),
    ) ??
    firstOf(stack, site, zone, ["http_custom_errors"], "serve_error", hidden) ??
    firstOf(stack, site, zone, ["http_request_late_transform"], "rewrite", (rule) => changed(rule, site)) ??
    firstOf(stack, site, zone, ["http_response_cache_settings"], "set_cache_settings", (rule) =>
      withoutCookies(rule, site),
    ) ??
    firstOf(stack, site, zone, ["http_response_headers_transform"], "rewrite", (rule) =>
      withoutCookies(rule, site),
    ) ??
    byPageRule(stack, site, zone)
  );
}

const redirectPhases = ["http_request_dynamic_redirect", "http_request_redirect"];

function firstOf(
  stack: Stack,
  site: Site,
  zone: Zone,
  phases: readonly string[],
  action: string,
  judge: (rule: Rule, reach: Reach) => Fault | undefined,
): Fault | undefined {
  for (const rule of phases.flatMap((phase) => rulesOf(stack, zone, phase))) {
    if (rule.entry.at("action").string() !== action || !isOn(rule.entry.at("enabled"))) continue;
    const reach = reachOf(rule.entry.at("expression").string() ?? "", site);
    const found = reach.kind === "none" ? undefined : judge(rule, reach);
    if (found !== undefined) return found;
  }
  return undefined;
}

function redirected(stack: Stack, rule: Rule, site: Site): Fault | undefined {
  const { entry, resource } = rule;
  const list = entry.at("actionParameters", "fromList", "name");
  if (list.exists) return byList(stack, list, resource.name, site);
  const target = entry.at("actionParameters", "fromValue", "targetUrl");
  const value = target.at("value").exists ? target.at("value") : target.at("expression");
  const text = value.string();
  if (text === undefined) return undefined;
  const limits = pathLimitsOf(entry.at("expression").string() ?? "");
  const sent = target.at("value").exists ? targetOfUrl(text) : targetMade(text, site, limits);
  const isAside =
    sent.kind === "host" && sent.scheme === "https" && !isVendorsOwn(sent.host) && isPageAside(limits);
  return (
    (isAside ? undefined : sentTo(stack, value, `a rule of ${resource.name} redirects requests`, sent)) ??
    measuredElsewhere(
      stack,
      site,
      value,
      `a rule of ${resource.name}`,
      (request) => surelyActsOn(rule, request),
      (request) => (target.at("value").exists ? text : textMadeBy(text, request)),
    )
  );
}

/** Where an expression sends the requests of a rule, by how it is written or else by what it makes of their paths. */
function targetMade(
  text: string,
  site: Site,
  limits: readonly PathLimit[] | undefined,
): ReturnType<typeof targetOfUrl> {
  const written = targetOfExpression(text);
  const made = limits?.map(({ path, isBeginning }) =>
    textMadeBy(text, { ...requestTo(site, path), ...(isBeginning && { isOpenEnded: true }) }),
  );
  const urls = made?.map((one) => (typeof one === "string" ? `${one}/` : one.prefix)) ?? [];
  // The host has to end in what is known, or what follows goes on with it.
  const hosts = new Set(urls.map((url) => /^https?:\/\/[^/?#]+(?=[/?#])/i.exec(url)?.[0]));
  const [host] = hosts;
  return written.kind === "unreadable" && hosts.size === 1 && host !== undefined
    ? targetOfUrl(host)
    : written;
}

/** Whether a rule is about few pages that it names, none of which is what visitors or programs come for. */
const isPageAside = (limits: readonly PathLimit[] | undefined): boolean =>
  limits !== undefined &&
  limits.length <= mostPagesAside &&
  limits.every(
    ({ path, isBeginning }) => !isBeginning && /^\/(?!api(?:\/|$))./i.test(path) && !asksWho.test(path),
  );

const mostPagesAside = 20;

/** Pages at which people say who they are, or pay: another host that has them could be anybody's. */
const asksWho =
  /log-?in|log-?out|sign-?(?:in|up|on|out)|auth|oauth|sso|session|password|register|account|profile|settings|checkout|pay|billing|cart|admin|dashboard|app(?:\/|$)/i;

/**
 * A redirect of what a health check or a scrape job asks for: its target answers in place of what is measured, unless it
 * is the same path of the same site.
 */
function measuredElsewhere(
  stack: Stack,
  site: Site,
  at: AnyValue,
  what: string,
  acts: (request: SampleRequest) => boolean,
  target: (request: SampleRequest) => ReturnType<typeof textMadeBy>,
): Fault | undefined {
  // What a star stands for is kept at the end, so the path is, too.
  if (keepsPath.test(at.string() ?? "")) return undefined;
  const fix = "Leave the paths of health checks and metrics out of the redirect.";
  for (const request of probedRequests(stack, site)) {
    if (!acts(request)) continue;
    const made = target(request);
    const url = typeof made === "string" ? URL.parse(made, `https://${request.host}`) : null;
    if (url === null) {
      return unproved(
        at,
        `${what} redirects ${request.path}, which is measured, to a URL that the policy cannot read`,
        fix,
      );
    }
    if (url.pathname !== request.path || bare(url.hostname) !== bare(request.host)) {
      return fault(at, `${what} redirects ${request.path}, which is measured, to ${url.href}`, fix);
    }
  }
  return undefined;
}

/** `https://example.com/$1` of a page rule, and `"https://${1}"` of a wildcard. */
const keepsPath = /\$\{?\d\}?(?:"\s*\))?\s*$/;
const bare = (host: string): string => host.replace(/^www\./, "");

/** Redirects of a list of the account, in it or as items of their own. */
function byList(stack: Stack, name: AnyValue, rules: string, site: Site): Fault | undefined {
  const lists = stack
    .ofType(cloudflare.list)
    .filter(
      (list) => list.at("name").string() === name.string() || name.resource.sourcesOf(name).includes(list),
    );
  if (lists.length === 0) {
    return unproved(
      name,
      `a rule of ${rules} redirects requests by a list that the stack does not declare`,
      "Declare the list and its items in the stack, or waive this policy for the host.",
    );
  }
  const redirects = [
    ...lists.flatMap((list) =>
      list
        .at("items")
        .items()
        .map((item) => item.at("redirect")),
    ),
    ...stack
      .ofType(cloudflare.listItem)
      .filter((item) => lists.some((list) => item.refersTo(list, "listId")))
      .map((item) => item.at("redirect")),
  ];
  return redirects
    .map((redirect) => {
      const url = redirect.at("targetUrl");
      const text = url.string();
      const what = `the list ${name.string() ?? ""}`;
      const source = redirect.at("sourceUrl").string() ?? "";
      return text === undefined
        ? undefined
        : (sentTo(stack, url, `${what} redirects ${source}`, targetOfUrl(text)) ??
            measuredElsewhere(
              stack,
              site,
              url,
              what,
              (request) => pathBelow(redirect, source, request) !== undefined,
              (request) => {
                const rest = pathBelow(redirect, source, request) ?? "";
                const isKept = redirect.at("preservePathSuffix").boolean() !== false;
                return isKept && rest !== "" ? `${text.replace(/\/$/, "")}/${rest}` : text;
              },
            ));
    })
    .find((found) => found !== undefined);
}

/** What a request asks for below the source of a redirect, "" where for the source itself; undefined where it is not of it. */
/** The parts of a redirect in a list that say which paths it takes. */
interface Redirect {
  includeSubdomains?: Input<boolean>;
  subpathMatching?: Input<boolean>;
}

function pathBelow(
  redirect: Value<Redirect>,
  source: string,
  { host, path }: SampleRequest,
): string | undefined {
  if (/^http:/i.test(source)) return undefined;
  const [, sourceHost = "", sourcePath = ""] =
    /^(?:https?:\/\/)?([^/]*)(.*)$/i.exec(source.toLowerCase()) ?? [];
  const isHost =
    host === sourceHost ||
    (redirect.at("includeSubdomains").boolean() === true && host.endsWith(`.${sourceHost}`));
  const [own, from] = [path, sourcePath].map((text) => text.replace(/\/$/, ""));
  if (!isHost || own === undefined || from === undefined) return undefined;
  if (own === from) return "";
  return redirect.at("subpathMatching").boolean() === true && own.startsWith(`${from}/`)
    ? own.slice(from.length + 1)
    : undefined;
}

function sentTo(
  stack: Stack,
  at: AnyValue,
  what: string,
  sent: ReturnType<typeof targetOfUrl>,
): Fault | undefined {
  if (sent.kind === "unreadable") {
    return unproved(
      at,
      `${what} to a URL that the policy cannot read`,
      'Begin the URL with a fixed host, as in concat("https://www.example.com", http.request.uri.path).',
    );
  }
  if (sent.scheme === "http") return fault(at, `${what} to plain http`);
  if (sent.kind === "host" && isVendorsOwn(sent.host) && !isOthers(stack, sent.host)) {
    return fault(at, `${what} to ${sent.host}, where no rule of the zone acts on them`);
  }
  return sent.kind === "same" || isOwnName(stack, sent.host)
    ? undefined
    : fault(at, `${what} to ${sent.host}, which is not a name of the platform`);
}

/** Whether a vendor gives the name to a host of the stack that is not of the application, such as its documentation. */
function isOthers(stack: Stack, name: string): boolean {
  const [label] = name.split(".");
  return hosts(stack).some(
    ({ resource, labels }) =>
      isOtherHost(stack)(resource) && known(labels)?.some((text) => text.toLowerCase() === label) === true,
  );
}

/** Ports at which Cloudflare connects without TLS: https://developers.cloudflare.com/fundamentals/reference/network-ports/ */
const plainPorts: ReadonlySet<number | undefined> = new Set([80, 8080, 8880, 2052, 2082, 2086, 2095]);

/** The one port at which Vercel and Render answer, whichever port a service listens on: https://render.com/docs/web-services */
const httpsPort = 443;

function routed(stack: Stack, { entry, resource }: Rule, site: Site): Fault | undefined {
  const parameters = entry.at("actionParameters");
  const port = parameters.at("origin", "port");
  if (plainPorts.has(port.number())) {
    return fault(port, `a rule of ${resource.name} sends requests to port ${port.number()}, without TLS`);
  }
  const isOnePort = site.project !== undefined || site.service !== undefined;
  if (isOnePort && (port.number() ?? httpsPort) !== httpsPort) {
    return fault(
      port,
      `a rule of ${resource.name} sends requests to port ${port.number()}, at which the host does not answer`,
    );
  }
  for (const name of [
    parameters.at("origin", "host"),
    parameters.at("hostHeader"),
    parameters.at("sni", "value"),
  ]) {
    const found = otherOrigin(stack, name, `a rule of ${resource.name} sends requests`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A host is right that the stack declares, or that is the name of a vendor which hosts something of it. */
function otherOrigin(stack: Stack, name: AnyValue, what: string): Fault | undefined {
  const host = name.string()?.toLowerCase();
  const isRight =
    host === undefined ||
    host === "" ||
    isOwnName(stack, host) ||
    // What is made from a host of the stack is its name.
    name.resource.sourcesOf(name).length > 0 ||
    adapters.some(
      (adapter) =>
        adapter.isTarget?.(host) === true && (adapter.hosts?.(stack) ?? []).length > 0 && !isNamedHost(host),
    );
  return isRight ? undefined : fault(name, `${what} to ${host}, which is not a host of the stack`);
}

/** Names that a vendor gives one host alone. */
const isNamedHost = (host: string): boolean => /\.(?:onrender\.com|vercel\.app)$/.test(host);

/** Requests of the API that have nothing in common but that: no rule makes one page of them. */
const callPaths = ["/api/orders/17", "/api/trpc/user.me"];

function rewritten(stack: Stack, rule: Rule, reach: Reach, site: Site): Fault | undefined {
  const { entry, resource } = rule;
  const isOfCalls = callPaths.every(
    (path) => actsOn(entry.at("expression").string() ?? "", requestTo(site, path)) === true,
  );
  const path = entry.at("actionParameters", "uri", "path");
  const isFixed = path.at("value").exists && (path.at("value").string() ?? "") !== "";
  if (isFixed && (reach.kind === "all" || isOfCalls)) {
    return fault(
      path,
      `a rule of ${resource.name} makes every request${isOfCalls && reach.kind !== "all" ? " of the API" : ""} one for ${path.at("value").string()}`,
    );
  }
  return path.exists ? unwatched(stack, rule, site) : undefined;
}

/** A health check or a scrape job that gets another path asks for something else than what it measures. */
function unwatched(stack: Stack, rule: Rule, site: Site): Fault | undefined {
  const { entry, resource } = rule;
  const to = entry.at("actionParameters", "uri", "path");
  const checked = knownHealthPath(site);
  for (const request of probedRequests(stack, site)) {
    if (!surelyActsOn(rule, request)) continue;
    const made = to.at("value").string() ?? textMadeBy(to.at("expression").string() ?? "", request);
    const what = `a rule of ${resource.name} makes ${request.path}, which is measured,`;
    if (typeof made !== "string") {
      return unproved(
        to,
        `${what} a path that the policy cannot read`,
        "Leave the paths of health checks and metrics out of the rule's expression.",
      );
    }
    if (made !== request.path && made !== checked) return fault(to, `${what} one for ${made}`);
  }
  return undefined;
}

/** What a host is asked for where a person is signed in, or signs in. */
const askedOf = ["/", "/orders/17", ...callPaths, "/api/trpc/login", "/api/auth/session"];

/** Whoever gets no cookie does not stay signed in. */
function withoutCookies(rule: Rule, site: Site): Fault | undefined {
  const parameters = rule.entry.at("actionParameters");
  const strips = parameters.at("stripSetCookie");
  const [, header] =
    parameters
      .at("headers")
      .entries()
      .find(([name]) => name.toLowerCase() === "set-cookie") ?? [];
  const at =
    strips.boolean() === true ? strips : header?.at("operation").string() === "add" ? undefined : header;
  return at === undefined || isOfFiles(rule, site)
    ? undefined
    : fault(
        at,
        `a rule of ${rule.resource.name} takes Set-Cookie from answers, so that nobody stays signed in`,
      );
}

const isOfFiles = (rule: Rule, site: Site): boolean =>
  askedOf.every((path) =>
    ["GET", "POST"].every((method) => mayActOn(rule, requestTo(site, path, method)) === false),
  );

/** Files of pages need no cookie, and a rule may take it from what asks for them. */
function changed(rule: Rule, site: Site): Fault | undefined {
  const { entry, resource } = rule;
  if (isOfFiles(rule, site)) return undefined;
  for (const [name, header] of entry.at("actionParameters", "headers").entries()) {
    const found = headerChangeFault({
      name,
      kind: header.at("operation").string() === "remove" ? "remove" : "set",
      value: header.at("value").string(),
      expression: header.at("expression").string(),
      host: site.host,
    });
    if (found !== undefined) return fault(header, `a rule of ${resource.name} ${found}`);
  }
  return undefined;
}

/** An error that is answered as a success is seen by no health check and no alert. */
function hidden({ entry, resource }: Rule): Fault | undefined {
  const status = entry.at("actionParameters", "statusCode");
  const code = status.number();
  return code !== undefined && code < 400
    ? fault(status, `a rule of ${resource.name} answers errors with the status ${code}`)
    : undefined;
}

function byPageRule(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const rule of pageRulesOf(stack, zone, site)) {
    const actions = rule.at("actions");
    const url = actions.at("forwardingUrl", "url");
    const text = url.string();
    const what = `the page rule ${rule.name} sends requests`;
    const found =
      (text === undefined
        ? undefined
        : (sentTo(stack, url, what, targetOfUrl(text)) ??
          measuredElsewhere(
            stack,
            site,
            url,
            `the page rule ${rule.name}`,
            (request) => isPlaceOf(rule.at("target").string() ?? "*", request),
            () => text,
          ))) ??
      otherOrigin(stack, actions.at("resolveOverride"), what) ??
      otherOrigin(stack, actions.at("hostHeaderOverride"), what);
    if (found !== undefined) return found;
  }
  return undefined;
}
