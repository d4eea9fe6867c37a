import type { Stack, Verdict } from "../framework/index.ts";
import { headerOf } from "./response-headers.ts";
import { notProxied, type Site } from "./sites.ts";

/** Pages by which headers are judged: a rule must act on every page, not on the first alone. */
export const pages: readonly string[] = ["/", "/account/settings"];

/**
 * Judges a header of a site on each path.
 *
 * @param name as it is written in messages.
 * @param faultOf what is wrong with a value, as the predicate of a sentence; undefined when nothing is.
 */
export function judgeHeader(
  stack: Stack,
  site: Site,
  name: string,
  faultOf: (value: string) => string | undefined,
  paths = pages,
): Verdict {
  for (const path of paths) {
    const header = headerOf(stack, site, name.toLowerCase(), path);
    if (header === undefined) {
      return `${site.host}${path} sends no ${name}${notProxied(site)}.`;
    }
    const fault =
      header.value === undefined
        ? "is computed on each response, so its value is unknown"
        : faultOf(header.value);
    if (fault !== undefined) {
      return `The ${name} of ${site.host}${path} ${fault}.`;
    }
  }
  return true;
}

/** The value of a header; undefined where it is not sent or is computed on each response. */
export function headerValue(stack: Stack, site: Site, name: string, path: string): string | undefined {
  return headerOf(stack, site, name, path)?.value;
}
