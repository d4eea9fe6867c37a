import type { types } from "@pulumi/cloudflare";
import { parseJson } from "../../../lib/json.ts";
import type { Context } from "../../framework/context.ts";
import {
  type Finding,
  fault,
  judge,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { isGiven } from "../../model/given.ts";
import { cloudflare, cloudflareTokens } from "../../model/tokens.ts";
import { firstWrong, isOneOf, isThere, oneOf } from "../../model/value-checks.ts";
import {
  isAllowed,
  isTokenResources,
  objectZoneSettings,
  otherZoneSettings,
  rateLimitSeconds,
  zoneSettingValues,
} from "../../values/api-values.ts";
import { isExpression } from "../../values/cloudflare-expression.ts";
import {
  headerOperations,
  needsParameters,
  phaseActions,
  rulesetKinds,
} from "../../values/ruleset-values.ts";

export function judgeZoneSettings(stack: Stack): Finding[] {
  return stack.ofType(cloudflare.zoneSetting).map((setting) =>
    judge(setting, () => {
      const id = setting.at("settingId");
      const name = id.string() ?? "";
      if (otherZoneSettings.includes(name)) return true;
      if (objectZoneSettings.includes(name)) {
        const value = setting.at("value");
        return value.entries().length > 0 || fault(value, `The setting ${name} must be an object.`);
      }
      const allowed = zoneSettingValues.get(name);
      return allowed === undefined
        ? unproved(
            id,
            `The pack knows no setting ${JSON.stringify(name)}.`,
            "Correct its id, or waive it if it is new.",
          )
        : oneOf(setting.at("value"), allowed, `The setting ${name}`);
    }),
  );
}

export function judgeRecordTimes(stack: Stack, { plans }: Context): Finding[] {
  return stack.ofType(cloudflare.dnsRecord).map((record) =>
    judge(record, () => {
      const ttl = record.at("ttl");
      if (record.at("proxied").boolean() === true && ttl.exists && ttl.number() !== 1) {
        return fault(
          ttl,
          `${record.name} is proxied and has a ttl of ${ttl.number()}. Cloudflare makes it 1, so every refresh would differ.`,
        );
      }
      const least = plans.cloudflare === "enterprise" ? 30 : 60;
      return (
        !ttl.exists ||
        ttl.number() === 1 ||
        isAllowed(ttl.number(), { from: least, to: 86_400 }) ||
        fault(
          ttl,
          `${record.name} has a ttl of ${ttl.number()}, which is neither 1 nor ${least} to 86400 seconds.`,
        )
      );
    }),
  );
}

export function judgeLimitPeriods(stack: Stack, { plans }: Context): Finding[] {
  return stack.ofType(cloudflare.ruleset).map((ruleset) =>
    judge(ruleset, () => {
      if (ruleset.at("phase").string() !== "http_ratelimit") return true;
      for (const rule of ruleset.at("rules").items()) {
        // What deploys a ruleset of the account, or skips others, has no limit of its own.
        if (["execute", "skip"].includes(rule.at("action").string() ?? "")) continue;
        const period = oneOf(rule.at("ratelimit", "period"), rateLimitSeconds, "The period");
        if (period !== true) return period;
        const timeout = rule.at("ratelimit", "mitigationTimeout");
        // Without one, or with 0, the limit itself throttles. Enterprise may have any.
        if (!timeout.exists || timeout.number() === 0 || plans.cloudflare === "enterprise") continue;
        const blocked = oneOf(timeout, rateLimitSeconds, "The mitigationTimeout");
        if (blocked !== true) return blocked;
      }
      return true;
    }),
  );
}

export function judgeTokenResources(stack: Stack): Finding[] {
  return stack.ofType(...cloudflareTokens).map((token) =>
    judge(token, () => {
      const wrong = token
        .at("policies")
        .items()
        .map((entry) => entry.at("resources"))
        .find((resources) => !isTokenResources(parseJson(resources.string() ?? "")));
      return wrong === undefined || fault(wrong, `The resources of ${token.name} are not such an object.`);
    }),
  );
}

export function judgeRulesets(stack: Stack): Finding[] {
  return stack.ofType(cloudflare.ruleset).flatMap((ruleset) => {
    const phase = ruleset.at("phase");
    const actions = phase.isUnknown ? undefined : phaseActions.get(phase.string() ?? "");
    return [
      judge(ruleset, () => isOneOf(ruleset.at("kind"), rulesetKinds, `The kind of ${ruleset.name}`)),
      ...(ruleset.at("rules").isUnknown ? [] : ruleset.at("rules").items()).map((rule) =>
        judge(ruleset, () => judgeRule(rule, actions, ruleset.name)),
      ),
    ];
  });
}

type Rule = Value<types.input.RulesetRule>;

function judgeRule(rule: Rule, actions: readonly string[] | undefined, name: string): Verdict {
  const action = rule.at("action");
  const parameters = rule.at("actionParameters");
  const text = action.string() ?? "";
  const expression = rule.at("expression");
  const characteristics = rule.at("ratelimit", "characteristics");
  return firstWrong([
    isThere(action, `The action of a rule of ${name}`),
    actions === undefined || isOneOf(action, actions, `The action of a rule of ${name}`),
    isThere(expression, `The expression of a rule of ${name}`),
    isExpression(expression.string() ?? "") ||
      fault(
        expression,
        `A rule of ${name} has ${JSON.stringify(expression.string())}, which is not an expression.`,
      ),
    !needsParameters.has(text) ||
      parameters.isUnknown ||
      parameters.entries().length > 0 ||
      fault(parameters, `A rule of ${name} has the action ${text} and says nothing of what to do.`),
    ...headersOf(parameters).flatMap(([header, change]) => [
      isThere(change.at("operation"), `The operation on ${header} of a rule of ${name}`),
      isOneOf(change.at("operation"), headerOperations, `The operation on ${header} of a rule of ${name}`),
    ]),
    !isGiven(rule.at("ratelimit")) ||
      characteristics.isUnknown ||
      characteristics.strings().includes("cf.colo.id") ||
      fault(
        characteristics,
        `A rate limit of ${name} does not count by cf.colo.id, without which Cloudflare takes none.`,
      ),
    !isGiven(rule.at("ratelimit")) ||
      characteristics.isUnknown ||
      characteristics.strings().some((key) => key !== "cf.colo.id") ||
      fault(
        characteristics,
        `A rate limit of ${name} counts everybody together: one visitor can use up what all have.`,
      ),
  ]);
}

function headersOf(parameters: ReturnType<typeof parametersOf>) {
  const headers = parameters.at("headers");
  return headers.isUnknown ? [] : headers.entries();
}

const parametersOf = (rule: Rule) => rule.at("actionParameters");
