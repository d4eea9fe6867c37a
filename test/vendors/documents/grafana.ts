import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { Grafana } from "../../../vendors/grafana.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, moment, text, word } from "./words.ts";

const { url, dataSource } = settings.observability.grafana;
const grafana = (access: Access) => new Grafana(url, access);

const rule = z.looseObject({
  ...{ uid: text, title: text, ruleGroup: text, folderUID: text, orgID: z.int(), for: text },
  ...{ condition: text, isPaused: z.boolean() },
  execErrState: word("OK", "Alerting", "Error", "KeepLast"),
  noDataState: word("Alerting", "NoData", "OK", "KeepLast"),
  data: z.array(z.looseObject({ refId: text, datasourceUid: text, model: z.looseObject({}) })),
});

/**
 * public/api-merged.json of https://github.com/grafana/grafana. It requires few fields, since it is generated of
 * structs: what stands there without `omitempty` is sent always, and required here.
 */
export const ofGrafana: Documents = {
  "/org": {
    ask: (access) => grafana(access).organization(),
    shape: z.looseObject({ id: z.int(), name: text }),
  },
  "/search": {
    ask: (access) => grafana(access).dashboards(),
    with: ({ grafana: state }) => {
      state.dashboards = [dashboard];
    },
    shape: z.array(
      z.looseObject({
        ...{ id: z.int(), uid: text, title: text, uri: text, url: text, tags: z.array(text) },
        ...{ type: word("dash-db", "dash-folder"), isStarred: z.boolean(), folderUid: either(text) },
      }),
    ),
  },
  "/folders": {
    ask: (access) => grafana(access).folders(),
    with: ({ grafana: state }) => {
      state.folders = [{ uid: "optropic", title: "Optropic" }];
    },
    shape: z.array(z.looseObject({ uid: text, title: text, id: either(z.int()) })),
  },
  "/dashboards/uid/{uid}": {
    ask: (access) => grafana(access).dashboard("api"),
    with: ({ grafana: state }) => {
      state.dashboards = [dashboard];
    },
    shape: z.looseObject({
      dashboard: z.looseObject({ uid: text, title: text }),
      meta: z.looseObject({ slug: text, folderUid: text }),
    }),
  },
  "/datasources/uid/{uid}/health": {
    ask: (access) => grafana(access).dataSourceHealth(dataSource),
    shape: z.looseObject({ status: word("OK", "ERROR", "UNKNOWN"), message: text }),
  },
  "/prometheus/grafana/api/v1/rules": {
    ask: (access) => grafana(access).rules(),
    with: ({ grafana: state }) => {
      state.rules = [alertRule];
    },
    shape: z.looseObject({
      status: z.literal("success"),
      data: z.looseObject({
        groups: z.array(
          z.looseObject({
            ...{ name: text, file: text, interval: z.number() },
            rules: z.array(
              z.looseObject({
                ...{ name: text, query: text, lastEvaluation: moment, lastError: either(text) },
                state: either(word("firing", "pending", "inactive", "recovering")),
                health: word("ok", "error", "nodata", "unknown"),
                type: word("alerting", "recording"),
              }),
            ),
          }),
        ),
      }),
    }),
  },
  "/v1/provisioning/alert-rules": {
    ask: (access) => grafana(access).provisionedRules(),
    with: ({ grafana: state }) => {
      state.rules = [alertRule];
    },
    shape: z.array(rule),
  },
  "/v1/provisioning/folder/{FolderUID}/rule-groups/{Group}": {
    ask: (access) => grafana(access).ruleGroup("optropic", "api"),
    shape: z.looseObject({ title: text, folderUid: text, interval: z.int(), rules: z.array(rule) }),
  },
  "/alertmanager/grafana/api/v2/alerts": {
    ask: (access) => grafana(access).activeAlerts(),
    with: ({ grafana: state }) => {
      state.firing = [{ labels: { alertname: "Errors" }, state: "active" }];
    },
    shape: z.array(
      z.looseObject({
        ...{ annotations: z.record(text, text), labels: z.record(text, text), fingerprint: text },
        ...{ startsAt: moment, endsAt: moment, updatedAt: moment },
        receivers: z.array(z.looseObject({ name: text })),
        status: z.looseObject({
          ...{ silencedBy: z.array(text), inhibitedBy: z.array(text) },
          state: word("unprocessed", "active", "suppressed"),
        }),
      }),
    ),
  },
  "/v1/provisioning/contact-points": {
    ask: (access) => grafana(access).contactPoints(),
    with: ({ grafana: state }) => {
      state.contactPoints = [
        { uid: "mail", name: "Mail", type: "email", settings: { addresses: "a@b.example" } },
      ];
    },
    shape: z.array(
      z.looseObject({
        ...{ uid: text, name: text, settings: z.looseObject({}), disableResolveMessage: z.boolean() },
        type: word(
          ...(["alertmanager", "dingding", "discord", "email", "googlechat", "kafka", "line"] as const),
          ...(["opsgenie", "pagerduty", "pushover", "sensugo", "slack", "teams", "telegram"] as const),
          ...(["threema", "victorops", "webhook", "wecom"] as const),
        ),
      }),
    ),
  },
  "/v1/provisioning/policies": {
    ask: (access) => grafana(access).notificationPolicy(),
    shape: z.looseObject({ receiver: text, routes: either(z.array(z.looseObject({}))) }),
  },
  "/v1/provisioning/mute-timings": {
    ask: (access) => grafana(access).muteTimings(),
    shape: z.array(z.looseObject({ name: text, time_intervals: z.array(z.looseObject({})) })),
  },
  "/alertmanager/grafana/config/api/v1/receivers/test": {
    ask: (access) =>
      grafana(access).testContactPoint(
        { uid: "mail", name: "Mail", type: "email", settings: {} },
        { summary: "", description: "" },
      ),
    shape: z.looseObject({
      ...{ alert: z.looseObject({}), notified_at: moment },
      receivers: z.array(
        z.looseObject({
          name: text,
          grafana_managed_receiver_configs: z.array(
            z.looseObject({ name: text, uid: text, status: text, error: either(text) }),
          ),
        }),
      ),
    }),
  },
};

const dashboard = { uid: "api", title: "API", panels: [] };

const alertRule = {
  ...{ uid: "errors", title: "Errors", ruleGroup: "api", isPaused: false, health: "ok", state: "inactive" },
  ...{ condition: "B", noDataState: "OK", execErrState: "Error" },
  data: [{ refId: "A", datasourceUid: dataSource, model: { expr: "up" } }],
};
