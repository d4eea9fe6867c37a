import * as z from "zod";
import { measuredParts } from "../../config/further.ts";
import { parseJson } from "../../lib/json.ts";
import { shortened } from "../../lib/text.ts";
import { secondsOf } from "../../lib/units.ts";
import { alertRules } from "../../metrics/alerts.ts";
import { Grafana, type GrafanaRule } from "../../vendors/grafana.ts";
import type { Context } from "../context.ts";
import type { DeclaredResource } from "../declared.ts";
import { type Check, compare, eachOf, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same, sameMembers } from "./checks.ts";
import { present, question } from "./question.ts";

const clientOf = ({ settings }: Context, access: ConstructorParameters<typeof Grafana>[1]) =>
  new Grafana(settings.observability.grafana.url, access);

const dashboard = question((context, access, uid) => {
  const client = clientOf(context, access);
  return present(client.dashboard(uid), () => client.organization());
});

const health = question((context, access) =>
  clientOf(context, access).dataSourceHealth(context.settings.observability.grafana.dataSource),
);

const provisioned = question((context, access) => clientOf(context, access).provisionedRules());

const evaluated = question((context, access) => clientOf(context, access).rules());

const active = question((context, access) => clientOf(context, access).activeAlerts());

const contactPoints = question((context, access) => clientOf(context, access).contactPoints());

const declaredDashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  panels: z.array(z.looseObject({ title: z.string().optional() })).default([]),
});

async function declaredOf(context: Context, type: string): Promise<DeclaredResource[]> {
  // Nobody needs a preview where there is nothing to compare it with.
  context.credential("GRAFANA_AUTH");
  return (await context.declared()).filter((one) => one.type.startsWith(`grafana:${type}:`));
}

export const grafanaDashboards = probe({
  name: "grafana-dashboards",
  items: ["5.5", "S6.1"],
  title: "Grafana must have every declared dashboard with its panels.",
  needs: ["vendor:grafana"],
  settings: ["observability.grafana.url"],
  measure: async (context) =>
    eachOf(
      await declaredOf(context, "oss/dashboard"),
      ({ name }) => name,
      async ({ name, inputs, source }) => {
        const wanted = declaredDashboard.safeParse(parseJson(String(inputs.configJson)));
        if (!wanted.success)
          throw new Unknown("no-data", `The dashboard ${name} is not known before an update`);
        const { uid, title, panels } = wanted.data;
        const found = await dashboard(context, uid);
        const checks: Check[] =
          found === undefined
            ? [absent(`dashboard ${uid}`, title)]
            : [
                same(`dashboard ${uid}`, title, found.dashboard.title),
                sameMembers(`panels of ${uid}`, titlesOf(panels), titlesOf(found.dashboard.panels ?? [])),
              ];
        return checks.map((check) => ({ ...check, at: source }));
      },
    ),
});

function titlesOf(panels: readonly { title?: string | undefined }[]): string[] {
  return panels.flatMap(({ title }) => (title === undefined || title === "" ? [] : [title]));
}

export const grafanaDataSource = probe({
  name: "grafana-data-source",
  items: ["S6.1", "OK.6"],
  title: "The data source of dashboards and alerts must answer.",
  needs: ["vendor:grafana"],
  settings: ["observability.grafana.dataSource"],
  measure: async (context) => {
    const { status } = await health(context);
    return [same("data source", "OK", status, "observability.grafana.dataSource")];
  },
});

function wantedRules({ settings }: Context) {
  const { observability, objectives, links } = settings;
  return alertRules(
    objectives,
    { grafana: observability.grafana.url, runbooks: links.runbooks },
    { further: measuredParts(settings) },
  );
}

