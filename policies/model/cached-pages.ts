import { fault, type Stack, type Verdict } from "../framework/index.ts";
import { literals } from "../values/cloudflare-expression.ts";
import { representativePaths } from "../values/representative-paths.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import type { EdgeZone } from "./edge-zone.ts";
import { edgeZoneOf } from "./edge-zones.ts";
import { pageRulesOf } from "./page-rules.ts";
import { headersOf, pageRequest } from "./response-headers.ts";
import { mayActOn, type Rule, rulesOf } from "./rulesets.ts";
import { requestTo, type Site } from "./sites.ts";
import type { Zone } from "./zones.ts";

/** Files that are the same for every visitor, by their folder or ending. */
const isFile =
  /^\/(?:static|assets|public|images?|img|media|files|fonts|_next|_nuxt|_astro|_app|favicon|robots|sitemap|manifest)|\.(?:m?js|css|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|txt|xml|webmanifest|pdf|mp4|zip)$/i;

const isEligible = ({ entry }: Rule): boolean =>
  entry.at("action").string() === "set_cache_settings" &&
  entry.at("actionParameters", "cache").boolean() === true;

/** Headers by which the host's own CDN keeps a page: https://vercel.com/docs/caching/cache-control-headers */
function keptAtHost(stack: Stack, site: Site): string | undefined {
  for (const name of ["Vercel-CDN-Cache-Control", "CDN-Cache-Control", "Cache-Control"]) {
    for (const path of ["/account/settings", "/api/orders/17"]) {
      const headers = headersOf(
        stack,
        { ...site, zone: undefined },
        name.toLowerCase(),
        pageRequest(site, path),
      );
      const kept = headers.find((header) => isShared(header?.value ?? "", name));
      if (kept !== undefined) {
        return `${site.host}${path} has the ${name} ${JSON.stringify(kept.value)}, by which the CDN shows it to other visitors.`;
      }
    }
  }
  return undefined;
}

/** In the header for browsers and caches alike, `s-maxage` alone is for caches that many visitors share. */
function isShared(value: string, name: string): boolean {
  const [, seconds = "0"] =
    (name === "Cache-Control" ? /s-maxage\s*=\s*(\d+)/i : /(?:s-maxage|max-age)\s*=\s*(\d+)/i).exec(value) ??
    [];
  return Number(seconds) > 0 && !/\b(?:no-store|private)\b/i.test(value);
}

const unchanged: Pick<EdgeZone, "rewritten" | "rewriteNames"> = {
  rewritten: (request) => [{ request }],
  rewriteNames: () => [],
};

/**
 * Whether rules take from an answer what its host says against shared caches: both directives, or one where they let
 * it be kept as well. A rule that only may act, such as one on the type of the answer, is not counted.
 */
function opensAnswer(stack: Stack, zone: Zone, caching: readonly Rule[], request: SampleRequest): boolean {
  const isCached = caching.some((rule) => isEligible(rule) && mayActOn(rule, request) !== false);
  const operations = new Map<string, boolean>();
  for (const rule of rulesOf(stack, zone, "http_response_cache_settings")) {
    if (rule.entry.at("action").string() !== "set_cache_control" || mayActOn(rule, request) !== true)
      continue;
    for (const name of ["noStore", "private", "public", "sMaxage"] as const) {
      const change = rule.entry.at("actionParameters", name);
      const operation = change.at("operation").string();
      // What is for Cloudflare alone matters where it keeps such answers.
      if (operation === undefined || (change.at("cloudflareOnly").boolean() === true && !isCached)) continue;
      operations.set(name, operation === "set");
    }
  }
  const removed = ["noStore", "private"].filter((name) => operations.get(name) === false);
  const isForbidden = operations.get("noStore") === true || operations.get("private") === true;
  const isLet = operations.get("public") === true || operations.get("sMaxage") === true;
  return !isForbidden && (removed.length === 2 || (removed.length === 1 && isLet));
}

/** Judges whether the edge may keep pages or answers of the API, whatever their host says of caching. */
export function judgePages(stack: Stack, site: Site): Verdict {
  const { zone } = site;
  const atHost = keptAtHost(stack, site);
  if (atHost !== undefined) {
    return atHost;
  }
  if (zone === undefined) {
    return true;
  }
  const rules = rulesOf(stack, zone, "http_request_cache_settings");
  const answers = rulesOf(stack, zone, "http_response_cache_settings");
  const named = [...rules, ...answers].flatMap(({ entry }) =>
    literals(entry.at("expression").string() ?? ""),
  );
  const { rewritten, rewriteNames } = edgeZoneOf(stack, site) ?? unchanged;
  const texts = [...named, ...rewriteNames()];
  const paths = ["/account/settings", "/api/orders/17", ...representativePaths(texts, ["/"])];
  const requests = paths
    .filter((path) => !isFile.test(path))
    .flatMap((path) =>
      rewritten({ ...requestTo(site, path), responseCode: 200 }).map(({ request }) => ({ path, request })),
    );
  for (const { path, request } of requests) {
    let isKept = false;
    let isAsked = false;
    for (const rule of rules) {
      const parameters = rule.entry.at("actionParameters");
      const acts = mayActOn(rule, request);
      // What the rule makes eligible is kept for two hours where its host says nothing: pages say so, calls do not.
      const mode = parameters.at("edgeTtl", "mode").string();
      const isOpen = mode === undefined || (mode === "respect_origin" && path.startsWith("/api/"));
      if (acts !== false && (mode === "override_origin" || (isOpen && isEligible(rule)))) {
        isKept ||= parameters.at("cache").boolean() !== false;
        isAsked = mode === "respect_origin";
      }
      if (acts === true && parameters.at("cache").boolean() === false) {
        isKept = false;
      }
    }
    if (isKept) {
      return `A rule may keep ${site.host}${path} at the edge, ${isAsked ? "where its host does not forbid it" : "whatever its host says"}, and show it to other visitors.`;
    }
  }
  const stripped = requests.find(({ request }) => opensAnswer(stack, zone, rules, request));
  if (stripped !== undefined) {
    return `A rule takes no-store and private from the answers of ${site.host}${stripped.path}, so that shared caches may keep them and show them to other visitors.`;
  }
  const pageRule = pageRulesOf(stack, zone, site).find(
    (rule) =>
      /^cache_?everything$/i.test(rule.at("actions", "cacheLevel").string() ?? "") &&
      !isFile.test(
        (rule.at("target").string() ?? "").replace(/^[^/]*(?:\/\/[^/]*)?/, "").replaceAll("*", ""),
      ),
  );
  return (
    pageRule === undefined ||
    fault(
      pageRule.at("actions"),
      `The page rule ${pageRule.name} keeps every page of ${site.host} at the edge.`,
    )
  );
}
