import type { Settings } from "../../../config/settings.ts";
import type { DeclaredResource } from "../../../verify/declared.ts";
import type { FakeCloudflareRule, FakeCloudflareState } from "./cloudflare.ts";
import { listOf, textAt } from "./read.ts";

/** Cloudflare's state of the platform after an update of the declared resources. */
export function healthyCloudflare(
  { accounts, domains, plans, edge }: Settings,
  declared: readonly DeclaredResource[],
): FakeCloudflareState {
  const of = (type: string) => declared.filter((one) => one.type.startsWith(`cloudflare:index/${type}:`));
  const rulesets = of("ruleset").map(({ inputs }) => {
    const rules = listOf(inputs.rules).map((rule, index) => storedRule(rule, index));
    return [textAt(inputs, "phase"), rules] as const;
  });
  return {
    account: { id: accounts.cloudflare, name: "Example" },
    zones: [
      { id: "zone-example", name: domains.zone, status: "active", paused: false, plan: plans.cloudflare },
    ],
    settings: Object.fromEntries(
      of("zoneSetting").map(({ inputs }) => [textAt(inputs, "settingId"), structuredClone(inputs.value)]),
    ),
    rulesets: Object.fromEntries(rulesets),
    records: of("dnsRecord").map(({ inputs: { type, name, content, proxied, data } }, index) => ({
      ...{ id: `record-${index}`, type: String(type), name: String(name), ttl: 1, proxied: proxied === true },
      ...(type === "CNAME"
        ? { content: typeof content === "string" ? content : "optropic-api.onrender.com" }
        : { content: Object.values(Object(data)).join(" "), data: structuredClone(data) }),
    })),
    dnssec: edge.dnssecDelegated ? "active" : "pending",
    universalSsl: true,
    packs: [{ id: "pack", type: "universal", status: "active", hosts: [domains.zone, `*.${domains.zone}`] }],
    normalization: { type: "cloudflare", scope: "both" },
  };
}

/** As the API gives it back: with its own names and with what it adds. */
function storedRule(rule: unknown, index: number): FakeCloudflareRule {
  const stored = Object(inApi(rule));
  return {
    ...stored,
    ...{ id: `rule-${index}`, version: "1", last_updated: "2026-11-01T00:00:00Z" },
    ref: textAt(rule, "ref"),
    action: textAt(rule, "action"),
    expression: textAt(rule, "expression"),
    description: textAt(rule, "description"),
    enabled: true,
  };
}

function inApi(value: unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((each) => inApi(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const snake = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const name = isNamed ? key : snake === "status_code_ttls" ? "status_code_ttl" : snake;
      return [name, inApi(inner, key === "headers" && !isNamed)];
    }),
  );
}
