import type { ScheduleArgs } from "@pulumi/grafana/k6/schedule.js";
import { parseJson } from "../lib/json.ts";
import {
  type AnyValue,
  fault,
  judge,
  policy,
  type ResourceOf,
  unproved,
  type Verdict,
} from "./framework/index.ts";
import { isGiven } from "./model/given.ts";
import { cloudflare, cloudflareTokens, grafana, vercel } from "./model/tokens.ts";
import {
  type Allowed,
  allowedText,
  checkMethods,
  errorStates,
  isAllowed,
  isInterval,
  isMoment,
  isTimeField,
  isTimeRange,
  isTimeZone,
  isTokenResources,
  isVercelDuration,
  noDataStates,
  objectZoneSettings,
  otherZoneSettings,
  rateLimitSeconds,
  vercelAlgorithms,
  vercelWindow,
  zoneSettingValues,
} from "./values/api-values.ts";

// Values that no provider checks and that the API rejects: an update would stop there, halfway.

export const zoneSettingsValid = policy({
  name: "zone-setting-values",
  items: ["4.1", "4.2"],
  title: "Every zone setting must have a value that Cloudflare accepts.",
  severity: "medium",
  fix: "Use one of the values of the setting.",
  url: "https://developers.cloudflare.com/api/resources/zones/subresources/settings/",
  check: (stack) =>
    stack.ofType(cloudflare.zoneSetting).map((setting) =>
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
    ),
});

export const recordTtl = policy({
  name: "dns-record-ttl",
  items: ["7.7"],
  title: "The time to live of every DNS record must be one that Cloudflare accepts.",
  severity: "medium",
  fix: "Set ttl to 1, which is automatic and the only one of a proxied record, or to 60 to 86400 seconds; the plan Enterprise allows 30.",
  url: "https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/",
  check: (stack, _, { plans }) =>
    stack.ofType(cloudflare.dnsRecord).map((record) =>
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
    ),
});

export const rateLimitPeriods = policy({
  name: "rate-limit-periods",
  items: ["4.4"],
  title: "Every rate limit must count and block for a number of seconds that Cloudflare accepts.",
  severity: "medium",
  fix: "Set period and mitigationTimeout to one of the values; edge.rateLimits has them as periodSeconds and blockSeconds.",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  check: (stack, _, { plans }) =>
    stack.ofType(cloudflare.ruleset).map((ruleset) =>
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
    ),
});

export const alertValues = policy({
  name: "alert-values",
  items: ["S6.2"],
  title:
    "Every alert rule and mute timing must have states, intervals, times and places that Grafana accepts.",
  severity: "medium",
  fix: "Use the spelling of Grafana's API: NoData and KeepLast, sunday and not sun, 03:00 and not 3 am, Europe/Berlin and not CET+1; intervals are multiples of 10 seconds; a load test starts at a moment such as 2026-01-05T00:00:00Z, and recurs if that is past.",
  url: "https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/",
  check: (stack, _, { now }) => [
    ...stack.ofType(grafana.ruleGroup).map((group) =>
      judge(group, () => {
        const interval = group.at("intervalSeconds");
        if (!isInterval(interval.number())) {
          return fault(
            interval,
            `${group.name} has an interval of ${interval.number()} seconds, not a multiple of 10.`,
          );
        }
        for (const rule of group.at("rules").items()) {
          for (const [value, allowed] of [
            [rule.at("noDataState"), noDataStates],
            [rule.at("execErrState"), errorStates],
          ] as const) {
            const verdict = value.exists ? oneOf(value, allowed, value.path.at(-1) ?? "") : true;
            if (verdict !== true) return verdict;
          }
        }
        return true;
      }),
    ),
    ...stack.ofType(grafana.muteTiming).map((timing) =>
      judge(timing, () => {
        for (const interval of timing.at("intervals").items()) {
          for (const field of ["weekdays", "daysOfMonths", "months", "years"] as const) {
            const wrong = interval
              .at(field)
              .strings()
              .find((text) => !isTimeField(field, text));
            if (wrong !== undefined) {
              return fault(interval.at(field), `${timing.name} has ${JSON.stringify(wrong)} in ${field}.`);
            }
          }
          for (const time of interval.at("times").items()) {
            const start = time.at("start").string() ?? "";
            const end = time.at("end").string() ?? "";
            if (!isTimeRange(start, end)) {
              return fault(
                time,
                `${timing.name} is silent from ${JSON.stringify(start)} to ${JSON.stringify(end)}, which are not two times of one day.`,
              );
            }
          }
          const location = interval.at("location");
          const place = location.string();
          if (place !== undefined && !isTimeZone(place)) {
            return fault(location, `${timing.name} is at ${JSON.stringify(place)}, which is no time zone.`);
          }
        }
        return true;
      }),
    ),
    ...stack.ofType(grafana.k6Schedule).map((schedule) => judge(schedule, () => judgeStart(schedule, now))),
  ],
});

