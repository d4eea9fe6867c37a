import type { types } from "@pulumi/cloudflare";
import type { ProjectRouteArgs } from "@pulumi/vercel";
import type { ResourceOf, Stack, Value } from "../framework/index.ts";
import { candidatesBy } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { rulesOf, surelyActsOn } from "./rulesets.ts";
import { requestTo, type Site } from "./sites.ts";
import { cloudflare, vercel } from "./tokens.ts";
import { inZone, type Zone, zoneSettings } from "./zones.ts";

/** A response header as visitors get it. */
export interface Header {
  /** Its value; undefined where a rule computes it on each response. */
  readonly value: string | undefined;
}

/**
 * What the declared rules make of a response header of a site's page; undefined where they do not set it.
 * Cloudflare rewrites what the host sends, so its rules come last. What the application itself sends is not
 * declared.
 *
 * @param name in lower case.
 */
export function headerOf(stack: Stack, site: Site, name: string, path: string): Header | undefined {
  const atHost = fromVercel(stack, site, name, path) ?? fromRender(site, name, path);
  return site.zone === undefined ? atHost : fromCloudflare(stack, site, site.zone, name, path, atHost);
}

function fromCloudflare(
  stack: Stack,
  site: Site,
  zone: Zone,
  name: string,
  path: string,
  atHost: Header | undefined,
): Header | undefined {
  let header = fromSettings(stack, zone, name) ?? atHost;
  for (const rule of rulesOf(stack, zone, "http_response_headers_transform")) {
    const change = entryNamed(rule.entry.at("actionParameters", "headers").entries(), name);
    if (change !== undefined && surelyActsOn(rule, requestTo(site, path))) {
      header = apply(change, header);
    }
  }
  return header;
}

type HeaderChange = Value<types.input.RulesetRuleActionParametersHeaders>;

function apply(change: HeaderChange, header: Header | undefined): Header | undefined {
  const value = change.at("value").string() ?? constant(change.at("expression").string());
  switch (change.at("operation").string()) {
    case "remove":
      return undefined;
    case "add":
      // Two headers of one name count as one with their values separated by a comma (RFC 9110, 5.3).
      return {
        value: header?.value !== undefined && value !== undefined ? `${header.value}, ${value}` : value,
      };
    default:
      return { value };
  }
}

/** The text of an expression that is nothing but a quoted string. */
function constant(expression: string | undefined): string | undefined {
  return /^\s*"([^"\\]*)"\s*$/.exec(expression ?? "")?.[1];
}

/** What settings of a zone send without a rule. */
function fromSettings(stack: Stack, zone: Zone, name: string): Header | undefined {
  if (name === "x-content-type-options") {
    const [setting] = zoneSettings(stack, zone, "security_header");
    if (setting?.at("value", "strict_transport_security", "nosniff").boolean() === true) {
      return { value: "nosniff" };
    }
  }
  const value = managedHeaders.get(name);
  if (value === undefined) {
    return undefined;
  }
  const isManaged = inZone(stack, zone, cloudflare.managedTransforms).some((transforms) =>
    transforms
      .at("managedResponseHeaders")
      .items()
      .some(
        (entry) =>
          entry.at("id").string() === "add_security_headers" && entry.at("enabled").boolean() === true,
      ),
  );
  return isManaged ? { value } : undefined;
}

/** https://developers.cloudflare.com/rules/transform/managed-transforms/reference/#add-security-headers */
const managedHeaders = new Map([
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "SAMEORIGIN"],
  ["referrer-policy", "same-origin"],
]);

const routesOf = perStack((stack) => candidatesBy(stack.ofType(vercel.route), "projectId"));

function fromVercel(stack: Stack, { project, host }: Site, name: string, path: string): Header | undefined {
  if (project === undefined) {
    return undefined;
  }
  let header: Header | undefined;
  for (const route of routesOf(stack)(project)) {
    if (route.refersTo(project, "projectId") && takes(route, host, path)) {
      const value =
        entryNamed(route.at("route", "headers").entries(), name)?.string() ?? transformed(route, name);
      header = value === undefined ? header : { value };
    }
  }
  return header;
}

function takes(route: ResourceOf<ProjectRouteArgs>, host: string, path: string): boolean {
  const { has, missing } = { has: route.at("route", "has"), missing: route.at("route", "missings") };
  const conditions = has.items();
  const isForHost = conditions.every(
    (condition) => condition.at("type").string() === "host" && condition.at("value").string() === host,
  );
  return (
    route.at("enabled").boolean() !== false &&
    isForHost &&
    missing.items().length === 0 &&
    pathMatches(route.at("route", "src").string() ?? "", route.at("srcSyntax").string(), path)
  );
}

function pathMatches(source: string, syntax: string | undefined, path: string): boolean {
  if (syntax === "equals") {
    return source === path;
  }
  // path-to-regexp: `:name*` and `:name+` take the rest of the path, `:name` one segment of it.
  const pattern = source
    .replace(/\/:\w+\*/g, "(?:/.*)?")
    .replace(/:\w+\+/g, ".+")
    .replace(/:\w+/g, "[^/]+");
  try {
    return new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, "")})$`).test(path);
  } catch {
    return false;
  }
}

/** Transforms name their header, and hold its value, as JSON documents. */
function transformed(route: ResourceOf<ProjectRouteArgs>, name: string): string | undefined {
  const transform = route
    .at("route", "transforms")
    .items()
    .find(
      (entry) =>
        entry.at("type").string() === "response.headers" &&
        entry.at("op").string() !== "delete" &&
        entry.at("target").json().at("key").string()?.toLowerCase() === name,
    );
  return transform?.at("args").json().string();
}

/** Only Render's static sites send headers that a stack declares. */
function fromRender({ service }: Site, name: string, path: string): Header | undefined {
  const entry = service
    ?.at("headers")
    .items()
    .find(
      (header) =>
        header.at("name").string()?.toLowerCase() === name && globMatches(header.at("path").string(), path),
    );
  const value = entry?.at("value").string();
  return value === undefined ? undefined : { value };
}

function globMatches(glob = "", path: string): boolean {
  return glob === path || (glob.endsWith("/*") && path.startsWith(glob.slice(0, -1)));
}

/** The entry of a map of headers, whatever the case of its name. */
function entryNamed<Entry>(entries: readonly [string, Entry][], name: string): Entry | undefined {
  return entries.find(([key]) => key.toLowerCase() === name)?.[1];
}
