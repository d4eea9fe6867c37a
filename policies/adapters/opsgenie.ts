import { counted } from "../../lib/text.ts";
import {
  type Fault,
  fault,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { type Adapter, longestMaintenanceHours } from "../model/adapter.ts";
import type * as og from "../model/opsgenie-args.ts";
import type { LevelLimits, PeopleLimits } from "../model/pager.ts";
import { opsgenie } from "../model/tokens.ts";

type Schedule = ResourceOf<og.ScheduleArgs>;
type Rotation = ResourceOf<og.RotationArgs>;
type Escalation = ResourceOf<og.EscalationArgs>;
type User = ResourceOf<og.UserArgs>;

/** On-call at Opsgenie: schedules with rotations of their own, and escalations. */
export const opsgenieAdapter: Adapter = {
  packages: ["opsgenie"],
  api: /(?:^|\.)opsgenie\.com$/,
  schedules: (stack) =>
    stack.ofType(opsgenie.schedule).map((schedule) => ({
      resource: schedule,
      people: (limits: PeopleLimits) => judgePeople(stack, schedule, limits),
      coverage: (now: number) => judgeCoverage(stack, schedule, now),
    })),
  escalations: (stack) =>
    stack.ofType(opsgenie.escalation).map((escalation) => ({
      resource: escalation,
      levels: (limits: LevelLimits) => judgeLevels(escalation, limits),
      beginsWithSchedule: () => judgeFirst(escalation),
    })),
  silences: (stack, now) => [
    ...stack
      .ofType(opsgenie.notificationPolicy)
      .map((resource) => ({ resource, verdict: () => judgePolicy(resource) })),
    ...stack
      .ofType(opsgenie.alertPolicy)
      .map((resource) => ({ resource, verdict: () => judgeLowering(resource) })),
    ...stack.ofType(opsgenie.integration).map((resource) => ({
      resource,
      verdict: () => {
        const enabled = resource.at("enabled");
        return (
          enabled.boolean() !== false ||
          fault(
            enabled,
            `The integration ${resource.name} is off, so what it is sent calls nobody.`,
            "Set enabled of the integration at Opsgenie to true, or remove it.",
          )
        );
      },
    })),
    ...stack
      .ofType(opsgenie.maintenance)
      .map((resource) => ({ resource, verdict: () => judgeMaintenance(resource, now) })),
  ],
};

const rotationsOf = (stack: Stack, schedule: Schedule): Rotation[] =>
  stack.ofType(opsgenie.rotation).filter((rotation) => rotation.refersTo(schedule, "scheduleId"));

const days: Readonly<Record<string, number>> = { hourly: 1 / 24, daily: 1, weekly: 7 };

function judgePeople(stack: Stack, schedule: Schedule, { people, turnDays }: PeopleLimits): Verdict {
  const rotations = rotationsOf(stack, schedule);
  for (const rotation of rotations) {
    const turn = (days[rotation.at("type").string() ?? ""] ?? 0) * (rotation.at("length").number() ?? 1);
    if (turn > turnDays) {
      return fault(
        rotation.at("length"),
        `${rotation.name} keeps one person on call for ${turn} days before the next.`,
      );
    }
  }
  const silent = rotations.flatMap((rotation) => rotation.dependenciesOf("participants")).find(isStakeholder);
  if (silent !== undefined) return unreached(silent);
  const participants = rotations.flatMap((rotation) => rotation.at("participants").items());
  // A team is people of whom the stack need not know.
  const isTeam = participants.some((one) => ["team", "escalation"].includes(one.at("type").string() ?? ""));
  return (
    isTeam ||
    participants.length === 0 ||
    participants.length >= people ||
    fault(schedule.at(), `${schedule.name} has only ${counted(participants.length, "person", "people")}.`)
  );
}

/** A stakeholder is told of incidents, and is never called: https://docs.opsgenie.com/docs/stakeholders-users */
const isStakeholder = (one: Resource): one is User =>
  one.is(opsgenie.user) && one.at("role").string()?.toLowerCase() === "stakeholder";

const unreached = (user: User): Fault =>
  fault(user.at("role"), `Opsgenie does not call ${user.name}, who is a stakeholder.`);

function judgeCoverage(stack: Stack, schedule: Schedule, now: number): Verdict {
  const rotations = rotationsOf(stack, schedule);
  if (rotations.length === 0 || schedule.at("enabled").boolean() === false) {
    return `${schedule.name} has no rotation or is off, so nobody is on call.`;
  }
  const isWhole = (rotation: Rotation): boolean =>
    rotation.at("participants").items().length > 0 &&
    !(Date.parse(rotation.at("startDate").string() ?? "") > now) &&
    !rotation.at("endDate").string() &&
    rotation.at("timeRestrictions").items().length === 0;
  return (
    some(rotations, isWhole) ||
    unproved(
      schedule.at(),
      `No rotation of ${schedule.name} has somebody on call at any time from now on.`,
      "Declare a rotation that has begun, without endDate and timeRestrictions.",
    )
  );
}

/** Longer than this a policy of Opsgenie must not hold a notification back. */
const longestDelaySeconds = 300;

/** A policy that suppresses or delays notifications may take those of minor alerts alone. */
function judgePolicy(policy: ResourceOf<og.NotificationPolicyArgs>): Verdict {
  const delay = policy.at("delayActions", "0");
  const wait = delay.at("duration", "0");
  const seconds =
    (wait.at("timeAmount").number() ?? 0) * (unitSeconds[wait.at("timeUnit").string() ?? "minutes"] ?? 60);
  const isLate =
    delay.exists && (delay.at("delayOption").string() !== "for-duration" || seconds > longestDelaySeconds);
  const action =
    policy.at("suppress").boolean() === true ? policy.at("suppress") : isLate ? delay : undefined;
  if (action === undefined || policy.at("enabled").boolean() === false) return true;
  const filters = policy
    .at("filters")
    .items()
    .filter(
      (filter) => filter.at("type").string() !== "match-all" && filter.at("conditions").items().length > 0,
    );
  if (filters.length === 0) {
    return fault(
      action,
      `The policy ${policy.name} holds back every notification, so nobody is called.`,
      "Give the policy at Opsgenie a filter by which it takes only what has the priority P4 or P5.",
    );
  }
  const isMinor = filters.some((filter) => {
    const conditions = filter.at("conditions").items();
    // Where any condition is enough, another one lets critical alerts in.
    return filter.at("type").string() === "match-any-condition"
      ? conditions.every(asksForMinor)
      : conditions.some(asksForMinor);
  });
  return (
    isMinor ||
    unproved(
      action,
      `The policy ${policy.name} holds notifications back, and its conditions do not say that critical ones are not among them.`,
      "Hold back only what has the priority P4 or P5.",
    )
  );
}

/** A policy that gives alerts a priority at which nobody is called may do so with minor ones alone. */
function judgeLowering(policy: ResourceOf<og.AlertPolicyArgs>): Verdict {
  const priority = policy.at("priority");
  if (!/^P[45]$/.test(priority.string() ?? "") || policy.at("enabled").boolean() === false) return true;
  const conditions = policy
    .at("filters")
    .items()
    .flatMap((filter) => filter.at("conditions").items());
  const isMinor = conditions.some(asksForMinor);
  const found = `The policy ${policy.name} gives alerts the priority ${priority.string()}`;
  if (conditions.length === 0)
    return fault(
      priority,
      `${found}, whatever they are.`,
      "Give the policy at Opsgenie a filter by which it takes only what has the priority P4 or P5.",
    );
  return (
    isMinor ||
    unproved(
      priority,
      `${found}, and its conditions do not say that critical ones are not among them.`,
      "Lower only what has the priority P4 or P5 already.",
    )
  );
}

const asksForMinor = (condition: Value<og.Condition>): boolean =>
  condition.at("field").string() === "priority" &&
  condition.at("operation").string() === "equals" &&
  condition.at("not").boolean() !== true &&
  /^P[45]$/.test(condition.at("expectedValue").string() ?? "");

const unitSeconds: Readonly<Record<string, number>> = { minutes: 60, hours: 3600, days: 86_400 };

function judgeMaintenance(maintenance: ResourceOf<og.MaintenanceArgs>, now: number): Verdict {
  const [time] = maintenance.at("times").items();
  const end = Date.parse(time?.at("endDate").string() ?? "");
  const start = Date.parse(time?.at("startDate").string() ?? "");
  if (end <= now || time?.at("type").string()?.startsWith("for-") === true) return true;
  const hours = (end - start) / 3_600_000;
  return (
    hours <= longestMaintenanceHours ||
    fault(
      maintenance.at("times"),
      `The maintenance ${maintenance.name} silences the pager for too long.`,
      "Let the maintenance at Opsgenie end within twelve hours.",
    )
  );
}

const recipientsOf = (rule: Value<og.EscalationRule>): Value<og.Recipient>[] => rule.at("recipients").items();

function judgeLevels(escalation: Escalation, { levels, minutes }: LevelLimits): Verdict {
  const rules = escalation.at("rules");
  const own = rules.items().filter((rule) => recipientsOf(rule).length > 0);
  if (own.length < levels) {
    return fault(rules, `${escalation.name} has only ${counted(own.length, "level")}.`);
  }
  const silent = escalation.dependenciesOf("rules").find(isStakeholder);
  if (silent !== undefined) return unreached(silent);
  const delays = own.map((rule) => rule.at("delay").number() ?? 0);
  const late = own.find((_, index) => (delays[index] ?? 0) - (delays[index - 1] ?? 0) > minutes);
  if (late !== undefined) {
    return fault(
      late.at("delay"),
      `${escalation.name} waits too long for a level to answer before it calls the next.`,
    );
  }
  return (
    distinctLevels(escalation, own) >= levels ||
    fault(
      rules,
      `${escalation.name} calls the same people on each level.`,
      "Let each level of the escalation at Opsgenie name another schedule or another user.",
    )
  );
}

/** How many levels at most call different people: ids are unknown before what they are of exists. */
function distinctLevels(escalation: Escalation, rules: readonly Value<og.EscalationRule>[]): number {
  const ids = rules.map((rule) => recipientsOf(rule).map((one) => one.at("id")));
  const open = ids.filter((level) => level.some(({ isUnknown }) => isUnknown)).length;
  const known = ids
    .filter((level) => !level.some(({ isUnknown }) => isUnknown))
    .map((level) =>
      level
        .map((id) => id.string() ?? "")
        .toSorted()
        .join(),
    );
  const made = new Set(escalation.dependenciesOf("rules")).size;
  return new Set(known).size + (made === 0 ? open : Math.min(open, made));
}

function judgeFirst(escalation: Escalation): Verdict {
  const first = escalation.at("rules", "0");
  const isSchedule = recipientsOf(first).some((one) => one.at("type").string() === "schedule");
  return isSchedule || fault(first, `${escalation.name} does not begin with a schedule.`);
}
