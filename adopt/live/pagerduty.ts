import type { Access } from "../../vendors/client.ts";
import { PagerDuty } from "../../vendors/pagerduty.ts";
import { forEachPart, type Reading } from "./reading.ts";

const unaskedOfPagerDuty = [
  ...["service_event_rule", "ruleset_rule", "event_orchestration_unrouted", "event_orchestration_global"],
].map((kind) => `pagerduty_${kind}`);

export const pagerDutyAsked = [
  ...["user", "schedule", "escalation_policy", "service", "service_integration", "maintenance_window"],
  "event_orchestration_service",
].map((kind) => `pagerduty_${kind}`);

export const pagerDutyTypes = [...pagerDutyAsked, ...unaskedOfPagerDuty];

export async function readPagerDuty(reading: Reading, access: Access): Promise<void> {
  const api = new PagerDuty(access);
  const of = (type: string, what: string) => ({ types: [type], what });
  await Promise.all([
    reading
      .read(of("pagerduty_user", "users"), () => api.users(""))
      .then((users = []) => {
        for (const { id, name, email, role } of users)
          reading.add({ ...{ type: "pagerduty_user", name: email, id }, attributes: { name, email, role } });
      }),
    reading
      .read(of("pagerduty_escalation_policy", "escalation policies"), () => api.escalationPolicies(""))
      .then((policies = []) => {
        for (const { id, name, num_loops, escalation_rules } of policies)
          reading.add({
            ...{ type: "pagerduty_escalation_policy", name, id },
            attributes: {
              ...{ name, num_loops },
              rule: escalation_rules.map(({ escalation_delay_in_minutes, targets }) => ({
                escalation_delay_in_minutes,
                target: targets.map((target) => ({ id: target.id, type: target.type })),
              })),
            },
          });
      }),
    reading
      .read(of("pagerduty_service", "services"), () => api.services(""))
      .then(async (services = []) => {
        await readOrchestrations(reading, api, services);
        for (const { id, name, escalation_policy, integrations } of services) {
          reading.add({
            ...{ type: "pagerduty_service", name, id },
            attributes: { name, escalation_policy: escalation_policy.id },
          });
          for (const { id: own, type, summary } of integrations ?? [])
            reading.add({
              ...{ type: "pagerduty_service_integration", name: `${name} ${summary ?? own}`, id: own },
              attributes: { name: summary, service: id, type: type.replace(/_reference$/, "") },
              withheld: [["integration_key"]],
            });
        }
      }),
    reading
      .read(of("pagerduty_maintenance_window", "maintenance windows"), () => api.maintenanceWindows())
      .then((windows = []) => {
        for (const { id, start_time, end_time, description, services } of windows)
          reading.add({
            ...{ type: "pagerduty_maintenance_window", name: description ?? id, id },
            attributes: { start_time, end_time, description, services: services.map((one) => one.id) },
          });
      }),
    readSchedules(reading, api),
  ]);
  reading.leaveUnasked({
    ...{ types: unaskedOfPagerDuty, what: "event rules of the account and those from before orchestrations" },
  });
}

/** Rules by which events of a service become incidents, or do not. */
async function readOrchestrations(
  reading: Reading,
  api: PagerDuty,
  services: readonly { id: string; name: string }[],
): Promise<void> {
  const types = ["pagerduty_event_orchestration_service"];
  await forEachPart(
    services,
    async ({ id, name }) => {
      const of = { types, what: `event rules of ${name}`, attributes: { service: id } };
      const found = await reading.read(of, () => api.serviceOrchestration(id));
      if (found === undefined) return;
      const rule = ({
        label,
        disabled,
        conditions,
        actions,
      }: (typeof found.sets)[number]["rules"][number]) => ({
        ...{ label, disabled, actions: actions ?? {} },
        conditions: (conditions ?? []).map(({ expression }) => ({ expression })),
      });
      reading.add({
        ...{ type: "pagerduty_event_orchestration_service", name: `events of ${name}`, id },
        attributes: {
          service: id,
          // In the plural, since no package here has the type, by which a list would be known.
          sets: found.sets.map((set) => ({ id: set.id, rules: set.rules.map(rule) })),
          catch_all: { actions: found.catch_all?.actions ?? {} },
        },
      });
    },
    (count) =>
      reading.leave({ types, what: `event rules of ${count} more services`, why: "there are too many" }),
  );
}

async function readSchedules(reading: Reading, api: PagerDuty): Promise<void> {
  const of = { types: ["pagerduty_schedule"], what: "schedules" };
  const listed = await reading.read(of, () => api.schedules(""));
  await forEachPart(
    listed ?? [],
    async ({ id, name }) => {
      const found = await reading.read({ ...of, what: `schedule ${name}` }, () => api.rotation(id));
      if (found === undefined) return;
      reading.add({
        ...{ type: "pagerduty_schedule", name, id },
        attributes: {
          ...{ name, time_zone: found.time_zone },
          // The API has the newest layer first, and the provider the oldest.
          layer: found.schedule_layers.toReversed().map(({ users, restrictions, ...layer }) => ({
            ...{ name: layer.name, start: layer.start, end: layer.end },
            rotation_virtual_start: layer.rotation_virtual_start,
            rotation_turn_length_seconds: layer.rotation_turn_length_seconds,
            users: users.map(({ user }) => user.id),
            restriction: restrictions ?? [],
          })),
        },
      });
    },
    (count) => reading.leave({ ...of, what: `${count} more schedules`, why: "there are too many" }),
  );
}
