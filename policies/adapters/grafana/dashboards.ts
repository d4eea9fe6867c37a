import { type AnyValue, known, type ResourceOf, type Stack } from "../../framework/index.ts";
import type { Dashboard } from "../../model/adapter.ts";
import type { DashboardModel } from "../../model/grafana-documents.ts";
import { perStack } from "../../model/per-stack.ts";
import { readQuery } from "../../model/recordings.ts";
import { grafana, grafanaPanels } from "../../model/tokens.ts";
import { type GoldenSignal, signalsIn } from "../../values/golden-signals.ts";
import type { Expr } from "../../values/promql-ast.ts";
import { selectorsIn } from "../../values/promql-reads.ts";
import { isElsewhere } from "./instances.ts";
import { queriesOf } from "./panels.ts";
import { alertQueries } from "./sources.ts";

/** A dashboard's document, by whichever of Grafana's APIs it is declared. */
interface Document {
  readonly resource: ResourceOf<unknown>;
  readonly at: AnyValue;
  /** By which Grafana keeps it: of two with one uid, the last. */
  readonly uid: AnyValue;
}

export const documentsOf = (stack: Stack): Document[] => [
  ...stack.ofType(grafana.dashboard).map((resource) => {
    const at = resource.at("configJson");
    return { resource, at, uid: at.isUnknown ? at : at.json<DashboardModel>().at("uid") };
  }),
  ...stack
    .ofType(...grafanaPanels.dashboards)
    .map((resource) => ({ resource, at: resource.at("spec", "json"), uid: resource.at("metadata", "uid") })),
];

function shownOn(stack: Stack, { resource, at }: Document): Dashboard {
  const signals = new Set<GoldenSignal>();
  if (at.isUnknown) return { resource, signals, unread: at };
  const hidden = new Map<GoldenSignal, string>();
  let unread: AnyValue | undefined;
  for (const { text, source, undrawn } of queriesOf(stack, at.json())) {
    const expr = readQuery(stack, text, source);
    if (expr === undefined) {
      unread = undrawn === undefined ? at : unread;
    } else {
      for (const signal of signalsIn(expr)) {
        if (undrawn === undefined) signals.add(signal);
        else if (isAlertedOn(stack, expr)) hidden.set(signal, undrawn);
      }
    }
  }
  return {
    resource,
    signals,
    lost: [...hidden]
      .filter(([signal]) => !signals.has(signal))
      .map(([signal, why]) => ({ signal, why, at })),
    ...(unread && { unread }),
  };
}

/** Whether the series are among those that alerts read: those of other systems may be shown in any way. */
const isAlertedOn = (stack: Stack, expr: Expr): boolean =>
  selectorsIn(expr).some(({ metric }) => metric !== "" && alertTexts(stack).includes(metric));

const alertTexts = perStack((stack): string =>
  alertQueries(stack)
    .map((data) => known(() => data.at("model").string()) ?? "")
    .join("\n"),
);

export const dashboards = (stack: Stack): Dashboard[] =>
  documentsOf(stack)
    .filter(({ resource }) => !isElsewhere(stack, resource))
    .map((document) => shownOn(stack, document));
