import type { Context } from "./context.ts";

/** The setting that declares one of the platform's hosts. */
export function settingOf({ settings: { domains } }: Context, host: string): string {
  if (host === domains.api) return "domains.api";
  return host === domains.redirect && host !== domains.web ? "domains.redirect" : "domains.web";
}
