import type { oncall } from "@pulumi/grafana";
import { counted } from "../../lib/text.ts";
import {
  fault,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  unproved,
  type Verdict,
} from "../framework/index.ts";
import type { Adapter } from "../model/adapter.ts";
import type { LevelLimits, PeopleLimits } from "../model/pager.ts";
import { onCall } from "../model/tokens.ts";

type Schedule = ResourceOf<oncall.ScheduleArgs>;
type Shift = ResourceOf<oncall.OnCallShiftArgs>;
type Step = ResourceOf<oncall.EscalationArgs>;

/** On-call at Grafana OnCall: schedules of shifts, and chains of steps. */
export const onCallAdapter: Adapter = {
  schedules: (stack) =>
    stack.ofType(onCall.schedule).map((schedule) => ({
      resource: schedule,
      people: (limits: PeopleLimits) => judgePeople(schedule, limits),
      coverage: (now: number) => judgeCoverage(schedule, now),
    })),
  escalations: (stack) =>
    stack.ofType(onCall.chain).map((chain) => ({
      resource: chain,
      levels: (limits: LevelLimits) => judgeLevels(stack, chain, limits),
      beginsWithSchedule: () => {
        const [first] = notifying(stack, chain);
        return (
          first?.at("type").string() === "notify_on_call_from_schedule" ||
          `${chain.name} does not begin with a schedule.`
        );
      },
    })),
};

const shiftsOf = (schedule: Schedule): Shift[] =>
  schedule.dependenciesOf("shifts").filter((source): source is Shift => source.type === onCall.shift);

/** A calendar elsewhere says who is on call where the schedule is of that type. */
const isElsewhere = (schedule: Schedule): boolean => schedule.at("type").string() === "ical";

function judgePeople(schedule: Schedule, { people }: PeopleLimits): Verdict {
  const count = shiftsOf(schedule).flatMap((shift) => [
    ...shift
      .at("rollingUsers")
      .items()
      .flatMap((group) => group.items()),
    ...shift.at("users").items(),
  ]).length;
  return (
    isElsewhere(schedule) ||
    schedule.at("type").string() === "web" ||
    count >= people ||
    fault(schedule.at("shifts"), `${schedule.name} has only ${counted(count, "person", "people")}.`)
  );
}

const secondsOf: Readonly<Record<string, number>> = { hourly: 3600, daily: 86_400, weekly: 604_800 };

function judgeCoverage(schedule: Schedule, now: number): Verdict {
  const isWhole = (shift: Shift): boolean => {
    const every = secondsOf[shift.at("frequency").string() ?? ""] ?? 0;
    const lasts = shift.at("duration").number() ?? 0;
    // On some days of the week alone it lasts a part of the week.
    const isEachDay = [0, 7].includes(shift.at("byDays").items().length);
    const period = shift.at("byDays").items().length === 7 ? Math.min(every, secondsOf.daily ?? 0) : every;
    return (
      every > 0 &&
      isEachDay &&
      lasts >=
        period * (shift.at("rollingUsers").items().length > 0 ? 1 : (shift.at("interval").number() ?? 1)) &&
      !shift.at("until").string() &&
      !(Date.parse(`${shift.at("start").string() ?? ""}Z`) > now)
    );
  };
  return (
    some(shiftsOf(schedule), isWhole) ||
    unproved(
      schedule.at("shifts"),
      `No shift of ${schedule.name} has somebody on call at any time from now on, as far as the stack shows.`,
      "Declare an OnCallShift that has begun, without until, whose duration is as long as it recurs after.",
    )
  );
}

/** Steps of a chain that call somebody, in their order. */
function notifying(stack: Stack, chain: Resource): Step[] {
  return stepsOf(stack, chain).filter((step) => (step.at("type").string() ?? "").startsWith("notify_"));
}

const stepsOf = (stack: Stack, chain: Resource): Step[] =>
  stack
    .ofType(onCall.step)
    .filter((step) => step.refersTo(chain, "escalationChainId"))
    .toSorted((one, other) => (one.at("position").number() ?? 0) - (other.at("position").number() ?? 0));

function judgeLevels(stack: Stack, chain: Resource, { levels, minutes }: LevelLimits): Verdict {
  const own = notifying(stack, chain);
  if (own.length < levels) {
    return `${chain.name} has only ${counted(own.length, "level")}.`;
  }
  const late = stepsOf(stack, chain).find(
    (step) => step.at("type").string() === "wait" && (step.at("duration").number() ?? 0) > minutes * 60,
  );
  if (late !== undefined) {
    return fault(
      late.at("duration"),
      `${chain.name} waits too long for a level to answer before it calls the next.`,
    );
  }
  const called = own.map((step, place) => calledBy(step) ?? `step ${place}`);
  return new Set(called).size >= levels || `${chain.name} calls the same people on each level.`;
}

/** Whom a step calls, as a text that is the same for the same people; undefined where it cannot be told. */
function calledBy(step: Step): string | undefined {
  const property = callees.find((name) => step.at(name).isUnknown || step.at(name).exists);
  if (property === undefined) return undefined;
  const sources = step.dependenciesOf(property);
  const [schedule, ...others] = sources.filter(
    (source): source is Schedule => source.type === onCall.schedule,
  );
  const alone = schedule && others.length === 0 ? onlyPersonOf(schedule) : undefined;
  if (alone !== undefined) return alone;
  if (sources.length > 0)
    return sources
      .map(({ urn }) => urn)
      .toSorted()
      .join();
  const value = step.at(property);
  return value.isUnknown ? undefined : (value.string() ?? value.strings().toSorted().join());
}

const callees = [
  "notifyOnCallFromSchedule",
  "personsToNotifies",
  "personsToNotifyNextEachTimes",
  "groupToNotify",
  "notifyToTeamMembers",
] as const;

/** The one person whose id each shift of a schedule has; undefined where there are others, or they are unknown. */
function onlyPersonOf(schedule: Schedule): string | undefined {
  const people = shiftsOf(schedule).flatMap((shift) => [
    ...shift
      .at("rollingUsers")
      .items()
      .flatMap((group) => group.items()),
    ...shift.at("users").items(),
  ]);
  const ids = new Set(people.map((one) => (one.isUnknown ? undefined : one.string())));
  const [id] = ids;
  return ids.size === 1 ? id : undefined;
}
