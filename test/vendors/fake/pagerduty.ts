import type { FakeAnswer, FakeRequest, FakeVendor } from "./server.ts";

export interface FakePagerDutyState {
  schedules: { id: string; name: string; entries: { start: string; end: string; user: string }[] }[];
  escalation: { id: string; name: string; loops: number; minutes: number[]; targets: string[][] };
  /** What becomes of the events of services, by their ids. */
  orchestrations?: Record<string, unknown>;
  service: { id: string; name: string; status: string; policy: string };
}

export const pagerDutyToken = "u+canaryPagerDuty_Key";

/** PagerDuty's REST API with the state of one account. */
export function fakePagerDuty(state: FakePagerDutyState): FakeVendor {
  return {
    prefix: "pagerduty",
    authorization: `Token token=${pagerDutyToken}`,
    routes: {
      "GET /users": (request) =>
        paged(request, "users", [
          { id: "U1", name: "Primary", email: "primary@optropic.example", role: "user" },
        ]),
      "GET /event_orchestrations/services/:id": ({ parts: [id] }) =>
        state.orchestrations?.[id ?? ""] === undefined
          ? { status: 404, body: { error: { message: "Not Found", code: 2100 } } }
          : { body: { orchestration_path: state.orchestrations[id ?? ""] } },
      "GET /schedules": (request) =>
        paged(
          request,
          "schedules",
          state.schedules.map(({ id, name }) => ({ id, name, type: "schedule" })),
        ),
      "GET /schedules/:id": ({ parts: [id] }) => {
        const schedule = state.schedules.find((one) => one.id === id);
        if (schedule === undefined)
          return { status: 404, body: { error: { message: "Not Found", code: 2100 } } };
        return {
          body: {
            schedule: {
              ...{ id, name: schedule.name, time_zone: "UTC" },
              schedule_layers: [
                {
                  ...{ id: "L1", name: "Layer", start: "2026-01-01T00:00:00Z", end: null },
                  ...{ rotation_virtual_start: "2026-01-01T00:00:00Z", restrictions: [] },
                  rotation_turn_length_seconds: 604_800,
                  users: [...new Set(schedule.entries.map(({ user }) => user))].map((user) => ({
                    user: { id: user, type: "user_reference" },
                  })),
                },
              ],
              final_schedule: {
                ...{ name: "Final Schedule", rendered_coverage_percentage: 100 },
                rendered_schedule_entries: schedule.entries.map(({ start, end, user }) => ({
                  ...{ start, end, user: { id: user, type: "user_reference", summary: user } },
                })),
              },
            },
          },
        };
      },
      "GET /escalation_policies": (request) => {
        const { id, name, loops, minutes, targets } = state.escalation;
        const rules = minutes.map((escalation_delay_in_minutes, index) => ({
          ...{ id: `rule${index}`, escalation_delay_in_minutes },
          targets: (targets[index] ?? []).map((target) => ({
            ...{ id: target, summary: target },
            type: target.startsWith("S") ? "schedule_reference" : "user_reference",
          })),
        }));
        return paged(request, "escalation_policies", [
          { id, name, num_loops: loops, escalation_rules: rules },
        ]);
      },
      "GET /maintenance_windows": (request) => paged(request, "maintenance_windows", []),
      "GET /services": (request) => {
        const { id, name, status, policy } = state.service;
        return paged(request, "services", [
          {
            ...{ id, name, status, escalation_policy: { id: policy, type: "x" } },
            integrations: [
              { id: "I1", type: "events_api_v2_inbound_integration_reference", summary: "Sentry" },
            ],
          },
        ]);
      },
    },
  };
}

function paged(
  { query }: FakeRequest,
  name: string,
  items: readonly ({ name: string } & Record<string, unknown>)[],
): FakeAnswer {
  const found = items.filter((item) => item.name.includes(query.get("query") ?? ""));
  const offset = Number(query.get("offset") ?? 0);
  return {
    body: { [name]: found.slice(offset, offset + 100), limit: 100, offset, more: false, total: null },
  };
}
