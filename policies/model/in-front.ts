import type { Input } from "@pulumi/pulumi";
import type { ProjectRouteArgs } from "@pulumi/vercel";
import { adapters } from "../adapters/index.ts";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
} from "../framework/index.ts";
import { actsOn } from "../values/cloudflare-expression.ts";
import { headerChangeFault } from "../values/request-headers.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { placeParts, starForm } from "../values/star-pattern.ts";
import { isVendorsOwn } from "./domains.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { neededRequests, probedRequests } from "./lock-outs.ts";
import { isDeclaredName, isOwnName } from "./own-names.ts";
import { reachOf } from "./reach.ts";
import { routeActsOn } from "./response-headers.ts";
import { statedRole } from "./roles.ts";
import { knownHealthPath, requestTo, type Site } from "./sites.ts";
import { cloudflare, vercel } from "./tokens.ts";
import { inZone, type Zone } from "./zones.ts";

const isTarget = (content: string): boolean => adapters.some((it) => it.isTarget?.(content) === true);

/**
 * What runs in front of a site in place of its host, or past the rules of the zone: a Worker, a snippet, a load
 * balancer, a TCP proxy. Undefined where nothing does. Throws UnknownRead.
 */
export function interposed(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  return (
    byWorker(stack, site, zone) ??
    byPages(stack, site) ??
    byCustomHostname(stack, site) ??
    byGateway(stack, site, zone) ??
    byConnector(stack, site, zone) ??
    bySnippet(stack, site, zone) ??
    byBalancer(stack, site, zone)
  );
}

/** A project of Cloudflare Pages and a bucket answer at their domains. */
function byPages(stack: Stack, { host }: Site): Fault | undefined {
  const [domain] = stack
    .ofType(cloudflare.pagesDomain)
    .filter((it) => it.at("name").string()?.toLowerCase() === host);
  const [bucket] = stack
    .ofType(cloudflare.r2CustomDomain)
    .filter((it) => it.at("domain").string()?.toLowerCase() === host && isOn(it.at("enabled")));
  if (bucket !== undefined) {
    return fault(bucket.at("domain"), `the bucket ${bucket.at("bucketName").string()} answers in its place`);
  }
  return (
    domain &&
    fault(domain.at("name"), `the Pages project ${domain.at("projectName").string()} answers in its place`)
  );
}

/** A name of a customer of the zone: what it is asked goes to an origin of its own. */
function byCustomHostname(stack: Stack, { host }: Site): Fault | undefined {
  const [own] = stack
    .ofType(cloudflare.customHostname)
    .filter((it) => it.at("hostname").string()?.toLowerCase() === host);
  const origin = own?.at("customOriginServer");
  return (
    own &&
    origin &&
    unproved(
      origin.exists ? origin : own.at("hostname"),
      `the custom hostname ${own.name} sends its requests to ${origin.string() ?? "the zone's fallback origin"}`,
      "Remove the custom hostname: it is for names of customers, and this one is of the zone.",
    )
  );
}

/** A gateway to IPFS or Ethereum takes the name that it is given, and its record. */
function byGateway(stack: Stack, { host }: Site, zone: Zone): Fault | undefined {
  const [gateway] = inZone(
    stack,
    zone,
    cloudflare.web3Hostname,
    (it) => it.at("name").string()?.toLowerCase() === host,
  );
  return (
    gateway &&
    fault(
      gateway.at("name"),
      `the gateway ${gateway.name} answers in its place from ${gateway.at("target").string()}`,
    )
  );
}

/** A rule by which the files of a bucket are the answer. */
function byConnector(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const rules = inZone(stack, zone, cloudflare.connector).flatMap((resource) =>
    resource
      .at("rules")
      .items()
      .map((rule) => ({ resource, rule })),
  );
  const found = rules.find(({ rule }) => mayActAt(rule, site));
  return (
    found &&
    fault(
      found.rule.at("parameters", "host"),
      `a rule of ${found.resource.name} answers requests from ${found.rule.at("parameters", "host").string() ?? "a bucket"}`,
    )
  );
}

interface SwitchedRule {
  enabled?: Input<boolean>;
  expression?: Input<string>;
}

