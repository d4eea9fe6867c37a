import { cloudflare } from "../../policies/model/tokens.ts";
import { add, append, type Edit, inZone, list, set } from "../recording/edited.ts";
import { unknown } from "./fixture.ts";

// Edits of the recorded production, at its edge.

export const skip = (expression: string, actionParameters: object) => ({
  action: "skip",
  enabled: true,
  expression,
  actionParameters,
});
export const phases = (...names: string[]) => ({ phases: names });
export const managed = phases("http_request_firewall_managed");
export const skipping = (expression: string, parameters: object = managed): Edit =>
  append("edge-waf-custom", "rules", skip(expression, parameters));

export const header = (name: string, change: object, expression = "true"): Edit =>
  append("edge-response-headers", "rules", {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: { headers: { [name]: change } },
  });
export const remove = { operation: "remove" };
export const value = (text: string) => ({ operation: "set", value: text });

/** Changes both limits, or the one at that place. */
export const limits = (change: (rule: Record<string, unknown>) => object, ...places: number[]): Edit =>
  set("edge-rate-limits", ({ rules }) => ({
    rules: list(rules).map((rule, place) =>
      places.length === 0 || places.includes(place) ? { ...Object(rule), ...change(Object(rule)) } : rule,
    ),
  }));
export const counted = (edit: object, ...places: number[]): Edit =>
  limits(({ ratelimit }) => ({ ratelimit: { ...Object(ratelimit), ...edit } }), ...places);
export const expression = (text: string, place: number): Edit => limits(() => ({ expression: text }), place);
/** Makes a rule the only one that keeps anything; the rest still says what is never kept. */
export const cached = (rule: object): Edit =>
  set("edge-cache", ({ rules }) => ({ rules: [rule, ...list(rules).slice(1)] }));
/** Keeps what its host says may be kept, and nothing else. */
export const everything = {
  action: "set_cache_settings",
  enabled: true,
  expression: "true",
  actionParameters: { cache: true, edgeTtl: { mode: "bypass_by_default" } },
};
/** Moves the zone's limits to a ruleset of the account, which a rule deploys where the expression is true. */
export const accountLimits =
  (expression: string): Edit =>
  (stack) => {
    const resources = stack.resources.map((resource) => {
      if (resource.name !== "edge-rate-limits") return resource;
      const inputs = { ...resource.inputs, kind: "custom", zoneId: undefined, accountId: "account" };
      return { ...resource, inputs, outputs: inputs, propertyDependencies: {} };
    });
    const urns = resources.flatMap(({ name, urn }) => (name === "edge-rate-limits" ? [urn] : []));
    const rule = { action: "execute", enabled: true, expression, actionParameters: { id: unknown } };
    const deploy = { kind: "root", phase: "http_ratelimit", accountId: "account", rules: [rule] };
    const added = add(cloudflare.ruleset, "deploy", deploy)({ ...stack, resources });
    return {
      ...added,
      resources: added.resources.map((one) =>
        one.name === "deploy" ? { ...one, dependencies: urns, propertyDependencies: { rules: urns } } : one,
      ),
    };
  };
/** A record of type HTTPS at the apex. */
export const httpsRecord = (data: object): Edit =>
  add(cloudflare.dnsRecord, "https", { type: "HTTPS", name: "optropic.example", ttl: 1, data }, inZone);
export const login = 'http.request.uri.path eq "/api/trpc/login"';
export const api = 'http.host eq "api.optropic.example"';

export const pageRule = (actions: object, target = "*optropic.example/*"): Edit =>
  add(cloudflare.pageRule, "page-rule", { status: "active", target, actions }, inZone);
