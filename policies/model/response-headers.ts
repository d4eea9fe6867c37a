import type { types } from "@pulumi/cloudflare";
import type { ProjectRouteArgs } from "@pulumi/vercel";
import type { ResourceOf, Stack, Value } from "../framework/index.ts";
import { literals } from "../values/cloudflare-expression.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import type { Header } from "./edge.ts";
import { candidatesBy } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { mayActOn, type Rule, rulesOf } from "./rulesets.ts";
import { requestTo, type Site } from "./sites.ts";
import { cloudflare, vercel } from "./tokens.ts";
import { inZone, type SecurityHeader, type Zone, zoneSettings } from "./zones.ts";

export type { Header } from "./edge.ts";

/**
 * What the declared rules may make of a response header: one possibility where each rule surely acts on the request
 * or surely does not, more where that depends on what the request does not say. Cloudflare rewrites what the host
 * sends, so its rules come last, in their order. What the application itself sends is not declared.
 *
 * @param name in lower case.
 */
export function headersOf(stack: Stack, site: Site, name: string, request: SampleRequest): Header[] {
  const { zone, edge } = site;
  const byRoutes = [...fromVercel(stack, site, name, request), ...(edge?.header?.(name, request) ?? [])];
  const atHost = byRoutes.length > 0 ? byRoutes : [fromRender(site, name, request.path)];
  return zone === undefined ? atHost : fromCloudflare(stack, zone, name, request, atHost);
}

/** Whether a rule may take the header from a response. */
export function mayRemove(stack: Stack, { zone }: Site, name: string, request: SampleRequest): boolean {
  return (
    zone !== undefined &&
    rulesOf(stack, zone, transformPhase).some(
      (rule) =>
        changeOf(rule, name)?.at("operation").string() === "remove" && mayActOn(rule, request) !== false,
    )
  );
}

/** A request for a page, by any method. */
export function pageRequest(site: Site, path: string, contentType = "text/html"): SampleRequest {
  return { ...requestTo(site, path), method: undefined, contentType, responseCode: 200 };
}

/** Texts that the rules on a header compare with, by which they may tell paths apart. */
export function namesInRules(stack: Stack, { zone, project, service, edge }: Site, name: string): string[] {
  const atEdge =
    zone === undefined
      ? []
      : rulesOf(stack, zone, transformPhase)
          .filter((rule) => changeOf(rule, name) !== undefined)
          .flatMap(({ entry }) => literals(entry.at("expression").string() ?? ""));
  const atVercel =
    project === undefined
      ? []
      : routesOf(stack)(project).flatMap((route) => route.at("route", "src").string() ?? []);
  const atRender =
    service
      ?.at("headers")
      .items()
      .flatMap((header) => header.at("path").string() ?? []) ?? [];
  const elsewhere = edge?.headerPaths?.() ?? [];
  return [...elsewhere, ...atEdge, ...atVercel.filter((source) => /^[\w/.*-]*$/.test(source)), ...atRender];
}

/** Statuses of responses by which the rules on a header may tell them apart; none where they do not ask for it. */
export function statusesInRules(stack: Stack, { zone }: Site, name: string): number[] {
  const expressions =
    zone === undefined
      ? []
      : rulesOf(stack, zone, transformPhase)
          .filter((rule) => changeOf(rule, name) !== undefined)
          .map(({ entry }) => entry.at("expression").string() ?? "");
  const named = expressions
    .filter((text) => text.includes("http.response.code"))
    .flatMap((text) => [200, 404, 500, ...(text.match(/\b[1-5]\d\d\b/g) ?? []).map(Number)]);
  return [...new Set(named.flatMap((status) => [status - 1, status, status + 1]))].filter(isSeen);
}

/** Whether browsers show what has the status, in part or whole: not where there is nothing, or another place is named. */
const isSeen = (status: number): boolean =>
  (status >= 200 && status < 300 && status !== 204 && status !== 205) || (status >= 400 && status < 600);

const transformPhase = "http_response_headers_transform";

function changeOf({ entry }: Rule, name: string): HeaderChange | undefined {
  return entryNamed(entry.at("actionParameters", "headers").entries(), name);
}

