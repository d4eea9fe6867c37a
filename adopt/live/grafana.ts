import type { Access } from "../../vendors/client.ts";
import { Grafana } from "../../vendors/grafana.ts";
import { contactPointAttributes, type Json, policyAttributes, ruleAttributes } from "./grafana-alerting.ts";
import { forEachPart, type Reading } from "./reading.ts";

const unasked = [
  ...["synthetic_monitoring_check", "oncall_schedule", "oncall_on_call_shift", "oncall_escalation_chain"],
  ...["oncall_escalation", "connections_metrics_endpoint_scrape_job"],
].map((kind) => `grafana_${kind}`);

export const grafanaAsked = [
  "folder",
  "dashboard",
  "contact_point",
  "notification_policy",
  "rule_group",
  "mute_timing",
  "message_template",
].map((kind) => `grafana_${kind}`);

export const grafanaTypes = [...grafanaAsked, ...unasked];

/** @param url of the Grafana stack */
export async function readGrafana(
  reading: Reading,
  { url }: { url?: string | undefined },
  access: Access,
): Promise<void> {
  if (url === undefined) {
    const why = "nobody said where Grafana is; give --grafana or GRAFANA_URL";
    reading.leave({ types: grafanaTypes, what: "dashboards and alerts", why });
    return;
  }
  const api = new Grafana(url, access);
  const of = (kind: string, what: string) => ({ types: [`grafana_${kind}`], what });
  const add = (kind: string, name: string, id: string, attributes: object): void =>
    reading.add({ type: `grafana_${kind}`, name, id, attributes: { ...attributes } });
  await Promise.all([
    reading
      .read(of("folder", "folders"), () => api.folders())
      .then((folders = []) => {
        for (const { uid, title } of folders) add("folder", title, uid, { uid, title });
      }),
    readDashboards(reading, api),
    readRules(reading, api),
    reading
      .read(of("contact_point", "contact points"), () => api.contactPoints())
      .then((points = []) => {
        for (const [name, own] of Map.groupBy(points, (point) => point.name)) {
          const { attributes, withheld } = contactPointAttributes(own);
          reading.add({
            ...{ type: "grafana_contact_point", name, id: name, withheld },
            attributes: { name, ...attributes },
          });
        }
      }),
    reading
      .read(of("notification_policy", "the notification policy"), () => api.notificationPolicy())
      .then((tree) => tree && add("notification_policy", "policy", "policy", policyAttributes(tree))),
    reading
      .read(of("mute_timing", "mute timings"), () => api.muteTimings())
      .then((timings = []) => {
        for (const { name, time_intervals } of timings)
          add("mute_timing", name, name, { name, intervals: time_intervals });
      }),
    reading
      .read(of("message_template", "notification templates"), () => api.messageTemplates())
      .then((templates = []) => {
        for (const { name, template } of templates) add("message_template", name, name, { name, template });
      }),
  ]);
  reading.leaveUnasked({
    ...{ types: unasked, what: "synthetic checks, on-call schedules and scrape jobs" },
  });
}

async function readDashboards(reading: Reading, api: Grafana): Promise<void> {
  const of = { types: ["grafana_dashboard"], what: "dashboards" };
  const listed = await reading.read(of, () => api.dashboards());
  await forEachPart(
    listed ?? [],
    async ({ uid, title }) => {
      const found = await reading.read({ ...of, what: `dashboard ${title}` }, () => api.dashboard(uid));
      if (found === undefined) return;
      // The API numbers what it stores; a declaration does not.
      const { id: _, version: __, ...model } = found.dashboard;
      reading.add({
        ...{ type: "grafana_dashboard", name: title, id: uid },
        attributes: { uid, config_json: JSON.stringify(model), folder: found.meta.folderUid },
      });
    },
    (count) => reading.leave({ ...of, what: `${count} more dashboards`, why: "there are too many" }),
  );
}

async function readRules(reading: Reading, api: Grafana): Promise<void> {
  const of = { types: ["grafana_rule_group"], what: "alert rules" };
  const rules = (await reading.read(of, () => api.provisionedRules())) ?? [];
  const groups = Map.groupBy(rules, ({ folderUID, ruleGroup }) => JSON.stringify([folderUID, ruleGroup]));
  const first = [...groups.values()].flatMap(([one]) => one ?? []);
  await forEachPart(
    first,
    async ({ folderUID, ruleGroup }) => {
      const own = groups.get(JSON.stringify([folderUID, ruleGroup])) ?? [];
      const attributes = { name: ruleGroup, folder_uid: folderUID };
      const of = { types: ["grafana_rule_group"], what: `interval of rule group ${ruleGroup}`, attributes };
      const group = await reading.read(of, () => api.ruleGroup(folderUID, ruleGroup));
      const rule = own.map((one): Json => ruleAttributes({ ...one }));
      reading.add({
        ...{ type: "grafana_rule_group", name: ruleGroup, id: `${folderUID}:${ruleGroup}` },
        attributes: { ...attributes, rule, interval_seconds: group?.interval },
        ...(group === undefined && { withheld: [["interval_seconds"]] }),
      });
    },
    (count) => reading.leave({ ...of, what: `${count} more rule groups`, why: "there are too many" }),
  );
}
