import { describe, expect, test } from "vitest";
import * as z from "zod";
import { dashboards, panelOf } from "../../../components/observability/dashboards.ts";
import { alertNames, alertRules } from "../../../metrics/alerts.ts";
import { args, declare } from "./declare.ts";

const rules = alertRules(args.objectives, {
  grafana: "https://optropic.grafana.example",
  runbooks: args.runbooks,
});

const stage = z.object({ refId: z.string(), model: z.string() });
const group = z.object({
  name: z.string(),
  folderUid: z.string(),
  intervalSeconds: z.number(),
  rules: z.array(z.looseObject({ name: z.string(), datas: z.array(stage) })),
});

const { ofType } = await declare();
const groups = ofType("grafana:alerting/ruleGroup:RuleGroup").map(({ inputs }) => group.parse(inputs));
const declaredRules = new Map(groups.flatMap(({ rules }) => rules).map((rule) => [rule.name, rule]));

test("there is a rule for each alert, in the groups of their concerns", () => {
  expect(groups.map(({ name }) => name)).toEqual(["service", "objectives", "database", "monitoring"]);
  expect(
    groups.every(({ folderUid, intervalSeconds }) => folderUid === "optropic" && intervalSeconds === 60),
  ).toBe(true);
  expect([...declaredRules.keys()].sort()).toEqual([...alertNames].sort());
});

describe.each(rules)("$name", (rule) => {
  test("waits, says whose it is and how bad, and links its dashboard and runbook", () => {
    expect(declaredRules.get(rule.name)).toMatchObject({
      for: rule.for,
      labels: { severity: rule.severity, owner: rule.owner },
      annotations: {
        summary: rule.summary,
        description: rule.description,
        dashboard_url: `https://optropic.grafana.example/d/${rule.dashboard}`,
        runbook_url: `${args.runbooks}/${rule.name}.md`,
        __dashboardUid__: rule.dashboard,
        __panelId__: expect.stringMatching(/^[1-9]\d*$/),
      },
    });
  });

  test("fires for each series that its expression returns, and for a query that fails", () => {
    const declared = declaredRules.get(rule.name);
    expect(declared).toMatchObject({
      condition: "threshold",
      noDataState: "OK",
      execErrState: "Error",
      missingSeriesEvalsToResolve: 1,
    });
    const [query, found, threshold] = (declared?.datas ?? []).map(({ model }) => JSON.parse(model));
    expect(query).toEqual({
      refId: "query",
      datasource: { type: "prometheus", uid: "grafanacloud-prom" },
      expr: rule.expr,
      instant: true,
      range: false,
    });
    expect(found).toMatchObject({
      refId: "found",
      type: "math",
      expression: "is_number($query) || is_nan($query) || is_inf($query)",
    });
    expect(threshold).toMatchObject({
      refId: "threshold",
      type: "threshold",
      expression: "found",
      conditions: [{ evaluator: { type: "gt", params: [0] } }],
    });
  });
});

test("limits are the objectives', in the rules and nowhere else", async () => {
  const { ofType } = await declare({ objectives: { ...args.objectives, p95Ms: 321, errorRatePercent: 0.5 } });
  const texts = JSON.stringify(ofType("grafana:alerting/ruleGroup:RuleGroup").map(({ inputs }) => inputs));
  expect(texts).toContain("> 0.321");
  expect(texts).toContain("> 0.005");
});

test("an alert that no panel shows is refused", () => {
  const built = dashboards(args, "grafanacloud-prom");
  expect(() => panelOf(built, { name: "service-down", dashboard: "optropic-database" })).toThrow(
    "No panel of the dashboard optropic-database shows service-down",
  );
});
