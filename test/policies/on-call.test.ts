import { expect, test } from "vitest";
import { escalationLevels, onCallWithoutGap } from "../../policies/on-call.ts";
import { deployedStack } from "./deployed-stack.ts";
import { change, type Fixture, outcomeOf, production, withProps } from "./fixture.ts";
import { layer } from "./mutants-notifications.ts";
import { passingStack } from "./passing-stack.ts";

const half = (name: string, startTimeOfDay: string) => ({
  ...layer,
  name,
  restrictions: [{ type: "daily_restriction", startTimeOfDay, durationSeconds: 43_200 }],
});

test("two layers that follow the sun leave no gap, also when the clocks change", () => {
  const stack = withProps(passingStack(), "on-call-primary", {
    layers: [half("day", "08:00:00"), half("night", "20:00:00")],
  });
  expect(outcomeOf(onCallWithoutGap, stack).violations).toEqual([]);
});

test("a rotation counts from the day on which it is judged", () => {
  const stack = passingStack();
  const before = { ...production, now: Date.parse("2025-12-31T00:00:00Z") };
  expect(outcomeOf(onCallWithoutGap, stack).violations).toEqual([]);
  expect(outcomeOf(onCallWithoutGap, stack, before).violations.map(({ found }) => found)).toEqual([
    "on-call-primary has nobody on call from 2025-12-31 00:00 to 2026-01-05 08:00.",
    "on-call-secondary has nobody on call from 2025-12-31 00:00 to 2026-01-05 08:00.",
  ]);
});

test("two deployed schedules whose layers are alike are one level", () => {
  const people = {
    layers: [{ ...layer, users: ["on-call-primary-on-call-id", "on-call-secondary-on-call-id"] }],
  };
  const alike = ["on-call-primary", "on-call-secondary"].reduce(
    (stack, name) => withProps(stack, name, people),
    change(deployedStack(), "on-call-escalation", ({ props, ...fixture }) => ({
      ...fixture,
      // Without the last level, at which everyone is called.
      props: { ...props, rules: Array.isArray(props.rules) ? props.rules.slice(0, 2) : [] },
    })),
  );
  expect(outcomeOf(escalationLevels, deployedStack()).violations).toEqual([]);
  expect(outcomeOf(escalationLevels, alike).violations.map(({ found }) => found)).toEqual([
    "on-call-escalation calls the same people on each level.",
  ]);
});

test.each([
  ["two schedules", ["first", "second"], true],
  ["the same schedule", ["first", "first"], false],
])("steps of Grafana OnCall call %s", (_, called, isRight) => {
  const steps = called.map((schedule, position) => ({
    type: "grafana:onCall/escalation:Escalation",
    name: `step-${position}`,
    props: {
      escalationChainId: "chain-id",
      position,
      type: "notify_on_call_from_schedule",
      notifyOnCallFromSchedule: schedule,
    },
  }));
  const chain = { type: "grafana:onCall/escalationChain:EscalationChain", name: "chain", props: {} };
  const found = outcomeOf(escalationLevels, [...passingStack(), chain, ...steps.map(ofChain)]).violations;
  expect(found.map((one) => one.found)).toEqual(
    isRight ? [] : ["chain calls the same people on each level."],
  );
});

const ofChain = (step: Fixture): Fixture => ({ ...step, from: { escalationChainId: ["chain"] } });

test.each([
  ["a schedule and a user", ["first", "second"], []],
  ["one schedule", ["first", "first"], ["escalation calls the same people on each level."]],
])("levels at Opsgenie call %s", (_, ids, wrong) => {
  const escalation = {
    type: "opsgenie:index/escalation:Escalation",
    name: "escalation",
    props: {
      rules: ids.map((id, place) => ({ delay: place * 10, recipients: [{ type: "schedule", id }] })),
    },
  };
  const found = outcomeOf(escalationLevels, [...passingStack(), escalation]).violations;
  expect(found.map((one) => one.found)).toEqual(wrong);
});