/** Whether a rule that has a switch and an expression may act on some request to a site. */
const mayActAt = (rule: Value<SwitchedRule>, site: Site): boolean =>
  isOn(rule.at("enabled")) && reachOf(rule.at("expression").string() ?? "", site).kind !== "none";

function byWorker(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const [domain] = stack
    .ofType(cloudflare.workersDomain)
    .filter((it) => it.at("hostname").string()?.toLowerCase() === site.host);
  if (domain !== undefined) {
    return fault(domain.at("hostname"), `the Worker ${domain.at("service").string()} answers in its place`);
  }
  const route = workerRoute(stack, site, zone, false);
  return route === undefined
    ? undefined
    : unproved(
        route.at("pattern"),
        `the Worker of ${route.name} may answer in its place, or change what it answers`,
        `Give the Worker a host of its own; or, where it passes requests on, say so by the setting roles: { ${route.name}: proxy }, and optropic verify measures what comes through it.`,
      );
}

/**
 * The first route by which a Worker gets requests to a site, of those that a setting calls a proxy or of the others: one
 * without a script keeps the Workers of wider routes away. Throws UnknownRead.
 */
function workerRoute(stack: Stack, { host }: Site, zone: Zone, isProxy: boolean) {
  const [route] = inZone(
    stack,
    zone,
    cloudflare.workersRoute,
    (it) =>
      Boolean(it.at("script").string()) &&
      takes(it.at("pattern").string() ?? "", host) &&
      (statedRole(stack, it) === "proxy") === isProxy,
  );
  return route;
}

/**
 * What a setting says of a Worker or a snippet that it passes requests to a site on: the value that chooses them.
 * Undefined where none is in front of it. Throws UnknownRead.
 */
export function passingOn(stack: Stack, site: Site, zone: Zone): AnyValue | undefined {
  const route = workerRoute(stack, site, zone, true);
  const [snippets] = inZone(
    stack,
    zone,
    cloudflare.snippetRules,
    (it) => statedRole(stack, it) === "proxy" && snippetAt(it, site) !== undefined,
  );
  return route?.at("pattern") ?? (snippets && snippetAt(snippets, site)?.at("expression"));
}

/** `*example.com/*`: a star stands for any text. */
function takes(pattern: string, host: string): boolean {
  const [authority = ""] = placeParts(pattern);
  return new RegExp(`^${starForm(authority)}$`).test(host);
}

type SnippetRules = ResourceOf<PropertiesOf<typeof cloudflare.snippetRules>>;

/** The rule by which a snippet runs for some request to a site. */
const snippetAt = (rules: SnippetRules, site: Site) =>
  rules
    .at("rules")
    .items()
    .find((rule) => mayActAt(rule, site));

function bySnippet(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const resource of inZone(stack, zone, cloudflare.snippetRules)) {
    const rule = statedRole(stack, resource) === "proxy" ? undefined : snippetAt(resource, site);
    if (rule === undefined) continue;
    return unproved(
      rule.at("expression"),
      `the snippet ${rule.at("snippetName").string()} may change what it is asked or answers`,
      `Limit the snippet to another host; or, where it passes requests on, say so by the setting roles: { ${resource.name}: proxy }, and optropic verify measures what comes through it.`,
    );
  }
  return undefined;
}

