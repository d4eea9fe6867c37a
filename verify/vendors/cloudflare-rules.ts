import * as z from "zod";
import type { ItemId } from "../../checklist/items.ts";
import { snakeCase } from "../../lib/text.ts";
import { Cloudflare, type CloudflareRule } from "../../vendors/cloudflare.ts";
import type { DeclaredResource } from "../declared.ts";
import { type Check, type Probe, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same } from "./checks.ts";
import { declaredOf, matched, zoneIdOf } from "./cloudflare.ts";
import { question } from "./question.ts";

const declaredRules = z.array(z.looseObject({ ref: z.string(), enabled: z.boolean().optional() }));

const ruleset = question(async (context, access, phase) =>
  new Cloudflare(context.settings.accounts.cloudflare, access).ruleset(await zoneIdOf(context), phase),
);

interface Phase {
  readonly name: string;
  readonly phase: string;
  readonly what: string;
  readonly items: readonly ItemId[];
  readonly settings: readonly string[];
}

/** A probe that compares the rules of a phase one by one. */
function rulesProbe({ name, phase, what, items, settings }: Phase): Probe {
  return probe({
    name,
    items,
    title: `${what} at Cloudflare must be the declared ones, in their order.`,
    needs: ["vendor:cloudflare"],
    settings,
    measure: async (context) => {
      const declared = (await declaredOf(context, "ruleset")).filter(({ inputs }) => inputs.phase === phase);
      const found = (await ruleset(context, phase))?.rules ?? [];
      const checks = declared.flatMap((one) => ruleChecks(one, found, settings[0]));
      const refs = declared.flatMap((one) => rulesOf(one).map(({ ref }) => ref));
      const others = found.filter(({ ref = "", enabled }) => !refs.includes(ref) && enabled !== false);
      return [
        ...checks,
        ...others.map(({ ref, id, description }) =>
          same(`rule ${description ?? ref ?? id ?? ""}`, "not declared", "in force", settings[0]),
        ),
        ...(checks.length + others.length === 0 ? [same("rules", "none", "none", settings[0])] : []),
      ];
    },
  });
}

function ruleChecks(resource: DeclaredResource, found: readonly CloudflareRule[], setting?: string): Check[] {
  const wanted = rulesOf(resource);
  const refs = wanted.map(({ ref }) => ref);
  const order = found.flatMap(({ ref }) => (ref !== undefined && refs.includes(ref) ? [ref] : []));
  return [
    ...wanted.flatMap(({ ref, ...rule }) => {
      const own = found.find((one) => one.ref === ref);
      const subject = `rule ${ref}`;
      if (own === undefined) return [absent(subject, "as declared", setting)];
      const added = overridesOf(own.action_parameters).filter(
        (key) => !overridesOf(rule.actionParameters).includes(key),
      );
      return [
        // A rule is in force unless it says otherwise.
        matched(subject, { enabled: true, ...rule }, { enabled: true, ...own }, setting),
        ...(added.length === 0
          ? []
          : [same(`overrides of ${subject}`, "as declared", `${added.join()} beside them`, setting)]),
      ];
    }),
    // A rule that is missing is said already.
    ...(order.length === refs.length ? [same("order of the rules", refs.join(), order.join(), setting)] : []),
  ].map((check) => ({ ...check, at: resource.source }));
}

/** What a rule changes of the managed rules that it runs: one that somebody adds may switch all of them off. */
function overridesOf(parameters: unknown): string[] {
  const { data } = z.looseObject({ overrides: z.record(z.string(), z.unknown()) }).safeParse(parameters);
  return Object.entries(data?.overrides ?? {}).flatMap(([key, value]) => {
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    return isEmpty ? [] : [snakeCase(key)];
  });
}

function rulesOf({ name, inputs }: DeclaredResource) {
  const rules = declaredRules.safeParse(inputs.rules);
  if (rules.success) return rules.data;
  throw new Unknown("no-data", `The rules of ${name} are not known before an update`);
}

export const managedRules = rulesProbe({
  name: "cloudflare-managed-rules",
  phase: "http_request_firewall_managed",
  what: "Managed firewall rules",
  items: ["4.7"],
  settings: ["plans.cloudflare"],
});

export const customRules = rulesProbe({
  name: "cloudflare-firewall-rules",
  phase: "http_request_firewall_custom",
  what: "Firewall rules",
  items: ["4.7"],
  settings: ["domains.zone"],
});

export const rateLimits = rulesProbe({
  name: "cloudflare-rate-limits",
  phase: "http_ratelimit",
  what: "Rate limits",
  items: ["4.4"],
  settings: ["edge.rateLimits"],
});

export const responseHeaders = rulesProbe({
  name: "cloudflare-response-headers",
  phase: "http_response_headers_transform",
  what: "Rules for response headers",
  items: ["4.5", "4.6"],
  settings: ["edge.csp"],
});

export const cacheRules = rulesProbe({
  name: "cloudflare-cache-rules",
  phase: "http_request_cache_settings",
  what: "Cache rules",
  items: ["6.8", "6.9"],
  settings: ["web.framework"],
});
