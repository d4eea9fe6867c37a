import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { rotation, zonedStart } from "../../components/on-call/rotation.ts";
import { OnCall, type OnCallArgs } from "../../components/on-call.ts";
import { type CoverageLayer, gaps } from "../../policies/values/coverage.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { record, settled } from "./recorder.ts";

const { onCall, project } = accept(writtenSettings("production"));
const args: OnCallArgs = { stage: "production", project, onCall };
const declared = await record((opts) => new OnCall("on-call", args, opts), {
  outputs: { "pagerduty:index/serviceIntegration:ServiceIntegration": { integrationKey: "R0UTINGKEY" } },
});

test("invites the people of the settings, who can take incidents and change nothing", () => {
  const users = declared.ofType("pagerduty:index/user:User");
  expect(users.map(({ inputs }) => [inputs.name, inputs.email, inputs.role])).toEqual([
    ["Primary on call", "primary-on-call@optropic.example", "limited_user"],
    ["Secondary on call", "secondary-on-call@optropic.example", "limited_user"],
  ]);
});

test("rotates the same people through both schedules, one turn apart", () => {
  for (const [level, users] of [
    ["primary", ["on-call-primary-on-call-id", "on-call-secondary-on-call-id"]],
    ["secondary", ["on-call-secondary-on-call-id", "on-call-primary-on-call-id"]],
  ] as const) {
    expect(declared.named(`on-call-${level}`).inputs).toMatchObject({
      name: `optropic-on-call-${level}`,
      timeZone: "Europe/Berlin",
      layers: [
        {
          start: "2026-01-05T09:00:00+01:00",
          rotationVirtualStart: "2026-01-05T09:00:00+01:00",
          rotationTurnLengthSeconds: 604_800,
          users,
        },
      ],
    });
  }
});

test("escalates to the secondary, then to everyone, and again", () => {
  expect(declared.named("on-call-escalation").inputs).toMatchObject({
    numLoops: 2,
    rules: [
      {
        escalationDelayInMinutes: 10,
        targets: [{ type: "schedule_reference", id: "on-call-primary-id" }],
      },
      {
        escalationDelayInMinutes: 20,
        targets: [{ type: "schedule_reference", id: "on-call-secondary-id" }],
      },
      {
        escalationDelayInMinutes: 20,
        targets: [
          { type: "user_reference", id: "on-call-primary-on-call-id" },
          { type: "user_reference", id: "on-call-secondary-on-call-id" },
        ],
      },
    ],
  });
});

test("opens an incident for every event and never closes one by time alone", () => {
  expect(declared.named("on-call-service").inputs).toMatchObject({
    name: "optropic-platform",
    escalationPolicy: "on-call-escalation-id",
    alertCreation: "create_alerts_and_incidents",
    incidentUrgencyRule: { type: "constant", urgency: "high" },
    autoResolveTimeout: "null",
  });
});

test("gives Grafana and Sentry a key each, as secrets", async () => {
  for (const sender of ["grafana", "sentry"]) {
    expect(declared.named(`on-call-${sender}`)).toMatchObject({
      inputs: { service: "on-call-service-id", type: "events_api_v2_inbound_integration" },
      options: { additionalSecretOutputs: ["integrationKey"] },
    });
  }
  const { grafanaIntegrationKey, sentryIntegrationKey, serviceName, scheduleUrl } = declared.component;
  for (const key of [grafanaIntegrationKey, sentryIntegrationKey]) {
    expect(await settled(key)).toBe("R0UTINGKEY");
    expect(await pulumi.isSecret(key)).toBe(true);
  }
  expect(await settled(serviceName)).toBe("optropic-platform");
  expect(await settled(scheduleUrl)).toBe(
    "https://example-optropic.pagerduty.com/schedules#on-call-primary-id",
  );
});

test("looks people up who are users already, and declares none", async () => {
  const existing = await record(
    (opts) => new OnCall("on-call", { ...args, onCall: { ...onCall, invite: false } }, opts),
    { calls: { "pagerduty:index/getUser:getUser": { id: "PUSER1" } } },
  );
  expect(existing.ofType("pagerduty:index/user:User")).toEqual([]);
  expect(existing.named("on-call-primary").inputs).toMatchObject({
    layers: [{ users: ["PUSER1", "PUSER1"] }],
  });
});

const timeZones = ["Etc/UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"];
const anyRotation = fc.record({
  start: fc
    .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  handoffHour: fc.nat(23),
  timeZone: fc.constantFrom(...timeZones),
  rotationDays: fc.integer({ min: 1, max: 28 }),
});
const anyPeople = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 10 });
const yearMs = 365 * 86_400_000;

describe("a rotation of any settings", () => {
  it("has no gap in the year from its start, on either level", () => {
    fc.assert(
      fc.property(anyRotation, anyPeople, fc.nat(1), (settings, people, level) => {
        const layer = rotation(settings, people, level);
        const from = Date.parse(layer.start);
        expect(gaps([asCovered(layer)], settings.timeZone, { from, to: from + yearMs })).toEqual([]);
      }),
    );
  });

  it("has different people on its two levels at any time of the year", () => {
    fc.assert(
      fc.property(anyRotation, anyPeople, fc.nat(yearMs), (settings, people, after) => {
        const [primary, secondary] = [rotation(settings, people, 0), rotation(settings, people, 1)];
        const instant = Date.parse(primary.start) + after;
        expect(onDuty(primary, instant)).not.toBe(onDuty(secondary, instant));
      }),
    );
  });

  it("has each person on call equally often", () => {
    fc.assert(
      fc.property(anyRotation, anyPeople, (settings, people) => {
        const layer = rotation(settings, people, 0);
        const turns = people.map((_, turn) =>
          onDuty(layer, Date.parse(layer.start) + turn * layer.rotationTurnLengthSeconds * 1000),
        );
        expect([...turns].sort()).toEqual([...people].sort());
      }),
    );
  });
});

test.each([
  ["2026-01-05", 9, "Europe/Berlin", "2026-01-05T09:00:00+01:00"],
  ["2026-07-06", 9, "Europe/Berlin", "2026-07-06T09:00:00+02:00"],
  ["2026-03-29", 3, "Europe/Berlin", "2026-03-29T03:00:00+02:00"],
  ["2026-10-25", 4, "Europe/Berlin", "2026-10-25T04:00:00+01:00"],
  ["2026-01-05", 0, "Etc/UTC", "2026-01-05T00:00:00+00:00"],
  ["2026-01-05", 23, "America/St_Johns", "2026-01-05T23:00:00-03:30"],
])("%s, %i o'clock in %s is %s %s", (day, hour, timeZone, expected) => {
  expect(zonedStart(day, hour, timeZone)).toBe(expected);
});

function asCovered(layer: { start: string; users: readonly unknown[] }): CoverageLayer {
  return { start: layer.start, users: layer.users.length };
}

/** Who has the turn at an instant, as PagerDuty counts turns from the virtual start. */
function onDuty(layer: ReturnType<typeof rotation>, instant: number): unknown {
  const turn = Math.floor(
    (instant - Date.parse(layer.rotationVirtualStart)) / (layer.rotationTurnLengthSeconds * 1000),
  );
  return layer.users[turn % layer.users.length];
}
