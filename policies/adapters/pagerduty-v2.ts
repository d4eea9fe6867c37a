import { counted } from "../../lib/text.ts";
import {
  fault,
  type Item,
  type ResourceOf,
  type Stack,
  undecided,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import type {
  PagerMember,
  PagerScheduleV2Args,
  PagerShiftEvent,
  PagerStrategy,
} from "../model/other-args.ts";
import type { OnCallSchedule, PeopleLimits } from "../model/pager.ts";
import { pagerduty } from "../model/tokens.ts";

/**
 * Schedules of PagerDuty's newer API, made of rotations with events that recur by RFC 5545: who is on call is the
 * members of an event, one after the other.
 */
export function schedulesByRotation(stack: Stack): OnCallSchedule[] {
  return stack.ofType(pagerduty.scheduleV2).map((schedule) => ({
    resource: schedule,
    people: (limits) => judgePeople(schedule, limits),
    coverage: (now) => judgeCoverage(schedule, now),
  }));
}

/** The bridge names a list in the plural; programs that were written before that in the singular. */
const list = <T>(plural: Value<T>, singular: Value<T>): Value<Item<T>>[] =>
  plural.isUnknown || plural.exists ? plural.items() : singular.items();

type Schedule = ResourceOf<PagerScheduleV2Args>;
type Event = Value<PagerShiftEvent>;

const eventsOf = (schedule: Schedule): Event[] =>
  list(schedule.at("rotations"), schedule.at("rotation")).flatMap((rotation) =>
    list(rotation.at("events"), rotation.at("event")).map((event) => event.as<PagerShiftEvent>()),
  );

const strategyOf = (event: Event): Value<PagerStrategy> => {
  const own = event.at("assignmentStrategy").as<unknown>();
  const alone = own.as<PagerStrategy>();
  return alone.at("type").exists ? alone : own.as<readonly PagerStrategy[]>().at("0");
};

const membersOf = (event: Event): Value<PagerMember>[] => {
  const strategy = strategyOf(event);
  return list(strategy.at("members"), strategy.at("member")).map((member) => member.as<PagerMember>());
};

function judgePeople(schedule: Schedule, { people, turnDays }: PeopleLimits): Verdict {
  const events = eventsOf(schedule);
  const members = events.flatMap(membersOf).map((member) => member.at("userId"));
  const known = new Set(members.flatMap((id) => (id.isUnknown ? [] : (id.string() ?? []))));
  const unknown = members.filter((id) => id.isUnknown);
  const declared = schedule.dependencies.filter((source) => source.is(pagerduty.user));
  const least = Math.max(known.size, Math.min(declared.length, members.length));
  const slow = events.find((event) => turnOf(event) > turnDays);
  if (slow !== undefined) {
    return fault(slow, `${schedule.name} keeps one person on call for ${turnOf(slow)} days before the next.`);
  }
  if (members.length === 0 || least >= people) {
    return true;
  }
  const [open] = unknown;
  return open !== undefined && declared.length === 0 && known.size + unknown.length >= people
    ? undecided(open)
    : fault(schedule.at(), `${schedule.name} has only ${counted(Math.max(least, 1), "person", "people")}.`);
}

/** Days of a turn: those that an event recurs after, times the shifts of one person. */
function turnOf(event: Event): number {
  const { days } = recurrenceOf(event);
  return days * (strategyOf(event).at("shiftsPerMember").number() ?? 1);
}

interface Recurrence {
  /** Days after which it begins again; 0 where it does not. */
  readonly days: number;
  /** Undefined where each day counts. */
  readonly isPartial: boolean;
}

function recurrenceOf(event: Event): Recurrence {
  const rule = list(event.at("recurrences"), event.at("recurrence"))
    .map((text) => text.string() ?? "")
    .join(";");
  const frequency = /FREQ=(\w+)/.exec(rule)?.[1] ?? "";
  const interval = Number(/INTERVAL=(\d+)/.exec(rule)?.[1] ?? 1);
  const days = { DAILY: 1, WEEKLY: 7, MONTHLY: 31 }[frequency] ?? 0;
  return { days: days * interval, isPartial: /UNTIL=|COUNT=/.test(rule) };
}

const day = 86_400_000;

/** One event without end that lasts until it begins again leaves no gap; how several add up is not followed. */
function judgeCoverage(schedule: Schedule, now: number): Verdict {
  const events = eventsOf(schedule);
  if (events.every((event) => membersOf(event).length === 0)) {
    return fault(schedule.at(), `${schedule.name} has no member, so nobody is on call.`);
  }
  const isWhole = (event: Event): boolean => {
    const lasts = Date.parse(timeOf(event, "endTime")) - Date.parse(timeOf(event, "startTime"));
    const { days, isPartial } = recurrenceOf(event);
    const begins = Date.parse(event.at("effectiveSince").string() ?? "");
    return (
      membersOf(event).length > 0 &&
      !isPartial &&
      !event.at("effectiveUntil").string() &&
      days > 0 &&
      lasts >= days * day &&
      !(begins > now)
    );
  };
  return (
    events.some(isWhole) ||
    unproved(
      schedule.at(),
      `No event of ${schedule.name} lasts until it begins again, without an end and from now on.`,
      "Add an event that recurs without UNTIL and lasts as long as it recurs after, such as seven days weekly.",
    )
  );
}

const timeOf = (event: Event, key: "startTime" | "endTime"): string =>
  event.at(key).string() ?? event.at(key, "dateTime").string() ?? "";
