import type { oss } from "@pulumi/grafana";
import type { AnyValue, ResourceOf, Stack, Value } from "../../framework/index.ts";
import type { Dashboard } from "../../model/adapter.ts";
import { grafana } from "../../model/tokens.ts";
import { type GoldenSignal, signalsIn } from "../../values/golden-signals.ts";
import { parsePromql } from "../../values/promql.ts";
import { isElsewhere } from "./instances.ts";

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

/** Every query that a panel draws, in whichever version of the dashboard's schema: the texts named `expr`. */
function queriesIn(value: Value): string[] {
  // What such a panel shows is written in it.
  if (["text", "news", "dashlist"].includes(value.at("type").string() ?? "")) {
    return [];
  }
  const siblings = value.items();
  const read = siblings.flatMap(expressionsIn).join(" ");
  const drawn = siblings.filter((item) => !isHidden(item) || isRead(item, read));
  return [...value.entries(), ...drawn.map((item): [string, Value] => ["", item])].flatMap(([key, child]) => {
    const text = key === "expr" ? child.string() : undefined;
    return text === undefined ? queriesIn(child) : [text];
  });
}

/** In the newer schema a query is a kind and what is said of it. */
const isHidden = (query: Value): boolean =>
  [query.at("hide"), query.at("spec", "hidden")].some((value) => value.boolean() === true);

/** A formula draws what it makes of queries that are hidden themselves. */
const isRead = (query: Value, formulas: string): boolean => {
  const name = query.at("refId").string() ?? query.at("spec", "refId").string() ?? "";
  return /^\w+$/.test(name) && new RegExp(`\\b${name}\\b`).test(formulas);
};

const expressionsIn = (query: Value): string[] =>
  [query.at("expression"), query.at("spec", "query", "spec", "expression")].flatMap(
    (value) => (isHidden(query) ? undefined : value.string()) ?? [],
  );

export const dashboards = (stack: Stack): Dashboard[] =>
  stack
    .ofType(grafana.dashboard)
    .filter((dashboard) => !isElsewhere(stack, dashboard))
    .map(shownOn);
