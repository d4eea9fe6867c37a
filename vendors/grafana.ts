import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";

const text = z.string().max(10_000);

const dashboard = z.looseObject({
  dashboard: z.looseObject({
    uid: text,
    title: text,
    panels: z
      .array(z.looseObject({ id: z.number().optional(), title: text.optional() }))
      .max(5000)
      .optional(),
  }),
  meta: z.looseObject({ folderUid: text.nullish() }),
});

const rules = z.looseObject({
  status: z.literal("success"),
  data: z.looseObject({
    groups: z
      .array(
        z.looseObject({
          name: text,
          rules: z
            .array(
              z.looseObject({
                name: text,
                type: text.optional(),
                state: text.optional(),
                health: text,
                lastError: text.optional(),
                lastEvaluation: text.optional(),
              }),
            )
            .max(5000),
        }),
      )
      .max(5000),
  }),
});

const provisionedRule = z.looseObject({
  uid: text,
  title: text,
  ruleGroup: text,
  folderUID: text,
  isPaused: z.boolean().optional(),
  condition: text.optional(),
  for: text.optional(),
  noDataState: text.optional(),
  execErrState: text.optional(),
  /** The query and the expressions over it. */
  data: z
    .array(z.looseObject({ refId: text, datasourceUid: text.optional(), model: z.json() }))
    .max(100)
    .optional(),
});

export type GrafanaRule = z.infer<typeof provisionedRule>;

const alert = z.looseObject({
  labels: z.record(text, text),
  status: z.looseObject({ state: text }),
  startsAt: text,
});

/** Settings of a contact point are handed back to the vendor only: they may hold an address that is a secret. */
const contactPoint = z.looseObject({
  uid: text,
  name: text,
  type: text,
  settings: z.json(),
  disableResolveMessage: z.boolean().optional(),
});

const tested = z.looseObject({
  receivers: z
    .array(
      z.looseObject({
        name: text,
        grafana_managed_receiver_configs: z
          .array(z.looseObject({ name: text, uid: text, status: text, error: text.optional() }))
          .max(1000),
      }),
    )
    .max(1000),
});

export type GrafanaContactPoint = z.infer<typeof contactPoint>;

/** Grafana's HTTP API, as https://grafana.com/docs/grafana/latest/developers/http_api describes it. The token is in `GRAFANA_AUTH`. */
export class Grafana {
  #client: VendorClient;

  /** @param url of the Grafana stack */
  constructor(url: string, { environment = process.env, ...access }: Access = {}) {
    this.#client = new VendorClient({
      vendor: "Grafana",
      baseUrl: baseUrlOf(url, "OPTROPIC_GRAFANA_URL", environment),
      token: { variable: "GRAFANA_AUTH", value: environment.GRAFANA_AUTH },
      ...access,
    });
  }

  organization() {
    const schema = z.looseObject({ id: z.number(), name: text });
    return this.#client.ask({ path: "/api/org", right: "read the organization", schema });
  }

  /** @throws {VendorProblem} `not-found` */
  dashboard(uid: string) {
    return this.#client.ask({
      path: path`/api/dashboards/uid/${uid}`,
      right: "read dashboards",
      schema: dashboard,
    });
  }

  /** Dashboards by title and uid, without what they show. */
  dashboards() {
    return this.#client.collect("dashboards", async (page = "1") => {
      const items = await this.#client.ask({
        path: "/api/search",
        query: { type: "dash-db", limit: 1000, page },
        right: "read dashboards",
        schema: z.array(z.looseObject({ uid: text, title: text })).max(1000),
      });
      return { items, next: items.length < 1000 ? undefined : String(Number(page) + 1) };
    });
  }

  folders() {
    return this.#client.ask({
      path: "/api/folders",
      query: { limit: 1000 },
      right: "read folders",
      schema: z.array(z.looseObject({ uid: text, title: text })).max(1000),
    });
  }

  /** The tree by which alerts find their contact points, of which an organization has one. */
  notificationPolicy() {
    return this.#client.ask({
      path: "/api/v1/provisioning/policies",
      right: "read notification policies",
      schema: z.object({ receiver: text, routes: z.array(z.json()).max(5000).nullish() }).catchall(z.json()),
    });
  }

  muteTimings() {
    return this.#client.ask({
      path: "/api/v1/provisioning/mute-timings",
      right: "read mute timings",
      schema: z.array(z.looseObject({ name: text, time_intervals: z.json().optional() })).max(1000),
    });
  }

  messageTemplates() {
    return this.#client.ask({
      path: "/api/v1/provisioning/templates",
      right: "read notification templates",
      schema: z.array(z.looseObject({ name: text, template: z.string().max(100_000) })).max(1000),
    });
  }

  dataSourceHealth(uid: string) {
    return this.#client.ask({
      path: path`/api/datasources/uid/${uid}/health`,
      right: "query data sources",
      schema: z.looseObject({ status: text, message: text.optional() }),
      // What is not well has the same form.
      answeredBy: [400],
    });
  }

  /** Every alert rule with its state and whether it could be evaluated, by group. */
  async rules() {
    const answer = await this.#client.ask({
      path: "/api/prometheus/grafana/api/v1/rules",
      right: "read alert rules",
      schema: rules,
    });
    return answer.data.groups;
  }

  provisionedRules() {
    return this.#client.ask({
      path: "/api/v1/provisioning/alert-rules",
      right: "read alert rules",
      schema: z.array(provisionedRule).max(10_000),
    });
  }

  /** Seconds between evaluations of a group's rules. */
  ruleGroup(folderUid: string, group: string) {
    return this.#client.ask({
      path: path`/api/v1/provisioning/folder/${folderUid}/rule-groups/${group}`,
      right: "read alert rules",
      schema: z.looseObject({ interval: z.number() }),
    });
  }

  /** Alerts that fire now and are not silenced. */
  activeAlerts() {
    return this.#client.ask({
      path: "/api/alertmanager/grafana/api/v2/alerts",
      query: { active: "true", silenced: "true", inhibited: "true" },
      right: "read alerts",
      schema: z.array(alert).max(10_000),
    });
  }

  contactPoints(): Promise<GrafanaContactPoint[]> {
    return this.#client.ask({
      path: "/api/v1/provisioning/contact-points",
      right: "read contact points",
      schema: z.array(contactPoint).max(1000),
    });
  }

  /** Sends a test notification to a contact point, which people receive. */
  testContactPoint(
    { uid, name, type, settings, disableResolveMessage = false }: GrafanaContactPoint,
    text: { readonly summary: string; readonly description: string },
  ) {
    const config = { uid, name, type, settings, disableResolveMessage };
    return this.#client.ask({
      method: "POST",
      path: "/api/alertmanager/grafana/config/api/v1/receivers/test",
      body: {
        receivers: [{ name, grafana_managed_receiver_configs: [config] }],
        alert: { annotations: text, labels: { alertname: "OptropicVerify", severity: "info" } },
      },
      right: "test contact points",
      schema: tested,
      // No receiver of the contact point is valid, or each of them took too long.
      answeredBy: [400, 408],
    });
  }
}
