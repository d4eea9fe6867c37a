import type { EscalationPolicyArgs, ScheduleArgs, types } from "@pulumi/pagerduty";
import { counted } from "../lib/text.ts";
import {
  fault,
  judgeEach,
  known,
  policy,
  type Resource,
  type ResourceOf,
  type Stack,
  undecided,
  type Value,
  type Verdict,
} from "./framework/index.ts";
import { pagerduty } from "./model/tokens.ts";
import { type CoverageLayer, gaps } from "./values/coverage.ts";

// Items S6.4 and S6.5, with PagerDuty.

export const onCallPeople = policy({
  name: "on-call-people",
  items: ["S6.4"],
  title: "Every on-call schedule must rotate among at least two people.",
  severity: "high",
  fix: "Add another person to the users of a layer of the schedule.",
  url: "https://support.pagerduty.com/main/docs/schedule-basics",
  productionOnly: true,
  thresholds: {
    minimumPeople: { description: "Least people of a schedule.", default: 2, minimum: 2, maximum: 100 },
    maximumTurnDays: {
      description: "Most days that one person is on call before the next takes over.",
      default: 31,
      minimum: 1,
      maximum: 31,
    },
  },
  check: (stack, threshold) =>
    judgeEach(
      stack.ofType(pagerduty.schedule),
      "No on-call schedule is declared, so nobody is on call.",
      (schedule) => judgePeople(schedule, threshold("minimumPeople"), threshold("maximumTurnDays")),
    ),
});

export const onCallWithoutGap = policy({
  name: "on-call-without-gap",
  items: ["S6.4"],
  title: "Somebody must be on call at any time, from now on.",
  severity: "critical",
  fix: "Add a layer without end and restrictions to the schedule, or let the restrictions of its layers adjoin.",
  url: "https://support.pagerduty.com/main/docs/schedule-basics",
  productionOnly: true,
  check: (stack, _threshold, { now }) =>
    judgeEach(
      stack.ofType(pagerduty.schedule),
      "No on-call schedule is declared, so nobody is on call at any time.",
      (schedule) => judgeGaps(schedule, now),
    ),
});

export const escalationLevels = policy({
  name: "escalation-levels",
  items: ["S6.5"],
  title:
    "Every escalation policy must have at least two levels with different people, one soon after the other.",
  severity: "high",
  fix: "Add a rule to the escalation policy, with other targets and an escalationDelayInMinutes of its own.",
  url: "https://support.pagerduty.com/main/docs/escalation-policies",
  productionOnly: true,
  thresholds: {
    minimumLevels: {
      description: "Least levels of an escalation policy.",
      default: 2,
      minimum: 2,
      maximum: 20,
    },
    maximumMinutes: {
      description: "Most minutes that a level may take to answer before the next is called.",
      default: 30,
      minimum: 1,
      maximum: 30,
    },
  },
  check: (stack, threshold) =>
    judgeEach(
      stack.ofType(pagerduty.escalationPolicy),
      "No escalation policy is declared, so a page that nobody answers goes no further.",
      (escalation) => judgeLevels(stack, escalation, threshold("minimumLevels"), threshold("maximumMinutes")),
    ),
});

export const escalationToSchedule = policy({
  name: "escalation-to-schedule",
  items: ["S6.4", "S6.5"],
  title: "Every escalation policy must begin with a schedule that the stack declares.",
  severity: "high",
  fix: "Give the first rule of the escalation policy a target of type schedule_reference, the id of a pagerduty.Schedule.",
  url: "https://support.pagerduty.com/main/docs/escalation-policies",
  productionOnly: true,
  check: (stack) =>
    judgeEach(
      stack.ofType(pagerduty.escalationPolicy),
      "No escalation policy is declared, so none begins with a schedule.",
      (escalation) => {
        const first = escalation.at("rules", "0", "targets");
        const targets = first.items();
        const isSchedule = targets.some((target) => target.at("type").string() === "schedule_reference");
        const isDeclared = escalation.dependenciesOf("rules").some((source) => source.is(pagerduty.schedule));
        if (!isSchedule) {
          return fault(first, `${escalation.name} does not begin with a schedule.`);
        }
        const ids = new Set(stack.ofType(pagerduty.schedule).flatMap(({ id }) => id ?? []));
        return (
          isDeclared ||
          targets.some((target) => ids.has(target.at("id").string() ?? "")) ||
          fault(first, `${escalation.name} begins with a schedule that this stack does not declare.`)
        );
      },
    ),
});

/** A schedule without anybody is judged as a gap. */
function judgePeople(schedule: Schedule, minimum: number, longestTurn: number): Verdict {
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
    return true;
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

function toLayer(layer: Value<types.input.ScheduleLayer>): CoverageLayer {
  return {
    start: layer.at("start").string() ?? "",
    end: layer.at("end").string() || undefined,
    users: layer.at("users").items().length,
    restrictions: layer
      .at("restrictions")
      .items()
      .map((restriction) => ({
        type: restriction.at("type").string() ?? "",
        startTimeOfDay: restriction.at("startTimeOfDay").string() ?? "",
        startDayOfWeek: restriction.at("startDayOfWeek").number(),
        durationSeconds: restriction.at("durationSeconds").number() ?? 0,
      })),
  };
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
  return (
    distinctLevels(stack, escalation, levels) >= minimum ||
    fault(rules, `${escalation.name} calls the same people on each level.`)
  );
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
    escalation.dependenciesOf("rules").filter((it) => it.is<unknown>(pagerduty.schedule, pagerduty.user)),
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
