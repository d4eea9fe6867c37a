import type * as grafanaTypes from "@pulumi/grafana";
import { type AnyValue, lookup, type Stack, type Value } from "../framework/index.ts";
import { durationSeconds } from "../values/duration.ts";
import { type MuteInterval, mutedFrom } from "../values/mute-times.ts";
import type { Delivery, Timed } from "./notification-routes.ts";
import { perStack } from "./per-stack.ts";
import type { Wait } from "./route.ts";
import { grafana } from "./tokens.ts";

const minute = 60;
const hour = 60 * minute;

/** Most seconds that a page may wait: for its group, for the next of the group, and before it is sent again. */
export const pageWaits: Readonly<Record<Wait, number>> = {
  groupWait: 5 * minute,
  groupInterval: 15 * minute,
  repeatInterval: 12 * hour,
};

/** The same of any message. */
export const messageWaits: Readonly<Record<Wait, number>> = {
  groupWait: 30 * minute,
  groupInterval: 2 * hour,
  repeatInterval: 7 * 24 * hour,
};

/** Whether a message waits no longer than that. Throws UnknownRead. */
export function isPrompt({ waits }: Delivery, most: Readonly<Record<Wait, number>>): boolean {
  const isShort = (value: AnyValue | undefined, seconds: number) => {
    const text = value?.string();
    // Without a value Grafana waits 30 s, 5 min and 4 h.
    return text === undefined || (durationSeconds(text) ?? Number.POSITIVE_INFINITY) <= seconds;
  };
  return (
    isShort(waits.groupWait, most.groupWait) &&
    isShort(waits.groupInterval, most.groupInterval) &&
    isShort(waits.repeatInterval, most.repeatInterval)
  );
}

/** A week end is not longer, and half of the time is more than nights and week ends. */
const longestHours = 72;
const mostShare = 0.5;

/** Outside of office hours, forty a week: as long as that a way may be silent where another one is always open. */
const mostShareBeside = 0.77;

/**
 * What is wrong with the times at which a route is silent, to follow "a way that is"; undefined where it is open most
 * of the time, or in office hours beside a way that always is. It is open at any of the active times, and at none of
 * the others. Throws UnknownRead.
 */
export function mutesFault(
  stack: Stack,
  { timings, isBeside, now }: { timings: readonly Timed[]; isBeside: boolean; now: number },
): string | undefined {
  const named = timings.map(({ name, isActive }) => ({ text: name.string() ?? "", isActive }));
  const missing = named.find(({ text }) => timingsNamed(stack)(text).length === 0);
  if (missing !== undefined) {
    return `muted by ${JSON.stringify(missing.text)}, which this stack does not declare`;
  }
  const intervals = (isActive: boolean) =>
    named
      .filter((timing) => timing.isActive === isActive)
      .flatMap(({ text }) => timingsNamed(stack)(text))
      .flatMap((timing) => timing.at("intervals").items().map(toInterval));
  const muted = mutedFrom(now, intervals(false));
  const open = named.some(({ isActive }) => isActive) ? mutedFrom(now, intervals(true)).share : 1;
  // Whatever is muted may be what was open.
  const share = Math.min(1 - open + muted.share, 1);
  const names = named.map(({ text }) => text).join(" and ");
  if (share > (isBeside ? mostShareBeside : mostShare)) {
    return `muted ${Math.round(share * 100)} % of the time, by ${names}`;
  }
  return muted.longestMinutes > longestHours * 60
    ? `muted for ${Math.round(muted.longestMinutes / 60)} hours at a time, by ${names}`
    : undefined;
}

const timingsNamed = perStack((stack) =>
  lookup(stack.ofType(grafana.muteTiming), (timing) => timing.at("name").string() ?? timing.name),
);

function toInterval(interval: Value<grafanaTypes.types.input.alerting.MuteTimingInterval>): MuteInterval {
  return {
    weekdays: interval.at("weekdays").strings(),
    daysOfMonths: interval.at("daysOfMonths").strings(),
    months: interval.at("months").strings(),
    years: interval.at("years").strings(),
    times: interval
      .at("times")
      .items()
      .map((time) => ({ start: time.at("start").string() ?? "", end: time.at("end").string() ?? "" })),
  };
}