export const grafanaRules = probe({
  name: "grafana-rules",
  items: ["5.6"],
  title:
    "Grafana must have every declared alert rule in its group, evaluated as declared, and none of them paused.",
  needs: ["vendor:grafana"],
  settings: ["objectives.errorRatePercent", "objectives.p95Ms"],
  measure: async (context) => {
    const found = await provisioned(context);
    const conditions = await conditionsOf(context);
    return wantedRules(context).flatMap(({ name, group }) => {
      const rule = found.find(({ title, ruleGroup }) => title === name && ruleGroup === group);
      const elsewhere = found.find(({ title }) => title === name);
      const condition = conditions.get(name);
      const check = compare(`rule ${name}`, {
        expected: `in group ${group}, active`,
        measured:
          rule === undefined
            ? elsewhere === undefined
              ? "missing"
              : `in group ${elsewhere.ruleGroup}`
            : `in group ${group}, ${rule.isPaused === true ? "paused" : "active"}`,
        holds: rule !== undefined && rule.isPaused !== true,
        setting: "objectives",
      });
      if (rule === undefined) return [check];
      const subject = `condition of rule ${name}`;
      return condition === undefined
        ? [
            check,
            unknownCheck(subject, new Unknown("no-data", "The program does not declare how it is evaluated")),
          ]
        : [check, conditionCheck(subject, condition, rule)];
    });
  },
});

const declaredRule = z.looseObject({
  name: z.string(),
  ...{ condition: z.string(), for: z.string(), noDataState: z.string(), execErrState: z.string() },
  datas: z.array(z.looseObject({ refId: z.string(), datasourceUid: z.string(), model: z.string() })),
});

type DeclaredRule = z.infer<typeof declaredRule>;

/** How each rule is evaluated, by its name, as the program declares it. */
async function conditionsOf(context: Context): Promise<ReadonlyMap<string, DeclaredRule>> {
  const groups = await declaredOf(context, "alerting/ruleGroup");
  const rules = groups.flatMap(({ inputs }) => (Array.isArray(inputs.rules) ? inputs.rules : []));
  return new Map(
    rules.flatMap((rule) => {
      const { data } = declaredRule.safeParse(rule);
      return data === undefined ? [] : [[data.name, data] as const];
    }),
  );
}

/** An alert with another query, threshold or length of time is another alert, whatever its name says. */
function conditionCheck(subject: string, wanted: DeclaredRule, rule: GrafanaRule): Check {
  const { condition, noDataState, execErrState } = wanted;
  const shown = { condition, noDataState, execErrState };
  const difference =
    subsetDifference(shown, rule, "") ??
    (lengthOf(wanted.for) === lengthOf(rule.for)
      ? undefined
      : `for ${rule.for ?? "no time"}, not ${wanted.for}`) ??
    wanted.datas
      .map(({ refId, datasourceUid, model }) => {
        const stage = rule.data?.find((one) => one.refId === refId);
        return subsetDifference({ datasourceUid, model: parseJson(model) }, stage, refId);
      })
      .find((one) => one !== undefined);
  return compare(subject, {
    expected: "as declared",
    measured: difference ?? "as declared",
    holds: difference === undefined,
    setting: "objectives",
  });
}

/** Seconds of Prometheus' lengths of time, such as `5m` and `1h0m0s`. */
function lengthOf(text = ""): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdw])/g)];
  return parts.reduce(
    (sum, [, count = "", unit = "s"]) =>
      sum + (unit === "w" ? 7 * secondsOf(`${count}d`) : secondsOf(`${count}${unit}`)),
    0,
  );
}

