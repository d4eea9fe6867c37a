import type { ScheduleArgs } from "@pulumi/grafana/k6/schedule.js";
import type { Context } from "../../framework/context.ts";
import {
  type Finding,
  fault,
  judge,
  type Resource,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "../../framework/index.ts";
import { isGiven } from "../../model/given.ts";
import { grafana } from "../../model/tokens.ts";
import { oneOf } from "../../model/value-checks.ts";
import {
  checkMethods,
  errorStates,
  isInterval,
  isMoment,
  isTimeField,
  isTimeRange,
  isTimeZone,
  noDataStates,
} from "../../values/api-values.ts";

const fix =
  "Use the spelling of Grafana's API: NoData and KeepLast, sunday and not sun, 03:00 and not 3 am, Europe/Berlin and not CET+1; intervals are multiples of 10 seconds; a load test starts at a moment such as 2026-01-05T00:00:00Z, and recurs if that is past.";

/** Judges values of Grafana's, whatever vendor the policy's own fix is for. */
const judgeValues = (resource: Resource, test: () => Verdict): Finding =>
  judge(resource, () => {
    const verdict = test();
    return verdict === true ? true : { fix, ...(typeof verdict === "string" ? { found: verdict } : verdict) };
  });

export function judgeAlertValues(stack: Stack, { now }: Context): Finding[] {
  return [
    ...stack.ofType(grafana.ruleGroup).map((group) =>
      judgeValues(group, () => {
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
      judgeValues(timing, () => {
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
            return fault(
              location,
              `${timing.name} is at ${JSON.stringify(place)}, which is not a time zone.`,
            );
          }
        }
        return true;
      }),
    ),
    ...stack
      .ofType(grafana.k6Schedule)
      .map((schedule) => judgeValues(schedule, () => judgeStart(schedule, now))),
  ];
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

export function judgeCheckMethods(stack: Stack): Finding[] {
  return stack.ofType(grafana.check).map((check) =>
    judge(check, () => {
      const method = check.at("settings", "http", "method");
      return method.exists ? oneOf(method, checkMethods, "The method") : true;
    }),
  );
}