function byBalancer(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const [proxy] = inZone(
    stack,
    zone,
    cloudflare.spectrum,
    (it) => it.at("dns", "name").string()?.toLowerCase() === site.host,
  );
  if (proxy !== undefined) {
    return fault(proxy.at("dns", "name"), `${proxy.name} takes its traffic past every rule of the zone`);
  }
  for (const balancer of inZone(
    stack,
    zone,
    cloudflare.loadBalancer,
    (it) => it.at("name").string()?.toLowerCase() === site.host,
  )) {
    if (balancer.at("proxied").boolean() !== true) {
      return fault(
        balancer.at("proxied"),
        `the load balancer ${balancer.name} is not proxied, so no rule acts on it`,
      );
    }
    const pools = balancer.dependencies.flatMap((it) => (it.is(cloudflare.pool) ? [it] : []));
    const origins = pools.flatMap((pool) => pool.at("origins").items());
    const foreign = origins.find((origin) => {
      const address = origin.at("address").string()?.toLowerCase() ?? "";
      return !isTarget(address) && !isOwnName(stack, address);
    });
    if (foreign !== undefined) {
      return fault(
        foreign.at("address"),
        `the load balancer ${balancer.name} leads to ${foreign.at("address").string()}, which is not a host of the stack`,
      );
    }
    const needed = ["/", "/api/orders/17", knownHealthPath(site) ?? "/api/health"];
    const answer = balancer
      .at("rules")
      .items()
      .find(
        (rule) =>
          rule.at("disabled").boolean() !== true &&
          rule.at("fixedResponse").exists &&
          needed.some((path) => answers(rule.at("condition").string() ?? "", requestTo(site, path))),
      );
    if (answer !== undefined) {
      return fault(
        answer.at("fixedResponse"),
        `a rule of the load balancer ${balancer.name} answers requests in its place`,
      );
    }
    const isOff = pools.every(
      (pool) =>
        pool.at("enabled").boolean() === false ||
        pool
          .at("origins")
          .items()
          .every((origin) => origin.at("enabled").boolean() === false || origin.at("weight").number() === 0),
    );
    if (origins.length > 0 && isOff) {
      return fault(
        balancer.at("defaultPools"),
        `the load balancer ${balancer.name} leads to pools that are switched off`,
      );
    }
    if (origins.length === 0) {
      return unproved(
        balancer.at("defaultPools"),
        `the load balancer ${balancer.name} leads to pools that the stack does not declare`,
        "Declare the cloudflare.LoadBalancerPool in this stack.",
      );
    }
  }
  return undefined;
}

const routesOf = ownedBy([vercel.route], "projectId");
const redirectsOf = ownedBy([vercel.bulkRedirects], "projectId");

/** What a project's routes and redirects at Vercel send elsewhere. Throws UnknownRead. */
export function routedElsewhere(stack: Stack, site: Site): Fault | undefined {
  const { project, host: own } = site;
  if (project === undefined) return undefined;
  for (const resource of routesOf(stack, project)) {
    const route = resource.at("route");
    if (resource.at("enabled").boolean() === false) continue;
    const source = route.at("src").string() ?? "";
    const host = hostIn(route.at("dest").string());
    const isStray =
      host !== undefined &&
      (takesAll.test(source)
        ? !isDeclaredName(stack, host) || (isRedirect(route.at("status").number()) && isVendorsOwn(host))
        : takesPages.test(source) && !isOwnName(stack, host));
    if (isStray) {
      return fault(route.at("dest"), `the route ${resource.name} sends its requests to ${host}`);
    }
    const answered = answeredBy(resource, neededRequests(stack, site));
    if (answered !== undefined) return answered;
    const measured =
      measuredAt(stack, site, source, route.at("dest").string()) ??
      rewrittenBy(resource, probedRequests(stack, site));
    if (measured !== undefined) {
      return fault(
        route.at("dest"),
        `the route ${resource.name} sends ${measured}, which is measured, to ${route.at("dest").string()}`,
      );
    }
    for (const transform of route.at("transforms").items()) {
      if (transform.at("type").string() !== "request.headers" || !takesPages.test(source)) continue;
      const found = headerChangeFault({
        name: keyOf(transform.at("target").string() ?? ""),
        kind: transform.at("op").string() === "delete" ? "remove" : "set",
        value: transform.at("args").string(),
        host: own,
      });
      if (found !== undefined) return fault(transform, `the route ${resource.name} ${found}`);
    }
    const status = route.at("status");
    if (isRedirect(status.number()) && isPlain(stack, route.at("dest").string())) {
      return fault(route.at("dest"), `the route ${resource.name} redirects ${source} to plain http`);
    }
  }
  for (const resource of redirectsOf(stack, project)) {
    for (const redirect of resource.at("redirects").items()) {
      const to = redirect.at("destination");
      if (known(() => isPlain(stack, to.string())) === true) {
        return fault(to, `${resource.name} redirects ${redirect.at("source").string()} to plain http`);
      }
      const host = known(() => foreignHost(stack, to.string()));
      const measured = known(() =>
        measuredAt(stack, site, redirect.at("source").string() ?? "", to.string()),
      );
      if (measured !== undefined) {
        return fault(
          to,
          `${resource.name} redirects ${measured}, which is measured, to ${to.string()}`,
          "Leave the paths of health checks and metrics out of the redirects.",
        );
      }
      if (host !== undefined && takesPages.test(redirect.at("source").string() ?? "")) {
        return fault(to, `${resource.name} redirects its visitors to ${host}`);
      }
    }
  }
  return undefined;
}

