import { StackingConfigBuilder, StackingMode } from "@grafana/grafana-foundation-sdk/common";
import * as grafana from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as FigureBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { describe, expect, test } from "vitest";
import { buildDashboard } from "../../../components/observability/dashboards/build.ts";
import { figure, graph, type PanelSpec } from "../../../components/observability/dashboards/panel.ts";
import { dashboards } from "../../../components/observability/dashboards.ts";
import { alertNames, dashboardUids } from "../../../metrics/alerts.ts";
import { type Label, type SeriesName, series } from "../../../metrics/contract.ts";
import { seriesOf } from "../../../metrics/queries.ts";
import { checkQueries } from "../../metrics/support/promtool.ts";
import { args, declare } from "./declare.ts";
import { dashboardQueries, type ReadPanel, readDashboards } from "./queries.ts";

describe.each(readDashboards)("$title", ({ panels, editable }) => {
  test("has panels with ids of their own, which do not overlap and fit the grid", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, { id, gridPos }] of panels.entries()) {
      expect(id).toBe(index + 1);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(panels.slice(index + 1).filter((other) => overlap(gridPos, other.gridPos))).toEqual([]);
    }
  });

  test("asks the data source, counts in units that Grafana knows, and says what it shows", () => {
    const known = new Set<unknown>(Object.values(units));
    for (const panel of panels.filter(({ type }) => type !== "row")) {
      expect(panel.targets.length).toBeGreaterThan(0);
      expect(panel.datasource?.uid).toBe("grafanacloud-prom");
      expect(known).toContain(panel.fieldConfig?.defaults.unit);
      expect(panel.description).toMatch(/\.$/);
    }
  });

  test("is changed by its code only", () => {
    expect(editable).toBe(false);
  });
});

test("there is a resource for each dashboard, in the folder", async () => {
  const { ofType } = await declare();
  const declared = ofType("grafana:oss/dashboard:Dashboard").map(({ inputs }) => inputs);
  expect(declared.map(({ configJson }) => JSON.parse(String(configJson)).uid)).toEqual([...dashboardUids]);
  expect(declared.every(({ folder }) => folder === "optropic")).toBe(true);
});

test("the service overview has the four golden signals, by host and by route (item 5.5)", () => {
  const rows = readDashboards[0]?.panels.filter(({ type }) => type === "row").map(({ title }) => title);
  expect(rows).toEqual(["Availability", "Traffic", "Errors", "Latency", "Saturation"]);
  expect(readDashboards[0]?.templating.list?.map(({ name }) => name)).toEqual(["host", "route"]);
});

test("has what Grafana's own builders make of the same, and where they place it", () => {
  const source = { type: "prometheus", uid: "x" };
  const spec: PanelSpec = {
    title: "One",
    description: "Two.",
    unit: "s",
    queries: [{ expr: "up", legend: "{{job}}" }],
    stacked: true,
    max: 9,
  };
  const rows = ["above", "below"].map((title) => ({
    title,
    panels: [figure(spec), graph(spec), graph({ ...spec, width: 24 })].map((panel) => ({ panel })),
  }));
  const uid = "optropic-service";
  const { dashboard } = buildDashboard({ uid, title: "T", description: "D.", from: "6h", rows }, source);
  const theirs = new grafana.DashboardBuilder("T")
    .uid(uid)
    .description("D.")
    .tags(["optropic"])
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .timezone("utc")
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new grafana.DashboardLinkBuilder("Dashboards")
        .type(grafana.DashboardLinkType.Dashboards)
        .tags(["optropic"])
        .keepTime(true),
    );
  const thresholds = new grafana.ThresholdsConfigBuilder()
    .mode(grafana.ThresholdsMode.Absolute)
    .steps([{ value: null, color: "green" }]);
  const query = () => new DataqueryBuilder().refId("A").datasource(source).expr("up").legendFormat("{{job}}");
  const graphOf = (width: number) =>
    new GraphBuilder()
      .title("One")
      .description("Two.")
      .datasource(source)
      .targets([query().range()])
      .span(width)
      .height(8)
      .unit("s")
      .thresholds(thresholds)
      .min(0)
      .max(9)
      .lineWidth(2)
      .fillOpacity(30)
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  for (const title of ["above", "below"]) {
    theirs.withRow(new grafana.RowBuilder(title));
    theirs.withPanel(
      new FigureBuilder()
        .title("One")
        .description("Two.")
        .datasource(source)
        .targets([query().instant()])
        .span(4)
        .height(4)
        .unit("s")
        .noValue("no data")
        .thresholds(thresholds),
    );
    theirs.withPanel(graphOf(12)).withPanel(graphOf(24));
  }
  // What the builders leave to Grafana's defaults is said here, and ids are ours.
  expect(JSON.parse(JSON.stringify(dashboard))).toMatchObject(withoutChoices(theirs.build()));
});