function fromCloudflare(
  stack: Stack,
  zone: Zone,
  name: string,
  request: SampleRequest,
  atHost: readonly Header[],
): Header[] {
  const setting = fromSettings(stack, zone, name);
  let headers = distinct(setting === undefined ? atHost : [setting]);
  for (const rule of rulesOf(stack, zone, transformPhase)) {
    const change = changeOf(rule, name);
    const acts = change === undefined ? false : mayActOn(rule, request);
    if (change !== undefined && acts !== false) {
      const changed = headers.map((header) => apply(change, header));
      headers = distinct(acts === true ? changed : [...headers, ...changed]);
    }
  }
  return headers;
}

/** Few enough that many rules of which it is not sure whether they act stay cheap. */
const maximumPossibilities = 32;

function distinct(headers: readonly Header[]): Header[] {
  const byValue = new Map(
    headers.map((header) => [header === undefined ? header : `=${header.value}`, header]),
  );
  return [...byValue.values()].slice(0, maximumPossibilities);
}

type HeaderChange = Value<types.input.RulesetRuleActionParametersHeaders>;

function apply(change: HeaderChange, header: Header): Header {
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
function fromSettings(stack: Stack, zone: Zone, name: string): Header {
  if (name === "strict-transport-security") {
    const hsts = zoneSettings(stack, zone, "security_header")[0]
      ?.at("value")
      .as<SecurityHeader>()
      .at("strict_transport_security");
    if (hsts?.at("enabled").boolean() === true) {
      const flags = [
        hsts.at("include_subdomains").boolean() === true ? "; includeSubDomains" : "",
        hsts.at("preload").boolean() === true ? "; preload" : "",
      ];
      return { value: `max-age=${hsts.at("max_age").number() ?? 0}${flags.join("")}` };
    }
  }
  if (name === "x-content-type-options") {
    const [setting] = zoneSettings(stack, zone, "security_header");
    if (
      setting?.at("value").as<SecurityHeader>().at("strict_transport_security", "nosniff").boolean() === true
    ) {
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

/** What routes of Vercel may make of it; empty where none is about it. */
function fromVercel(stack: Stack, { project, host }: Site, name: string, { path }: SampleRequest): Header[] {
  if (project === undefined) {
    return [];
  }
  let headers: Header[] = [];
  for (const route of routesOf(stack)(project)) {
    const value =
      entryNamed(route.at("route", "headers").entries(), name)?.string() ?? transformed(route, name);
    if (value === undefined || !route.refersTo(project, "projectId")) {
      continue;
    }
    const acts = routeActsOn(route, host, path);
    if (acts !== false) {
      const before = headers.length === 0 ? [undefined] : headers;
      headers = acts === true ? [{ value }] : [...before, { value }];
    }
  }
  return headers;
}

/** Whether a route of a project at Vercel is for a path of a host; undefined where what the path does not say decides it. */
export function routeActsOn(
  route: ResourceOf<ProjectRouteArgs>,
  host: string,
  path: string,
): boolean | undefined {
  if (route.at("enabled").boolean() === false) return false;
  const source = route.at("route", "src").string() ?? "";
  const matches = route.at("srcSyntax").string() === "equals" ? source === path : formOf(source)?.test(path);
  if (matches === false) return false;
  const answers = route
    .at("route", "has")
    .items()
    .map((condition) => {
      const value = condition.at("value").string() ?? "";
      const isName = condition.at("type").string() === "host" && /^[\w.-]+$/.test(value);
      return isName ? value.toLowerCase() === host : undefined;
    });
  const isOpen =
    matches === undefined || answers.includes(undefined) || route.at("route", "missings").items().length > 0;
  return answers.includes(false) ? false : isOpen ? undefined : true;
}

/** path-to-regexp: `:name*` and `:name+` take the rest of the path, `:name` one segment of it. */
function formOf(source: string): RegExp | undefined {
  const pattern = source
    .replace(/\/:\w+\*/g, "(?:/.*)?")
    .replace(/:\w+\+/g, ".+")
    .replace(/:\w+/g, "[^/]+");
  try {
    return new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, "")})$`);
  } catch {
    return undefined;
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
        entry.at("target").json<{ key?: string }>().at("key").string()?.toLowerCase() === name,
    );
  return transform?.at("args").json().string();
}

/** Only Render's static sites send headers that a stack declares. */
function fromRender({ service }: Site, name: string, path: string): Header {
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
