import { type Finding, judgeEach, policy, type Stack, type Verdict } from "./framework/index.ts";
import { escalations, schedules } from "./model/facts.ts";
import type { Escalation, OnCallSchedule } from "./model/pager.ts";

// Items S6.4 and S6.5.

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
    judgeSchedules(stack, "No on-call schedule is declared, so nobody is on call.", ({ people }) =>
      people({ people: threshold("minimumPeople"), turnDays: threshold("maximumTurnDays") }),
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
    judgeSchedules(
      stack,
      "No on-call schedule is declared, so nobody is on call at any time.",
      ({ coverage }) => coverage(now),
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
    judgeEscalations(
      stack,
      "No escalation policy is declared, so a page that nobody answers goes no further.",
      ({ levels }) => levels({ levels: threshold("minimumLevels"), minutes: threshold("maximumMinutes") }),
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
    judgeEscalations(
      stack,
      "No escalation policy is declared, so none begins with a schedule.",
      ({ beginsWithSchedule }) => beginsWithSchedule(),
    ),
});

function judgeSchedules(
  stack: Stack,
  absent: string,
  test: (schedule: OnCallSchedule) => Verdict,
): Finding[] {
  return judgeEach(schedules(stack), absent, test);
}

function judgeEscalations(
  stack: Stack,
  absent: string,
  test: (escalation: Escalation) => Verdict,
): Finding[] {
  return judgeEach(escalations(stack), absent, test);
}