/** The first place where a vendor's value lacks what is declared; what the vendor adds is its default. */
function subsetDifference(declared: unknown, found: unknown, path: string): string | undefined {
  if (typeof declared !== "object" || declared === null) {
    if (declared === found) return undefined;
    return `${path}: ${shortened(JSON.stringify(found) ?? "missing", 200)}, not ${shortened(JSON.stringify(declared) ?? "missing", 200)}`;
  }
  const own = new Map(Object.entries(typeof found === "object" && found !== null ? found : {}));
  if (Array.isArray(declared) && own.size !== declared.length) {
    return `${path}: ${own.size} in place of ${declared.length}`;
  }
  for (const [key, value] of Object.entries(declared)) {
    const difference = subsetDifference(value, own.get(key), path === "" ? key : `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

export const grafanaRulesHealthy = probe({
  name: "grafana-rules-healthy",
  items: ["OK.6"],
  title: "Grafana must be able to evaluate every declared alert rule.",
  needs: ["vendor:grafana"],
  settings: ["observability.grafana.dataSource"],
  measure: async (context) => {
    const rules = (await evaluated(context)).flatMap((group) => group.rules);
    return wantedRules(context).flatMap(({ name }) => {
      const rule = rules.find((one) => one.name === name);
      // That it is missing is said by the probe of the rules.
      if (rule === undefined) return [];
      if (rule.health === "unknown") {
        throw new Unknown("no-data", `Grafana has not evaluated the rule ${name} yet`);
      }
      const healthy = ["ok", "nodata"].includes(rule.health);
      return [
        compare(`health of ${name}`, {
          expected: "ok",
          measured: rule.lastError ? `${rule.health}: ${rule.lastError}` : rule.health,
          holds: healthy,
          setting: "observability.grafana.dataSource",
        }),
      ];
    });
  },
});

export const grafanaQuiet = probe({
  name: "grafana-nothing-firing",
  items: ["S5.8"],
  title: "No alert may fire.",
  needs: ["vendor:grafana"],
  settings: ["observability.grafana.url"],
  measure: async (context) => {
    // A silence or another alert that holds one back keeps people from hearing of it, and not the alert from firing.
    const firing = (await active(context)).filter(({ status }) =>
      ["active", "suppressed"].includes(status.state),
    );
    const names = [...new Set(firing.map(({ labels }) => labels.alertname ?? "an alert without a name"))];
    return [sameMembers("alerts that fire", [], names, "observability.grafana.url")];
  },
});

export const grafanaTestNotification = probe({
  name: "grafana-test-notification",
  items: ["S6.6"],
  title:
    "A test notification must be delivered to every declared contact point, and to a pager only where the settings name it.",
  needs: ["vendor:grafana", "writes"],
  settings: ["observability.slackChannel", "verify.pagingContactPoints"],
  limitMs: 60_000,
  measure: async (context) => {
    const declared = await declaredOf(context, "alerting/contactPoint");
    const found = await contactPoints(context);
    return eachOf(
      declared,
      ({ name }) => name,
      async ({ inputs, source }) => {
        const name = String(inputs.name);
        const own = found.filter((one) => one.name === name);
        if (own.length === 0) return [{ ...absent(`contact point ${name}`, "delivered"), at: source }];
        return Promise.all(
          own.map(async (point): Promise<Check> => {
            if (!mayTest(context, point)) return { ...unknownCheck(name, pagesSomebody(point)), at: source };
            return { ...(await deliveryTo(context, point)), at: source };
          }),
        );
      },
    );
  },
});

type ContactPoint = Awaited<ReturnType<typeof contactPoints>>[number];

/** Kinds of contact points that wake somebody up. */
const paging = /pagerdut|opsgenie|victorops|oncall|squadcast|incident|webhook/i;

function mayTest({ settings }: Context, { name, type }: ContactPoint): boolean {
  return !paging.test(type) || settings.verify.pagingContactPoints.includes(name);
}

function pagesSomebody({ name, type }: ContactPoint): Unknown {
  const message = `The contact point ${name} (${type}) pages whoever is on call: add its name to verify.pagingContactPoints to test it, and tell them first`;
  return new Unknown("not-allowed", message);
}

const delivery = question(async (context, access, uid) => {
  const point = (await contactPoints(context)).find((one) => one.uid === uid);
  if (point === undefined) return undefined;
  return clientOf(context, access).testContactPoint(
    { ...point, settings: withoutHidden(point.settings) },
    {
      summary: "Test of optropic verify",
      description: "Somebody verifies that alerts arrive. Nothing needs to be done.",
    },
  );
});

async function deliveryTo(context: Context, { name, uid, type }: ContactPoint): Promise<Check> {
  const answer = await delivery(context, uid);
  const config = answer?.receivers
    .flatMap((receiver) => receiver.grafana_managed_receiver_configs)
    .find((one) => one.uid === uid);
  return compare(`contact point ${name} (${type})`, {
    expected: "delivered",
    measured: config?.status === "ok" ? "delivered" : (config?.error ?? config?.status ?? "missing"),
    holds: config?.status === "ok",
  });
}

/** Grafana hides secrets in what it shows, and takes those that are left out from what it keeps. */
function withoutHidden(settings: unknown): z.infer<ReturnType<typeof z.json>> {
  const object = z.record(z.string(), z.json()).safeParse(settings);
  if (!object.success) return {};
  return Object.fromEntries(Object.entries(object.data).filter(([, value]) => value !== "[REDACTED]"));
}
