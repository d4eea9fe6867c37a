import type { Stack } from "../framework/index.ts";
import { known } from "../framework/index.ts";
import { rulesOf, surelyActsOn } from "./rulesets.ts";
import { type Zone, zoneName } from "./zones.ts";

/** Whether a zone sends every request to a host elsewhere, by a rule on which nothing of the request decides. */
export function redirectsHost(stack: Stack, zone: Zone, host: string): boolean {
  const request = { host, path: "/", isOpenEnded: true, scheme: "https" } as const;
  const rules = known(() => rulesOf(stack, zone, "http_request_dynamic_redirect")) ?? [];
  return rules.some(
    (rule) =>
      known(() => rule.entry.at("action").string() === "redirect" && surelyActsOn(rule, request)) === true,
  );
}

/** Whether a zone serves nothing itself, such as that of a brand's other domain. */
export function onlyRedirects(stack: Stack, zone: Zone): boolean {
  const name = known(() => zoneName(zone));
  const role = zone.resource && stack.declared.roles.get(zone.resource.name);
  if (role !== undefined && role !== "application") {
    return true;
  }
  return name !== undefined && [name, `any.${name}`].every((host) => redirectsHost(stack, zone, host));
}
