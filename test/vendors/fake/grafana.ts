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
  templates?: { name: string; template: string }[];
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
        body: state.dashboards.map(({ uid, title }, index) => ({
          ...{ id: index + 1, uid, title, type: "dash-db", tags: [], isStarred: false },
          ...{ uri: `db/${uid}`, url: `/d/${uid}/${uid}` },
        })),
      }),
      "GET /api/folders": () => ({ body: state.folders ?? [] }),
      "GET /api/v1/provisioning/policies": () => ({ body: state.policy ?? { receiver: "email" } }),
      "GET /api/v1/provisioning/mute-timings": () => ({ body: [] }),
      "GET /api/v1/provisioning/templates": () => ({ body: state.templates ?? [] }),
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
          ? healthOf(state.dataSource.status)
          : { status: 404, body: { message: "data source not found" } },
      "GET /api/v1/provisioning/alert-rules": () => ({
        body: state.rules.map(({ health: _, state: __, ...rule }) => ({
          ...{ folderUID: "optropic", orgID: 1, for: "5m", ...rule },
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
                  query: "up",
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
          ...{ labels, annotations: {}, fingerprint: "1", receivers: [{ name: "default" }] },
          ...{ startsAt: "2026-11-28T11:00:00Z", endsAt: "2026-11-28T12:05:00Z" },
          updatedAt: "2026-11-28T12:00:00Z",
          status: { state: now, silencedBy: [], inhibitedBy: [] },
        })),
      }),
      "GET /api/v1/provisioning/contact-points": () => ({
        body: state.contactPoints.map((point) => ({ ...point, disableResolveMessage: false })),
      }),
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
        return {
          status: receivers.some(({ name }) => state.broken.has(name)) ? 207 : 200,
          body: { alert: at(body, "alert"), receivers, notified_at: "2026-11-28T12:00:00Z" },
        };
      },
    },
  };
}

/** A data source that does not answer is a bad request to Grafana. */
function healthOf(status: string) {
  const message = status === "OK" ? "Successfully queried the Prometheus API." : "connection refused";
  return { status: status === "OK" ? 200 : 400, body: { status, message } };
}
