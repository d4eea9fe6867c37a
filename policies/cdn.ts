import { judge, policy, type Stack, type Verdict } from "./framework/index.ts";
import { judgePages } from "./model/cached-pages.ts";
import { domains } from "./model/domains.ts";
import type { Lifetime } from "./model/edge-zone.ts";
import { edgeZoneOf, edgeZones, judgeEdgeZones } from "./model/edge-zones.ts";
import { edges, judgeEdges } from "./model/edges.ts";
import { headersOf, pageRequest } from "./model/response-headers.ts";
import { judgeSites, requestTo, type Site } from "./model/sites.ts";
import { browsers, type SampleRequest } from "./values/sample-request.ts";

// Items 6.8 and 6.9. Whether the edge is proxied is in platform.ts. Item 6.9 is about the performance of the application,
// whatever else the zone serves.

const year = 31_536_000;

/** Seconds for which the edge may answer with an error in place of a file that is there again. */
const longestError = 3600;

export const cacheRules = policy({
  name: "cdn-cache-rules",
  items: ["6.8"],
  title: "Every zone must say what the CDN caches, and no page or answer of the API may be among it.",
  severity: "medium",
  fix: "Declare a cloudflare.Ruleset of phase http_request_cache_settings with a rule of action set_cache_settings and cache: true.",
  url: "https://developers.cloudflare.com/cache/how-to/cache-rules/",
  check: (stack) => [
    ...judgeEdgeZones(
      stack,
      unlessCdnFacesPublic(stack, "No CDN with cache rules is declared."),
      ({ caches, onlyRedirects }) =>
        onlyRedirects() || caches() || "No rule of the zone says what the CDN caches.",
    ),
    // Pages beside the application, such as a blog's, are the same for every visitor.
    ...judgeSites(stack, undefined, (site) => site.isBeside || judgePages(stack, site)),
    ...judgeEdges(stack, ({ caching }) => caching()),
  ],
});

export const immutableAssets = policy({
  name: "assets-cached-a-year",
  items: ["6.9"],
  title:
    "Files whose name contains the hash of their content must be cached for a year, at the edge and in browsers.",
  severity: "medium",
  fix: "Declare a cloudflare.Ruleset of phase http_request_cache_settings with a rule for the framework's folder of such files, with edgeTtl and browserTtl override_origin, default 31536000.",
  url: "https://developers.cloudflare.com/cache/how-to/cache-rules/settings/",
  check: (stack) =>
    judgeSites(
      stack,
      "No public host is declared, so such files are not cached.",
      (site) =>
        site.isBeside ||
        (site.edge?.keepsAssets() ?? (site.framework === undefined || judgeAssets(stack, site))),
    ),
});

export const assetsCompressed = policy({
  name: "assets-compressed",
  items: ["6.9"],
  title: "Nothing must keep the edge from compressing files.",
  severity: "low",
  fix: "Remove the compression rule with algorithm none and no-transform from Cache-Control, and do not set brotli to off.",
  url: "https://developers.cloudflare.com/speed/optimization/content/compression/",
  check: (stack) => [
    ...judgeSites(
      stack,
      "No public host is declared, so files are not compressed.",
      (site) =>
        site.isBeside ||
        (site.edge?.compresses() ?? (site.framework === undefined || judgeCompression(stack, site))),
    ),
    ...edgeZones(stack).map(({ resource, compresses }) => judge(resource, compresses)),
  ],
});

export const http2 = policy({
  name: "assets-http2",
  items: ["6.9"],
  title: "The edge must speak HTTP/2 or HTTP/3, so that many files share a connection.",
  severity: "low",
  fix: "Declare a cloudflare.ZoneSetting with settingId http2 and value on, another for http3.",
  url: "https://developers.cloudflare.com/speed/optimization/protocol/http2/",
  check: (stack) => [
    ...judgeEdges(stack, (edge) => edge.http2()),
    ...judgeEdgeZones(
      stack,
      unlessCdnFacesPublic(stack, "No CDN that speaks HTTP/2 is declared."),
      ({ protocols }) => protocols().length > 0 || "The zone has neither http2 nor http3 on.",
    ),
  ],
});