export const checkMethod = policy({
  name: "health-check-method",
  items: ["5.7"],
  title: "Every synthetic check must use a method that Grafana accepts.",
  severity: "medium",
  fix: "Set settings.http.method to GET or HEAD.",
  url: "https://grafana.com/docs/grafana-cloud/testing/synthetic-monitoring/create-checks/checks/http/",
  check: (stack) =>
    stack.ofType(grafana.check).map((check) =>
      judge(check, () => {
        const method = check.at("settings", "http", "method");
        return method.exists ? oneOf(method, checkMethods, "The method") : true;
      }),
    ),
});

export const firewallValues = policy({
  name: "firewall-values",
  items: ["4.4"],
  title: "Every rule of Vercel's firewall must count and block for a time that Vercel accepts.",
  severity: "medium",
  fix: "Set actionDuration to full minutes, 1m to 60m, and window to 10 to 3600 seconds.",
  url: "https://vercel.com/docs/vercel-firewall/vercel-waf/rate-limiting#limits",
  check: (stack) =>
    stack.ofType(vercel.firewall).map((firewall) =>
      judge(firewall, () => {
        for (const rule of firewall.at("rules", "rules").items()) {
          const duration = rule.at("action", "actionDuration");
          const time = duration.string();
          if (time !== undefined && !isVercelDuration(time)) {
            return fault(duration, `${rule.at("name").string()} blocks for ${JSON.stringify(time)}.`);
          }
          const limit = rule.at("action", "rateLimit");
          if (!limit.exists) continue;
          for (const [value, allowed, what] of [
            [limit.at("window"), vercelWindow, "The window"],
            [limit.at("algo"), vercelAlgorithms, "The algorithm"],
          ] as const) {
            const verdict = oneOf(value, allowed, what);
            if (verdict !== true) return verdict;
          }
        }
        return true;
      }),
    ),
});

export const tokenResources = policy({
  name: "token-resources",
  items: ["3.2", "8.2"],
  title: "The resources of every Cloudflare token must be an object that Cloudflare accepts.",
  severity: "medium",
  fix: 'Write JSON such as {"com.cloudflare.api.account.<account id>":"*"}.',
  url: "https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/",
  check: (stack) =>
    stack.ofType(...cloudflareTokens).map((token) =>
      judge(token, () => {
        const wrong = token
          .at("policies")
          .items()
          .map((entry) => entry.at("resources"))
          .find((resources) => !isTokenResources(parseJson(resources.string() ?? "")));
        return wrong === undefined || fault(wrong, `The resources of ${token.name} are not such an object.`);
      }),
    ),
});

function oneOf(value: AnyValue, allowed: Allowed, what: string): Verdict {
  const found = value.string() ?? value.number();
  return (
    isAllowed(found, allowed) ||
    fault(value, `${what} is ${JSON.stringify(found) ?? "missing"}, not ${allowedText(allowed)}.`)
  );
}

/** The provider's own tests create schedules with a start in the past that recur. */
function judgeStart(schedule: ResourceOf<ScheduleArgs>, now: number): Verdict {
  const starts = schedule.at("starts");
  const text = starts.string() ?? "";
  if (!isMoment(text)) {
    return fault(starts, `${schedule.name} starts at ${JSON.stringify(text)}, which is not RFC 3339.`);
  }
  const recurs = isGiven(schedule.at("cron")) || isGiven(schedule.at("recurrenceRule"));
  return (
    recurs ||
    Date.parse(text) > now ||
    fault(starts, `${schedule.name} runs once, at ${text}, which is in the past.`)
  );
}
