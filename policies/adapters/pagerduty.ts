import type { EscalationPolicyArgs, ScheduleArgs, types } from "@pulumi/pagerduty";
import { counted } from "../../lib/text.ts";
import {
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  undecided,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import type { Adapter } from "../model/adapter.ts";
import type { PeopleLimits } from "../model/pager.ts";
import { pagerduty } from "../model/tokens.ts";
import { gaps } from "../values/coverage.ts";
import { toLayer } from "./pagerduty/layers.ts";
import { repeatedLevel } from "./pagerduty/people.ts";
import { resourceTypes } from "./pagerduty/types.ts";
import { judgeOnCallValues } from "./pagerduty/values.ts";
import { schedulesByRotation } from "./pagerduty-v2.ts";

export const pagerdutyAdapter: Adapter = {
  packages: ["pagerduty"],
  types: resourceTypes,
  api: /(?:^|\.)pagerduty\.com$/,
  hasOwnTexts: true,
  rejects: { onCall: judgeOnCallValues },
  schedules: (stack) => [
    ...stack.ofType(pagerduty.schedule).map((schedule) => ({
      resource: schedule,
      people: (limits: PeopleLimits) => judgePeople(schedule, limits),
      coverage: (now: number) => judgeGaps(schedule, now),
    })),
    ...schedulesByRotation(stack),
  ],
  escalations: (stack) =>
    stack.ofType(pagerduty.escalationPolicy).map((escalation) => ({
      resource: escalation,
      levels: ({ levels, minutes }) => judgeLevels(stack, escalation, levels, minutes),
      beginsWithSchedule: () => judgeFirst(stack, escalation),
    })),
};

const schedules = (stack: Stack): Resource[] =>
  stack.ofType<[typeof pagerduty.schedule, string]>(pagerduty.schedule, pagerduty.scheduleV2);

function judgeFirst(stack: Stack, escalation: ResourceOf<EscalationPolicyArgs>): Verdict {
  const first = escalation.at("rules", "0", "targets");
  const targets = first.items();
  const isSchedule = targets.some((target) => target.at("type").string() === "schedule_reference");
  const isDeclared = escalation.dependenciesOf("rules").some(isScheduleOfStack);
  if (!isSchedule) {
    return fault(first, `${escalation.name} does not begin with a schedule.`);
  }
  const ids = new Set(schedules(stack).flatMap(({ id }) => id ?? []));
  return (
    isDeclared ||
    targets.some((target) => ids.has(target.at("id").string() ?? "")) ||
    fault(first, `${escalation.name} begins with a schedule that this stack does not declare.`)
  );
}

const isScheduleOfStack = ({ type }: Resource): boolean =>
  type === pagerduty.schedule || type === pagerduty.scheduleV2;

/** A schedule without anybody is judged as a gap. */
function judgePeople(schedule: Schedule, { people: minimum, turnDays: longestTurn }: PeopleLimits): Verdict {
  const layers = schedule.at("layers").items();
  const users = layers.flatMap((layer) => layer.at("users").items());
  const known = new Set(users.flatMap((user) => (user.isUnknown ? [] : (user.string() ?? []))));
  const unknown = users.filter((user) => user.isUnknown);
  // Ids are unknown before the users exist, but not the resources that they come from.
  const declared = schedule.dependenciesOf("layers").filter((source) => source.is(pagerduty.user));
  const watching = declared.find(isStakeholder);
  if (watching !== undefined) {
    return `${watching.name} cannot be on call: the role of a stakeholder gets no pages.`;
  }
  const slow = layers
    .map((layer) => layer.at("rotationTurnLengthSeconds"))
    .find((turn) => (turn.number() ?? 0) > longestTurn * 86_400);
  if (slow !== undefined) {
    const days = Math.round((slow.number() ?? 0) / 86_400);
    return fault(slow, `${schedule.name} keeps one person on call for ${days} days before the next.`);
  }
  const least = Math.max(known.size, Math.min(declared.length, users.length));
  if (users.length === 0 || least >= minimum) {
    return judgeOverlaid(schedule, layers, minimum);
  }
  const [open] = unknown;
  if (open !== undefined && declared.length === 0 && known.size + unknown.length >= minimum) {
    return undecided(open);
  }
  return fault(
    schedule.at("layers"),
    `${schedule.name} has only ${counted(Math.max(least, 1), "person", "people")}.`,
  );
}

/**
 * Where layers overlap, the last or the first of them counts: PagerDuty's pages and its API count them from other
 * ends. Whoever is in a layer that is hidden from both ends is never on call. Throws UnknownRead.
 */
function judgeOverlaid(schedule: Schedule, layers: readonly Layer[], minimum: number): Verdict {
  const seen = [layers, layers.toReversed()].map((order) => onTop(schedule, order));
  const most = Math.max(...seen.map(({ size }) => size));
  return (
    layers.length < 2 ||
    most >= minimum ||
    fault(
      schedule.at("layers"),
      `${schedule.name} has layers over and under the others that leave ${counted(most, "person", "people")} on call at any time.`,
    )
  );
}

/** People of the layers that no others hide: each that is unknown may be another. */
function onTop(schedule: Schedule, layers: readonly Layer[]): ReadonlySet<unknown> {
  const whole = layers.findIndex((_, index) => coversAll(schedule, layers.slice(0, index + 1)));
  const shown = whole < 0 ? layers : layers.slice(0, whole + 1);
  return new Set(
    shown
      .flatMap((layer) => layer.at("users").items())
      .map((user) => (user.isUnknown ? user : user.string())),
  );
}

/** Whether layers without an end cover each time of a year from their latest start. */
function coversAll(schedule: Schedule, layers: readonly Layer[]): boolean {
  const read = layers.map(toLayer).filter(({ end }) => end === undefined);
  const from = Math.max(...read.map(({ start }) => Date.parse(start)));
  const timeZone = schedule.at("timeZone").string() ?? "UTC";
  return Number.isFinite(from) && gaps(read, timeZone, { from, to: from + shortest }).length === 0;
}

type Layer = Value<types.input.ScheduleLayer>;

type Schedule = ResourceOf<ScheduleArgs>;

/** PagerDuty bills them less, and never notifies them. */
const isStakeholder = (user: Resource): boolean =>
  user.is(pagerduty.user) &&
  ["read_only_user", "read_only_limited_user"].includes(known(() => user.at("role").string()) ?? "");

const day = 86_400_000;
/** Every week of a year, with both changes of the clocks. */
const shortest = 366 * day;
const longest = 10 * shortest;

/** From now on, whenever the layers start: nobody answers a page with a rotation that begins later. */
function judgeGaps(schedule: Schedule, now: number): Verdict {
  const layers = schedule.at("layers").items().map(toLayer);
  const starts = layers.map(({ start }) => Date.parse(start)).filter((start) => !Number.isNaN(start));
  if (starts.length === 0) {
    return fault(schedule.at("layers"), `${schedule.name} has no layer, so nobody is on call.`);
  }
  const from = now;
  const ends = layers.map(({ end }) => Date.parse(end ?? "") + 8 * day).filter((end) => !Number.isNaN(end));
  const to = Math.min(Math.max(from + shortest, ...ends), from + longest);
  const [gap] = gaps(layers, schedule.at("timeZone").string() ?? "UTC", { from, to });
  return (
    gap === undefined ||
    fault(
      schedule.at("layers"),
      `${schedule.name} has nobody on call from ${shown(gap.from)}${gap.to === to ? " on" : ` to ${shown(gap.to)}`}.`,
    )
  );
}

const shown = (instant: number): string => new Date(instant).toISOString().slice(0, 16).replace("T", " ");

function judgeLevels(
  stack: Stack,
  escalation: ResourceOf<EscalationPolicyArgs>,
  minimum: number,
  mostMinutes: number,
): Verdict {
  const rules = escalation.at("rules");
  const levels = rules.items().filter((rule) => rule.at("targets").items().length > 0);
  if (levels.length < minimum) {
    return fault(rules, `${escalation.name} has only ${counted(levels.length, "level")}.`);
  }
  for (const rule of levels) {
    const delay = rule.at("escalationDelayInMinutes");
    const minutes = delay.number() ?? 0;
    if (minutes < 1) {
      return fault(delay, `${escalation.name} has a level without a delay, which never escalates.`);
    }
    if (minutes > mostMinutes) {
      return fault(
        delay,
        `${escalation.name} waits ${minutes} minutes for a level to answer before it calls the next.`,
      );
    }
  }
  if (distinctLevels(stack, escalation, levels) < minimum) {
    return fault(rules, `${escalation.name} calls the same people on each level.`);
  }
  return repeatedLevel(stack, escalation) ?? true;
}

type Level = Value<types.input.EscalationPolicyRule>;

/**
 * How many levels at most call different people. Ids are unknown before their resources exist: then there are as
 * many as schedules and people that the rules are made from.
 */
function distinctLevels(
  stack: Stack,
  escalation: ResourceOf<EscalationPolicyArgs>,
  levels: readonly Level[],
): number {
  const people = new Set<string>();
  let unknown = 0;
  for (const level of levels) {
    const targets = level.at("targets").items();
    if (targets.some((target) => target.at("id").isUnknown)) {
      unknown++;
    } else {
      people.add(
        targets
          .map((target) => rotation(stack, target.at("id").string() ?? ""))
          .sort()
          .join(),
      );
    }
  }
  const declared = new Set(
    escalation.dependenciesOf("rules").filter((it) => isScheduleOfStack(it) || it.type === pagerduty.user),
  );
  // Made from nothing of the stack, they are somebody's whom only the deployment knows.
  return people.size + (declared.size === 0 ? unknown : Math.min(unknown, declared.size));
}

/** Who is called by an id: two schedules whose layers are alike have the same person on call at any time. */
function rotation(stack: Stack, id: string): string {
  const schedule = stack.ofType(pagerduty.schedule).find((candidate) => candidate.id === id);
  return schedule === undefined ? id : (known(() => layersText(schedule)) ?? id);
}

function layersText(schedule: Schedule): string {
  const layers = schedule
    .at("layers")
    .items()
    .map((layer) => [
      toLayer(layer),
      layer.at("users").strings(),
      layer.at("rotationTurnLengthSeconds").number(),
      layer.at("rotationVirtualStart").string(),
    ]);
  return JSON.stringify([schedule.at("timeZone").string(), layers]);
}
