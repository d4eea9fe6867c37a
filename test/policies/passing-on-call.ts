import { pagerduty } from "../../policies/model/tokens.ts";
import { type Fixture, unknown } from "./fixture.ts";

/** A layer in which people follow each other without a pause. */
export const layer = {
  name: "Everyone in turn",
  start: "2026-01-05T09:00:00+01:00",
  rotationVirtualStart: "2026-01-05T09:00:00+01:00",
  rotationTurnLengthSeconds: 604_800,
  users: [unknown, unknown],
};

/** People, schedules, escalation and service of a stack that passes. */
export function passingOnCall(): Fixture[] {
  const users = ["on-call-one", "on-call-two"];
  const schedule = (name: string, layers: readonly string[]): Fixture => ({
    type: pagerduty.schedule,
    name,
    props: { name, timeZone: "Europe/Berlin", layers: [layer] },
    from: { layers: [...layers] },
  });
  const target = { type: "schedule_reference", id: unknown };
  return [
    ...users.map(
      (name): Fixture => ({
        type: pagerduty.user,
        name,
        props: { name, email: `${name}@optropic.example` },
      }),
    ),
    schedule("on-call-primary", users),
    schedule("on-call-secondary", users.toReversed()),
    {
      type: pagerduty.escalationPolicy,
      name: "on-call-escalation",
      props: {
        name: "optropic-escalation",
        numLoops: 2,
        rules: [
          { escalationDelayInMinutes: 10, targets: [target] },
          { escalationDelayInMinutes: 20, targets: [target] },
        ],
      },
      from: { rules: ["on-call-primary", "on-call-secondary"] },
    },
    {
      type: pagerduty.service,
      name: "on-call-service",
      props: { name: "optropic-platform", escalationPolicy: unknown },
      from: { escalationPolicy: ["on-call-escalation"] },
    },
    {
      type: pagerduty.integration,
      name: "on-call-grafana",
      props: { name: "Grafana", service: unknown, type: "events_api_v2_inbound_integration" },
      from: { service: ["on-call-service"] },
    },
  ];
}
