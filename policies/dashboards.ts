import type { oss } from "@pulumi/grafana";
import { adapters } from "./adapters/index.ts";
import {
  type AnyValue,
  judgeStack,
  policy,
  type ResourceOf,
  undecided,
  type Value,
  violation,
} from "./framework/index.ts";
import { grafana } from "./model/tokens.ts";
import { type GoldenSignal, goldenSignals, signalsIn } from "./values/golden-signals.ts";
import { parsePromql } from "./values/promql.ts";

// Item 5.5.

export const goldenSignalsShown = policy({
  name: "dashboard-golden-signals",
  items: ["5.5"],
  title: "One dashboard must show the four golden signals: latency, traffic, errors and saturation.",
  severity: "high",
  fix: "Declare a grafana.oss.Dashboard with a panel for each of the four, each with a query on the platform's own metrics.",
  url: "https://sre.google/sre-book/monitoring-distributed-systems/",
  check: (stack) => {
    const dashboards = stack.ofType(grafana.dashboard);
    const elsewhere = adapters
      .flatMap((adapter) => adapter.dashboards?.(stack) ?? [])
      .map((signals): Shown => ({ signals, unread: undefined }));
    if (dashboards.length + elsewhere.length === 0) {
      return [violation("No dashboard is declared.")];
    }
    return [
      judgeStack(() => {
        const shown = [...dashboards.map(shownOn), ...elsewhere];
        const best = shown.toSorted((one, other) => other.signals.size - one.signals.size)[0];
        const missing = goldenSignals.filter((signal) => best?.signals.has(signal) !== true);
        const open = shown.find(({ unread }) => unread !== undefined)?.unread;
        if (missing.length > 0 && open !== undefined) {
          return undecided(open);
        }
        return (
          missing.length === 0 || `No dashboard shows all four; the fullest lacks ${missing.join(", ")}.`
        );
      }),
    ];
  },
});

interface Shown {
  readonly signals: ReadonlySet<GoldenSignal>;
  /** What may show more: a document that is unknown, or a query that the pack cannot read. */
  readonly unread: AnyValue | undefined;
}

function shownOn(dashboard: ResourceOf<oss.DashboardArgs>): Shown {
  const document = dashboard.at("configJson");
  const signals = new Set<GoldenSignal>();
  if (document.isUnknown) {
    return { signals, unread: document };
  }
  let unread: AnyValue | undefined;
  for (const query of queriesIn(document.json())) {
    const expr = parsePromql(query);
    if (expr === undefined) {
      unread = document;
    } else {
      for (const signal of signalsIn(expr)) {
        signals.add(signal);
      }
    }
  }
  return { signals, unread };
}

/** Every query of every panel, in whichever version of the dashboard's schema: the texts named `expr`. */
function queriesIn(value: Value): string[] {
  return [...value.entries(), ...value.items().map((item): [string, Value] => ["", item])].flatMap(
    ([key, child]) => {
      const text = key === "expr" ? child.string() : undefined;
      return text === undefined ? queriesIn(child) : [text];
    },
  );
}
