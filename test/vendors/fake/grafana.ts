import { at, listOf, textAt } from "./read.ts";
import type { FakeVendor } from "./server.ts";

export interface FakeGrafanaState {
  folders?: { uid: string; title: string }[];
  dashboards: {
    uid: string;
    title: string;
    panels: { id: number; title: string; [field: string]: unknown }[];
  }[];
  dataSource: { uid: string; status: string };
  rules: {
    uid: string;
    title: string;
    ruleGroup: string;
    isPaused: boolean;
    health: string;
    state: string;
    [field: string]: unknown;
  }[];
  /** The tree of routes, as the API gives it. */
  policy?: Record<string, unknown>;
  firing: { labels: Record<string, string>; state: string }[];
  contactPoints: { uid: string; name: string; type: string; settings: Record<string, unknown> }[];
  /** Names of contact points at which nothing arrives. */
  broken: Set<string>;
  /** Names of those that were tested. */
  tested: string[];
}

export const grafanaToken = "glsa_canary_11223344556677";

/** Grafana's HTTP API with the state of one stack. */
export function fakeGrafana(state: FakeGrafanaState): FakeVendor {
  return {
    prefix: "grafana",
    authorization: `Bearer ${grafanaToken}`,
    routes: {
      "GET /api/org": () => ({ body: { id: 1, name: "Main Org." } }),
      "GET /api/search": () => ({
        body: state.dashboards.map(({ uid, title }) => ({ uid, title, type: "dash-db", tags: [] })),
      }),
      "GET /api/folders": () => ({ body: state.folders ?? [] }),
      "GET /api/v1/provisioning/policies": () => ({ body: state.policy ?? { receiver: "email" } }),
      "GET /api/v1/provisioning/mute-timings": () => ({ body: [] }),
      "GET /api/dashboards/uid/:uid": ({ parts: [uid] }) => {
        const dashboard = state.dashboards.find((one) => one.uid === uid);
        return dashboard === undefined
          ? { status: 404, body: { message: "Dashboard not found" } }
          : {
              body: {
                dashboard: { ...dashboard, id: 1, version: 3 },
                meta: { slug: "x", folderUid: "optropic" },
              },
            };
      },
      "GET /api/datasources/uid/:uid/health": ({ parts: [uid] }) =>
        uid === state.dataSource.uid
          ? { body: { status: state.dataSource.status, message: "Successfully queried the Prometheus API." } }
          : { status: 404, body: { message: "data source not found" } },
      "GET /api/v1/provisioning/alert-rules": () => ({
        body: state.rules.map(({ health: _, state: __, ...rule }) => ({
          ...{ folderUID: "optropic", for: "5m", ...rule },
        })),
      }),
      "GET /api/v1/provisioning/folder/:folder/rule-groups/:group": ({ parts: [folder, group] }) => ({
        body: { title: group, folderUid: folder, interval: 60, rules: [] },
      }),
      "GET /api/prometheus/grafana/api/v1/rules": () => ({
        body: {
          status: "success",
          data: {
            groups: [...Map.groupBy(state.rules, ({ ruleGroup }) => ruleGroup)].map(([name, rules]) => ({
              ...{ name, file: "Optropic", interval: 60 },
              rules: rules.map(({ title, health, state: now }) => ({
                ...{
                  name: title,
                  type: "alerting",
                  state: now,
                  health,
                  lastEvaluation: "2026-11-28T12:00:00Z",
                },
                ...(health === "error" && { lastError: "failed to query the data source" }),
              })),
            })),
          },
        },
      }),
      "GET /api/alertmanager/grafana/api/v2/alerts": () => ({
        body: state.firing.map(({ labels, state: now }) => ({
          ...{ labels, annotations: {}, startsAt: "2026-11-28T11:00:00Z", fingerprint: "1" },
          status: { state: now, silencedBy: [], inhibitedBy: [] },
        })),
      }),
      "GET /api/v1/provisioning/contact-points": () => ({ body: state.contactPoints }),
      "POST /api/alertmanager/grafana/config/api/v1/receivers/test": ({ body }) => {
        const receivers = listOf(at(body, "receivers")).map((receiver) => {
          const name = textAt(receiver, "name");
          state.tested.push(name);
          return {
            name,
            grafana_managed_receiver_configs: listOf(at(receiver, "grafana_managed_receiver_configs")).map(
              (config) => {
                const hidden = JSON.stringify(at(config, "settings")).includes("[REDACTED]");
                const failed = hidden || state.broken.has(name);
                return {
                  ...{ name, uid: textAt(config, "uid"), status: failed ? "failed" : "ok" },
                  ...(failed && { error: "failed to send: 404" }),
                };
              },
            ),
          };
        });
        return { status: 200, body: { receivers, notified_at: "2026-11-28T12:00:00Z" } };
      },
    },
  };
}
