import type { oss } from "@pulumi/grafana";
import type { AnyValue, ResourceOf, Stack, Value } from "../../framework/index.ts";
import type { Dashboard } from "../../model/adapter.ts";
import { grafana } from "../../model/tokens.ts";
import { type GoldenSignal, signalsIn } from "../../values/golden-signals.ts";
import { parsePromql } from "../../values/promql.ts";

function shownOn(dashboard: ResourceOf<oss.DashboardArgs>): Dashboard {
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
  return { signals, ...(unread && { unread }) };
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

export const dashboards = (stack: Stack): Dashboard[] => stack.ofType(grafana.dashboard).map(shownOn);
