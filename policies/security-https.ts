import { judge, policy, type Stack, type Verdict } from "./framework/index.ts";
import { edgeZoneOf, edgeZones, judgeEdgeZones } from "./model/edge-zones.ts";
import { judgeEdges, unlessHostFacesPublic } from "./model/edges.ts";
import { headersByPage, judgeHeader, otherResponses } from "./model/page-headers.ts";
import { redirectsWithoutTls } from "./model/plain-redirects.ts";
import { judgeRedirectingSites, judgeSites, type Site } from "./model/sites.ts";
import { hstsFault, parseHsts } from "./values/hsts.ts";

// Item 4.2.

export const alwaysHttps = policy({
  name: "https-always",
  items: ["4.2"],
  title: "Every zone must redirect plain http to https, and nothing may redirect to plain http.",
  severity: "critical",
  fix: "Declare a cloudflare.ZoneSetting with settingId always_use_https and value on.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/always-use-https/",
  check: (stack) => [
    ...judgeEdges(stack, ({ redirectsHttp }) => redirectsHttp()),
    ...judgeEdgeZones(
      stack,
      unlessHostFacesPublic(stack, "No zone is declared, so none redirects plain http."),
      ({ redirectsHttp }) => redirectsHttp(),
    ),
    ...redirectsWithoutTls(stack),
  ],
});

export const strictTransport = policy({
  name: "https-hsts",
  items: ["4.2"],
  title: "Hosts must tell browsers to use only https, for a year and on every subdomain.",
  severity: "high",
  fix: "Declare a cloudflare.ZoneSetting with settingId security_header and value { strict_transport_security: { enabled: true, max_age: 31536000, include_subdomains: true } }.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/http-strict-transport-security/",
  thresholds: {
    minimumSeconds: {
      description: "Least seconds of max-age.",
      default: 31_536_000,
      minimum: 31_536_000,
    },
  },
  check: (stack, threshold) => {
    const seconds = threshold("minimumSeconds");
    return [
      // Without the setting a rule must send the header for each host.
      ...edgeZones(stack).map(({ hsts }) => judge(hsts()?.resource, () => hsts()?.isGood(seconds) ?? true)),
      ...judgeSites(
        stack,
        "No public host is declared, so none sends HSTS.",
        (site) => isJudgedBySetting(stack, site, seconds) || judgeHsts(stack, site, seconds),
      ),
      ...judgeRedirectingSites(
        stack,
        (site) => isJudgedBySetting(stack, site, seconds) || judgeSent(stack, site, seconds),
      ),
    ];
  },
});

/** A setting that is wrong is reported once, not for each host. */
function isJudgedBySetting(stack: Stack, site: Site, seconds: number): boolean {
  const setting = edgeZoneOf(stack, site)?.surelyHsts();
  return setting !== undefined && setting.isGood(seconds) !== true;
}

const header = "Strict-Transport-Security";

/** Rules have the last word over the setting. */
const judgeHsts = (stack: Stack, site: Site, seconds: number): Verdict =>
  judgeHeader(stack, site, header, (value) => wrongHsts(value, seconds), otherResponses);

function wrongHsts(value: string, seconds: number): string | undefined {
  const wrong = hstsFault(parseHsts(value), seconds);
  return wrong === undefined ? undefined : `has ${wrong}`;
}

/** A name that only redirects need not send it, but what it sends counts for the names below it. */
function judgeSent(stack: Stack, site: Site, seconds: number): Verdict {
  const [wrong] = headersByPage(stack, site, header.toLowerCase())
    .flatMap(({ headers }) => headers)
    .flatMap((sent) => (sent?.value === undefined ? [] : (wrongHsts(sent.value, seconds) ?? [])));
  return wrong === undefined || `The ${header} of ${site.host} ${wrong}.`;
}