describe("limits are drawn from the objectives", () => {
  const changed = { ...args.objectives, p95Ms: 321, p99Ms: 654, errorRatePercent: 0.5, rpoMinutes: 77 };
  const [service, , goLive] = Object.values(dashboards({ objectives: changed }, "x")).map(({ dashboard }) =>
    JSON.stringify(dashboard),
  );

  test.each([0.321, 0.654, 0.005])("%d is in the service overview and in go-live", (value) => {
    expect(service).toContain(`{"value":${value},"color":"red"}`);
    expect(goLive).toContain(`{"value":${value},"color":"red"}`);
  });

  test("every figure that has an objective is green or red", () => {
    const figures = readDashboards.flatMap(({ panels }) => panels.filter(({ type }) => type === "stat"));
    const unlimited = figures.filter((panel) => steps(panel).length < 2).map(({ title }) => title);
    expect(unlimited).toEqual(["Unexpected errors"]);
  });
});

test("every alert is shown by a panel of the dashboard that it links", () => {
  const built = dashboards(args, "x");
  const shown = Object.values(built).flatMap(({ panels }) => [...panels.keys()]);
  expect(shown.sort()).toEqual([...alertNames].sort());
});

describe("the queries", () => {
  test("are PromQL", async () => {
    const verdict = await checkQueries(dashboardQueries.map(({ expr }) => expr));
    expect(verdict.output).toContain(`${dashboardQueries.length} rules found`);
    expect(verdict.passed).toBe(true);
  });

  test.each(dashboardQueries)("$where names only what the contract has", ({ expr, legend }) => {
    const read = seriesOf(expr);
    expect(read).not.toEqual([]);
    expect(namesIn(expr).filter((name) => !read.some((known) => isSeries(name, known)))).toEqual([]);
    const labels = new Set<string>(read.flatMap((name): readonly Label[] => series[name].labels));
    expect(labelsIn(expr).filter((label) => label !== "le" && !labels.has(label))).toEqual([]);
    // A legend of a label that the query does not keep is empty.
    const kept = [...expr.matchAll(/ by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
    for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(kept).toContain(label);
  });
});

/** A dashboard without ids, and without the options of its panels, which are a matter of taste. */
function withoutChoices(dashboard: grafana.Dashboard): object {
  return JSON.parse(
    JSON.stringify(dashboard, (key, value) => (["id", "options"].includes(key) ? undefined : value)),
  );
}

/** Names before a selector, a range or the end of an argument: what is neither a function nor a keyword. */
function namesIn(expr: string): string[] {
  const bare = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\{[^}]*\}| by \([^)]*\)/g, "");
  const words = bare.match(/[a-z_]\w*(?!\w)(?!\s*\()/g) ?? [];
  return words.filter((word) => !["and", "or", "by"].includes(word) && !/^[smhd]$/.test(word));
}

function labelsIn(expr: string): string[] {
  const bare = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const matched = [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(
    ([, list = ""]) => list.match(/\w+(?=[=!])/g) ?? [],
  );
  const kept = [...bare.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
  return [...matched, ...kept];
}

function isSeries(name: string, known: SeriesName): boolean {
  const suffixes = series[known].type === "histogram" ? ["_bucket", "_count", "_sum"] : [""];
  return suffixes.some((suffix) => name === `${known}${suffix}`);
}

function overlap(one: ReadPanel["gridPos"], other: ReadPanel["gridPos"]): boolean {
  const across = one.x < other.x + other.w && other.x < one.x + one.w;
  return across && one.y < other.y + other.h && other.y < one.y + one.h;
}

function steps(panel: ReadPanel) {
  return panel.fieldConfig?.defaults.thresholds.steps ?? [];
}