/** Some hosts are a CDN by themselves: https://vercel.com/docs/cdn */
function unlessCdnFacesPublic(stack: Stack, absent: string): string | undefined {
  return edges(stack).length > 0 || domains(stack).some(({ isCdn }) => isCdn) ? undefined : absent;
}

/** Where each framework, as Vercel names it, puts files whose name contains the hash of their content. */
const prefixes = new Map([
  ["nextjs", "/_next/static/"],
  ["remix", "/assets/"],
  ["nuxtjs", "/_nuxt/"],
  ["sveltekit", "/_app/immutable/"],
  ["sveltekit-1", "/_app/immutable/"],
  ["astro", "/_astro/"],
  ["vite", "/assets/"],
  ["create-react-app", "/static/"],
]);

/** Such a file of the site's framework; of Next.js where the framework is not known. */
function assetOf({ framework }: Site): string {
  const prefix = prefixes.get(framework?.string() ?? "") ?? "/_next/static/";
  return `${prefix}main-0123456789abcdef.js`;
}

function judgeAssets(stack: Stack, site: Site): Verdict {
  const zone = edgeZoneOf(stack, site);
  if (zone === undefined) {
    // Vercel itself caches such files for a year, and tells browsers to.
    return true;
  }
  const request = requestTo(site, assetOf(site));
  const kept = zone.kept(request);
  const { atEdge: edge, inBrowsers, errors } = kept;
  const sent = yearIfImmutable(site);
  const isShort = ({ isKept, atEdge }: typeof kept) => !isKept || secondsOf(atEdge, sent) < year;
  if (isShort(kept)) {
    return `${site.host} does not cache such files at the edge for a year.`;
  }
  const passing = browsers.find((browser) => isShort(zone.kept({ ...request, browser })));
  if (passing !== undefined) {
    return `A rule keeps ${site.host} from caching such files for visitors whose browser sends the cookie ${JSON.stringify(passing.cookie)} and the agent ${JSON.stringify(passing.agent)}.`;
  }
  if (errors > longestError) {
    return `${site.host} keeps an error in place of such a file for ${errors} seconds, in which nobody gets the file.`;
  }
  const seconds = secondsOf(inBrowsers ?? (edge === "host" ? edge : 0), sent);
  // Rules on headers have the last word on what browsers get.
  const headers = headersOf(stack, site, "cache-control", assetRequest(site));
  return (
    headers.every((header) => (header === undefined ? seconds : maxAge(header.value)) >= year) ||
    `${site.host} does not let browsers cache such files for a year.`
  );
}

const assetRequest = (site: Site): SampleRequest =>
  pageRequest(site, assetOf(site), "application/javascript");

/**
 * Seconds for which the host itself says to keep such a file, as far as that is known: Vercel sends them with
 * `max-age=31536000, immutable` for these frameworks, whatever the project says.
 */
function yearIfImmutable({ framework }: Site): number {
  return immutableAtVercel.has(framework?.string() ?? "") ? year : 0;
}

const immutableAtVercel: ReadonlySet<string> = new Set([
  "nextjs",
  "nuxtjs",
  "sveltekit",
  "sveltekit-1",
  "astro",
]);

const secondsOf = (time: Lifetime, sent: number): number => (time === "host" ? sent : (time ?? 0));

function maxAge(header = ""): number {
  return Number(/(?:^|[\s,])max-age=(\d+)/i.exec(header)?.[1] ?? 0);
}

function judgeCompression(stack: Stack, site: Site): Verdict {
  const zone = edgeZoneOf(stack, site);
  const script = assetOf(site);
  const texts = [
    [script, "application/javascript"],
    [script, "text/javascript"],
    [script.replace(/js$/, "css"), "text/css"],
    ["/", "text/html"],
  ] as const;
  for (const [path, contentType] of texts) {
    const request = { ...pageRequest(site, path, contentType), method: "GET" };
    const headers = headersOf(stack, site, "cache-control", request);
    if (headers.some((header) => /(?:^|[\s,])no-transform(?:$|[\s,])/i.test(header?.value ?? ""))) {
      return `${site.host}${path} is sent with no-transform, and the edge does not compress it.`;
    }
    const wrong = zone?.uncompressed(request);
    if (wrong !== undefined) return wrong;
  }
  return true;
}
