import type { EscalationPolicyArgs, ScheduleArgs, types } from "@pulumi/pagerduty";
import { counted } from "../lib/text.ts";
import {
  fault,
  judgeEach,
  policy,
  type ResourceOf,
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
  },
  check: (stack, threshold) =>
    judgeEach(
      stack.ofType(pagerduty.schedule),
      "No on-call schedule is declared, so nobody is on call.",
      (schedule) => judgePeople(schedule, threshold("minimumPeople")),
    ),
});

export const onCallWithoutGap = policy({
  name: "on-call-without-gap",
  items: ["S6.4"],
  title: "Somebody must be on call at any time.",
  severity: "critical",
  fix: "Add a layer without end and restrictions to the schedule, or let the restrictions of its layers adjoin.",
  url: "https://support.pagerduty.com/main/docs/schedule-basics",
  productionOnly: true,
  check: (stack) =>
    judgeEach(
      stack.ofType(pagerduty.schedule),
      "No on-call schedule is declared, so nobody is on call at any time.",
      judgeGaps,
    ),
});

export const escalationLevels = policy({
  name: "escalation-levels",
  items: ["S6.5"],
  title: "Every escalation policy must have at least two levels, one after the other.",
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
  },
  check: (stack, threshold) =>
    judgeEach(
      stack.ofType(pagerduty.escalationPolicy),
      "No escalation policy is declared, so a page that nobody answers goes no further.",
      (escalation) => judgeLevels(escalation, threshold("minimumLevels")),
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
function judgePeople(schedule: Schedule, minimum: number): Verdict {
  const users = schedule
    .at("layers")
    .items()
    .flatMap((layer) => layer.at("users").items());
  const known = new Set(users.flatMap((user) => (user.isUnknown ? [] : (user.string() ?? []))));
  const unknown = users.filter((user) => user.isUnknown);
  // Ids are unknown before the users exist, but not the resources that they come from.
  const declared = schedule.dependenciesOf("layers").filter((source) => source.is(pagerduty.user));
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

const day = 86_400_000;
/** Every week of a year, with both changes of the clocks. */
const shortest = 366 * day;
const longest = 10 * shortest;

function judgeGaps(schedule: Schedule): Verdict {
  const layers = schedule.at("layers").items().map(toLayer);
  const starts = layers.map(({ start }) => Date.parse(start)).filter((start) => !Number.isNaN(start));
  if (starts.length === 0) {
    return fault(schedule.at("layers"), `${schedule.name} has no layer, so nobody is on call.`);
  }
  const from = Math.min(...starts);
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

function judgeLevels(escalation: ResourceOf<EscalationPolicyArgs>, minimum: number): Verdict {
  const rules = escalation.at("rules");
  const levels = rules.items().filter((rule) => rule.at("targets").items().length > 0);
  if (levels.length < minimum) {
    return fault(rules, `${escalation.name} has only ${counted(levels.length, "level")}.`);
  }
  const delayed = levels.every((rule) => (rule.at("escalationDelayInMinutes").number() ?? 0) >= 1);
  if (!delayed) {
    return fault(rules, `${escalation.name} has a level without a delay, which never escalates.`);
  }
  const targets = levels.map((rule) =>
    rule
      .at("targets")
      .items()
      .map((target) => (target.at("id").isUnknown ? undefined : target.at("id").string())),
  );
  // Ids of resources that do not exist yet are unknown, and are taken to differ.
  const known = targets.filter((ids) => !ids.includes(undefined)).map((ids) => [...ids].sort().join());
  return (
    targets.length - (known.length - new Set(known).size) >= minimum ||
    fault(rules, `${escalation.name} calls the same people on each level.`)
  );
}