/** A route that has a status and leads nowhere, or has that of an error, is the answer itself; undefined where it is none to these requests. */
function answeredBy(
  route: ResourceOf<ProjectRouteArgs>,
  requests: readonly SampleRequest[],
): Fault | undefined {
  const status = route.at("route", "status");
  const code = status.number();
  const isSentOn = (route.at("route", "dest").string() ?? "") !== "" && (code ?? 0) < 400;
  if (code === undefined || isSentOn) return undefined;
  for (const { host, path } of requests) {
    const acts = routeActsOn(route, host, path);
    if (acts === true) {
      return fault(
        status,
        `the route ${route.name} answers ${path} with ${code} in its place`,
        "Remove the route, or limit its src to a path that the application does not have.",
      );
    }
    // What keeps some visitors out is a filter; a success without the application is none.
    if (acts === undefined && code < 400) {
      return unproved(
        status,
        `the route ${route.name} may answer ${path} with ${code} in its place`,
        "Remove the route, or limit its src to a path that the application does not have.",
      );
    }
  }
  return undefined;
}

/** A path of these requests for which the host gets another one; undefined where the route keeps each. */
function rewrittenBy(
  route: ResourceOf<ProjectRouteArgs>,
  requests: readonly SampleRequest[],
): string | undefined {
  const target = route.at("route", "dest").string() ?? "";
  // What a group or a name of the source takes may be the path itself.
  if (target === "" || /[$:](?:\w|\{)/.test(target.replace(/^https?:\/\/[^/]*/i, ""))) return undefined;
  return requests.find(({ host, path }) => {
    const to = URL.parse(target, `https://${host}`);
    return to !== null && to.pathname !== path && routeActsOn(route, host, path) !== false;
  })?.path;
}

/** The path of a health check or a scrape job, where the source is that path alone and the target is another one. */
function measuredAt(
  stack: Stack,
  site: Site,
  source: string,
  target: string | undefined,
): string | undefined {
  const path = source.replace(/^\^|\$$/g, "");
  const to = target === undefined ? null : URL.parse(target, `https://${site.host}`);
  const isMeasured = probedRequests(stack, site).some((request) => request.path === path);
  return isMeasured && to !== null && to.pathname !== path ? path : undefined;
}

/** The header that a transform of Vercel's is about: its target is JSON, such as `{"key":"cookie"}`. */
const keyOf = (target: string): string =>
  /"key"\s*:\s*(?:\{\s*"eq"\s*:\s*)?"([^"]+)"/.exec(target)?.[1] ?? target;

/** A rule without a condition takes every request; one that only some visitors come under, wherever they go, is a filter. */
function answers(condition: string, request: SampleRequest): boolean {
  if (condition.trim() === "") return true;
  const acts = actsOn(condition, request);
  return acts ?? actsOn(condition, { ...request, path: "/.another/page" }) === false;
}

/** Every page, the first one, or the API; a folder of another name may be another program's. */
const takesPages = /^\^?\/(?:$|\$$|\(|:path|\.\*|\*|api\b)/;

/** The same without what names a part of the API. */
const takesAll = /^\^?\/(?:$|\$$|\(|:path|\.\*|\*|api\/?(?:$|\(|:|\.\*|\*))/;

/** Whether it is an address of the platform without TLS: others may have no better one. */
function isPlain(stack: Stack, text: string | undefined): boolean {
  const host = /^http:/i.test(text ?? "") ? hostIn(text) : undefined;
  return host !== undefined && isOwnName(stack, host);
}

const isRedirect = (status: number | undefined): boolean =>
  status !== undefined && [301, 302, 303, 307, 308].includes(status);

function foreignHost(stack: Stack, text: string | undefined): string | undefined {
  const host = hostIn(text);
  return host === undefined || isOwnName(stack, host) ? undefined : host;
}

const hostIn = (text: string | undefined): string | undefined =>
  /^(?:https?:)?\/\/([^/:?#]+)/i.exec(text ?? "")?.[1]?.toLowerCase();
