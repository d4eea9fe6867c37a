import type { PageRuleArgs } from "@pulumi/cloudflare";
import type { ResourceOf, Stack } from "../framework/index.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { placeParts, starForm } from "../values/star-pattern.ts";
import { cloudflare } from "./tokens.ts";
import { inZone, type Zone } from "./zones.ts";

/** The page rules of a zone that may act on requests to a site. Throws UnknownRead. */
export function pageRulesOf(
  stack: Stack,
  zone: Zone,
  site: { readonly host: string },
): ResourceOf<PageRuleArgs>[] {
  return inZone(
    stack,
    zone,
    cloudflare.pageRule,
    (rule) =>
      rule.at("status").string() !== "disabled" && isForHost(rule.at("target").string() ?? "*", site.host),
  );
}

/** `*example.com/*`, with or without a scheme: stars stand for any text. */
function isForHost(target: string, host: string): boolean {
  const [pattern = ""] = placeParts(target);
  const form = starForm(pattern.replace(/:\d+$/, ""));
  return new RegExp(`^${form}$`).test(host) || (host.startsWith("*") && pattern.includes("*"));
}

/** Whether a target such as `https://*.example.com/path*` is of a request by https: a star stands for any text. */
export function isPlaceOf(target: string, { host, path }: SampleRequest): boolean {
  const [, scheme = "*", rest = ""] = /^(?:(https?|\*):\/\/)?(.*)$/.exec(target.toLowerCase()) ?? [];
  return scheme !== "http" && new RegExp(`^${starForm(rest)}$`).test(`${host}${path}`.toLowerCase());
}
