import { counted } from "../../lib/text.ts";
import {
  fault,
  type ResourceOf,
  type Stack,
  undecided,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
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
const list = (value: Value, plural: string, singular: string): Value[] => {
  const own = value.at(plural);
  return own.isUnknown || own.exists ? own.items() : value.at(singular).items();
};

const eventsOf = (schedule: ResourceOf<unknown>): Value[] =>
  list(schedule.at(), "rotations", "rotation").flatMap((rotation) => list(rotation, "events", "event"));

const strategyOf = (event: Value): Value =>
  event.at("assignmentStrategy").at("type").exists
    ? event.at("assignmentStrategy")
    : event.at("assignmentStrategy").at("0");

const membersOf = (event: Value): Value[] => list(strategyOf(event), "members", "member");

function judgePeople(schedule: ResourceOf<unknown>, { people, turnDays }: PeopleLimits): Verdict {
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
function turnOf(event: Value): number {
  const { days } = recurrenceOf(event);
  return days * (strategyOf(event).at("shiftsPerMember").number() ?? 1);
}

interface Recurrence {
  /** Days after which it begins again; 0 where it does not. */
  readonly days: number;
  /** Undefined where each day counts. */
  readonly isPartial: boolean;
}

function recurrenceOf(event: Value): Recurrence {
  const rule = list(event, "recurrences", "recurrence")
    .map((text) => text.string() ?? "")
    .join(";");
  const frequency = /FREQ=(\w+)/.exec(rule)?.[1] ?? "";
  const interval = Number(/INTERVAL=(\d+)/.exec(rule)?.[1] ?? 1);
  const days = { DAILY: 1, WEEKLY: 7, MONTHLY: 31 }[frequency] ?? 0;
  return { days: days * interval, isPartial: /UNTIL=|COUNT=/.test(rule) };
}

const day = 86_400_000;

/** One event without end that lasts until it begins again leaves no gap; how several add up is not followed. */
function judgeCoverage(schedule: ResourceOf<unknown>, now: number): Verdict {
  const events = eventsOf(schedule);
  if (events.every((event) => membersOf(event).length === 0)) {
    return fault(schedule.at(), `${schedule.name} has no member, so nobody is on call.`);
  }
  const isWhole = (event: Value): boolean => {
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

const timeOf = (event: Value, key: string): string =>
  event.at(key).string() ?? event.at(key, "dateTime").string() ?? "";
