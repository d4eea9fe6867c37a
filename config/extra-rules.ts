import * as z from "zod";
import { line, text, whole } from "./kinds.ts";

/** Phases of a zone in which the edge has a ruleset, of which a zone has one each. */
export const extraPhases = [
  "http_request_firewall_custom",
  "http_request_firewall_managed",
  "http_ratelimit",
  "http_request_cache_settings",
  "http_response_headers_transform",
] as const;

const actions = [
  "block",
  "challenge",
  "execute",
  "js_challenge",
  "log",
  "managed_challenge",
  "rewrite",
  "set_cache_settings",
  "skip",
] as const;

const rateLimit = z
  .strictObject({
    characteristics: z.array(line).min(1).max(10).meta({ description: "What requests are counted by." }),
    period: whole(10, 86_400).meta({ description: "Seconds over which they are counted." }),
    requestsPerPeriod: whole(1, 1_000_000_000).meta({ description: "How many may come in that time." }),
    mitigationTimeout: whole(0, 86_400).meta({ description: "Seconds for which further ones are refused." }),
    requestsToOrigin: z
      .boolean()
      .default(false)
      .meta({ description: "Whether cached answers do not count." }),
    countingExpression: line.optional().meta({ description: "Which requests count, if not all." }),
  })
  .meta({ description: "For the phase http_ratelimit: what is counted." });

/** One rule beside the platform's own. */
export const extraRule = z.strictObject({
  phase: z.enum(extraPhases).meta({ description: "Phase of the ruleset that it is part of." }),
  ref: text("1 to 60 letters, digits, dashes and underscores", 60, /^[\w-]+$/).meta({
    description: "Name by which Cloudflare knows the rule when rules are moved.",
  }),
  description: line.default("A rule of the zone that is not the platform's").meta({
    description: "What it is for.",
  }),
  expression: text("an expression of Cloudflare's rules on one line", 4096, /^[^\p{Cc}]+$/u).meta({
    description: "Which requests it is for.",
  }),
  action: z.enum(actions).meta({ description: "What it does." }),
  actionParameters: z.record(z.string().max(100), z.json()).optional().meta({
    description: "How it does that, in the words of the provider.",
    expected: "a mapping",
  }),
  ratelimit: rateLimit.optional(),
  enabled: z.boolean().default(true).meta({ description: "Whether it applies." }),
});

const rules = z
  .array(extraRule)
  .max(200)
  .refine((all) => new Set(all.map(({ phase, ref }) => `${phase} ${ref}`)).size === all.length, {
    error: "rules of which no two of a phase have the same ref",
  })
  .default([]);

/** Rules of a zone beside the platform's own. Policies judge them as any other rule. */
export const extraRulesSchema = z
  .strictObject({
    before: rules.meta({ description: "Evaluated before the platform's rules of the same phase." }),
    after: rules.meta({ description: "Evaluated after them." }),
  })
  .prefault({})
  .meta({
    description:
      "Rules that the zone has beside the platform's own. A zone has one ruleset for each phase, so a rule that is not listed here is removed by the first update.",
  });

export type ExtraRules = z.infer<typeof extraRulesSchema>;
