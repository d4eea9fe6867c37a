import { cloudflare } from "../../policies/model/tokens.ts";
import { type Fixture, unknown } from "./fixture.ts";
import { objectAt, textAt } from "./passing-stack.ts";

/** A resource of the zone. */
export function zoned(type: string, name: string, props: Record<string, unknown>): Fixture {
  return { type, name, props: { zoneId: unknown, ...props }, from: { zoneId: ["edge-zone"] } };
}

/** A setting of the zone. */
export function zoneSetting(settingId: string, value: unknown): Fixture {
  return zoned(cloudflare.zoneSetting, `edge-${settingId.replaceAll("_", "-")}`, { settingId, value });
}

/** A ruleset of the zone. */
export function ruleset(name: string, phase: string, rules: unknown[]): Fixture {
  return zoned(cloudflare.ruleset, name, { kind: "zone", name, phase, rules });
}

/** What the setting `security_header` says. */
export const hsts = objectAt("edge-security-header", "value", "strict_transport_security");

/** A rule that sets headers. */
export function headerRule(headers: Readonly<Record<string, string>>, expression = "true") {
  return {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, { operation: "set", value }]),
      ),
    },
  };
}

/** The response headers of every page, by name. */
export const pageHeaders: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(objectAt("edge-response-headers", "rules", "0", "actionParameters", "headers")).flatMap(
    ([name, header]) => {
      const value = Object(header).value;
      return typeof value === "string" ? [[name, value]] : [];
    },
  ),
);

const apiHeaders = objectAt("edge-response-headers", "rules", "1");

/** The response-header rules: every page, then the API, which serves none. */
export function headerRules(headers: Readonly<Record<string, string>>) {
  return [headerRule(headers), apiHeaders];
}

/** A rule that blocks an address after so many requests a minute. */
export function limitRule(expression: string, requestsPerPeriod: number) {
  return {
    action: "block",
    enabled: true,
    expression,
    ratelimit: {
      characteristics: ["cf.colo.id", "ip.src"],
      period: 60,
      requestsPerPeriod,
      mitigationTimeout: 600,
    },
  };
}

export const loginExpression = textAt("edge-rate-limits", "rules", "0", "expression");
export const apiExpression = textAt("edge-rate-limits", "rules", "1", "expression");

/** A rule of Vercel's firewall that limits requests to a path, in a minute, and batches of tRPC that hold it. */
export function vercelLimit(path: string, limit: number) {
  const [, root, procedure] = /^(.*\/trpc\/)(\w+)$/.exec(path) ?? [];
  const groups = [
    [{ type: "path", op: "pre", value: path }],
    ...(root === undefined
      ? []
      : [
          [
            { type: "path", op: "pre", value: root },
            { type: "path", op: "sub", value: `,${procedure}` },
          ],
        ]),
  ];
  return {
    name: `Limit ${path}`,
    active: true,
    conditionGroups: groups.map((conditions) => ({ conditions })),
    action: {
      action: "rate_limit",
      rateLimit: { algo: "fixed_window", keys: ["ip"], limit, window: 60, action: "rate_limit" },
      actionDuration: "10m",
    },
  };
}

export const cloudflareManaged = objectAt("edge-waf-managed", "rules", "0");

/** The rule that runs the OWASP rule set, with the action and threshold of its last rule. */
export function owaspCore(score: Record<string, unknown> = { action: "block", scoreThreshold: 40 }) {
  return {
    action: "execute",
    enabled: true,
    expression: "true",
    actionParameters: {
      id: "4814384a9e5d4991b9815dcfc25d2f1f",
      overrides: {
        categories: [{ category: "paranoia-level-4", enabled: false }],
        rules: [{ id: "6179ae15870a4bb7b2d480d4843b323c", ...score }],
      },
    },
  };
}

/** What the cache keeps, and what it never keeps. */
export const immutableRule = objectAt("edge-cache", "rules", "0");
export const neverRule = objectAt("edge-cache", "rules", "1");
