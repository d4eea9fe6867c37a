import { known, type Stack, type Value } from "../../framework/index.ts";
import type {
  DashboardModel,
  DashboardPart,
  DashboardVariable,
  FieldOverride,
  HideFrom,
  PanelQuery,
  Transformation,
} from "../../model/grafana-documents.ts";
import { grafanaPanels } from "../../model/tokens.ts";
import { durationSeconds } from "../../values/duration.ts";
import { type SourceName, sourceFault } from "./sources.ts";

/** A query of a dashboard. */
export interface Query {
  readonly text: string;
  /** The uid of its data source, where the dashboard says one. */
  readonly source: string | undefined;
  /** Why no panel draws it, as the end of a sentence that begins with `it`; undefined where one may. */
  readonly undrawn: string | undefined;
}

/** What holds for all that is in a panel, a row or a dashboard. */
interface Place {
  readonly stack: Stack;
  readonly source: SourceName;
  readonly undrawn: string | undefined;
  readonly variables: ReadonlyMap<string, Variable>;
}

/** Every query of a dashboard, in whichever version of the schema: the texts named `expr`. */
export function queriesOf(stack: Stack, document: Value<DashboardModel>): Query[] {
  const place = { stack, source: {}, undrawn: timeFault(document), variables: variablesOf(document) };
  const elements = document.at("elements");
  const layout = JSON.stringify(textsBelow(document.at("layout")));
  return document.entries().flatMap(([key, child]) => {
    if (beside.has(key)) return [];
    if (key !== "elements") return queriesIn(child, place);
    return elements
      .entries()
      .flatMap(([name, element]) =>
        queriesIn(
          element,
          layout.includes(JSON.stringify(name))
            ? place
            : { ...place, undrawn: "is in no part of the layout" },
        ),
      );
  });
}

/** What a dashboard has beside its panels. */
const beside: ReadonlySet<string> = new Set(["annotations", "templating", "variables", "layout", "links"]);

const textsBelow = (value: Value): string[] => {
  const text = value.string();
  return text === undefined
    ? [...value.items(), ...value.entries().map(([, child]) => child)].flatMap(textsBelow)
    : [text];
};

/** A dashboard is about now: what it shows at first may be late by an hour, and no more. */
const longestDelaySeconds = 3600;

const shortestTimeSeconds = 60;

function timeFault(document: Value<DashboardModel>): string | undefined {
  const [from, to] = (["from", "to"] as const).map(
    (end) => document.at("time", end).string() ?? document.at("timeSettings", end).string(),
  );
  const delay =
    document.at("timepicker", "nowDelay").string() ?? document.at("timeSettings", "nowDelay").string();
  if (to !== undefined && to !== "" && secondsBefore(to) > longestDelaySeconds) {
    return `is drawn for a time that ends at ${to}`;
  }
  if (from !== undefined && secondsBefore(from) < shortestTimeSeconds) {
    return `is drawn for a time that begins at ${from}`;
  }
  return (durationSeconds(delay ?? "") ?? 0) > longestDelaySeconds ? `is drawn ${delay} late` : undefined;
}

/** Seconds from a time of Grafana's to now: `now-6h`, `now/d`, which counts as now, or a date. */
function secondsBefore(text: string): number {
  const [, relative, duration = ""] = /^(now)(?:-([\w.]+))?(?:\/\w+)?$/.exec(text) ?? [];
  if (relative === undefined) return Number.POSITIVE_INFINITY;
  if (duration === "") return text.includes("/") ? shortestTimeSeconds : 0;
  // In Grafana's times `M` is a month, and a quarter `Q`.
  return durationSeconds(duration.replace("M", "w").replace("Q", "y")) ?? Number.POSITIVE_INFINITY;
}

function queriesIn(value: Value, outer: Place): Query[] {
  const place = within(value, outer);
  const library = value.as<DashboardPart>().at("libraryPanel", "uid").string();
  if (library !== undefined) return ofLibrary(library, value, place);
  return queriesBelow(value, place);
}

function queriesBelow(value: Value, place: Place): Query[] {
  const siblings = value.items().map((item) => item.as<PanelQuery>());
  const read = siblings.flatMap(expressionsIn).join(" ");
  return [
    ...value.entries().flatMap(([key, child]) => {
      const text = key === "expr" ? child.string() : undefined;
      return text === undefined ? queriesIn(child, place) : [toQuery(text, place)];
    }),
    ...siblings.flatMap((item) =>
      queriesIn(item, isHidden(item) && !isRead(item, read) ? { ...place, undrawn: "is hidden" } : place),
    ),
  ];
}

function toQuery(text: string, { stack, source, undrawn, variables }: Place): Query {
  const named = resolved(source, variables);
  const empty = variablesIn(text).find((name) => variables.get(name)?.hasValue !== true);
  return {
    text,
    source: named?.uid,
    undrawn:
      undrawn ??
      (named === undefined
        ? `asks the data source ${source.uid}, and the dashboard has no such variable`
        : (sourceFault(stack, named) ??
          (empty === undefined
            ? undefined
            : `has the variable ${empty}, to which the dashboard gives no value`))),
  };
}

/** Variables that a text names, but for those that Grafana itself gives a value. */
const variablesIn = (text: string): string[] =>
  [...text.matchAll(/\$\{?([a-z]\w*)|\[\[(\w+)/gi)].flatMap(([, one, other]) => one ?? other ?? []);

/** A panel of the library has its queries there, whatever stands beside its name. */
function ofLibrary(uid: string, panel: Value, place: Place): Query[] {
  const [shared] = place.stack
    .ofType(grafanaPanels.library)
    .filter((it) => known(() => it.at("uid").string()) === uid);
  const undrawn = place.undrawn ?? `is in the library panel ${uid}, which the stack does not declare`;
  return shared === undefined
    ? queriesBelow(panel, { ...place, undrawn })
    : queriesIn(shared.at("modelJson").json(), place);
}

function within(value: Value, outer: Place): Place {
  const undrawn = outer.undrawn ?? panelFault(value.as<DashboardPart>());
  const part = value.as<DashboardPart>();
  const group = part.at("kind").string() === "DataQuery" ? part.at("group").string() : undefined;
  const named = part.at("datasource");
  const [type, uid] = [
    named.at("type").string(),
    named.string() ?? named.at("uid").string() ?? named.at("name").string(),
  ];
  const isMixed = uid === "-- Mixed --";
  const says = group !== undefined || type !== undefined || uid !== undefined;
  return {
    ...outer,
    undrawn,
    source: says && !isMixed ? { type: group ?? type, uid } : outer.source,
  };
}

/** Panels that draw no query, whatever stands in them. */
const silent: ReadonlySet<string> = new Set([
  "text",
  "news",
  "dashlist",
  "alertlist",
  "annolist",
  "welcome",
  "gettingstarted",
]);

/** Why a panel shows nothing of what it asks for. In the newer schema its parts are elsewhere. */
function panelFault(panel: Value<DashboardPart>): string | undefined {
  const viz = panel.at("vizConfig");
  const type = panel.at("type").string() ?? viz.at("group").string() ?? viz.at("kind").string() ?? "";
  if (silent.has(type)) return `is in a panel of the type ${type}`;
  if ([panel.at("gridPos", "h"), panel.at("gridPos", "w")].some((side) => side.number() === 0)) {
    return "is in a panel without a size";
  }
  const [shift, own] = (["timeShift", "timeFrom"] as const).map(
    (key) => panel.at(key).string() ?? panel.at("data", "spec", "queryOptions").at(key).string() ?? "",
  );
  if ((durationSeconds(shift ?? "") ?? 0) > longestDelaySeconds) return `is drawn as it was ${shift} ago`;
  if ((durationSeconds(own ?? "") ?? shortestTimeSeconds) < shortestTimeSeconds) return `is drawn for ${own}`;
  const isEmptied = [panel.at("fieldConfig"), viz.at("spec", "fieldConfig")].some(
    (fields) =>
      isUnseen(fields.at("defaults", "custom", "hideFrom")) || fields.at("overrides").items().some(hidesAll),
  );
  if (isEmptied) return "is in a panel that hides its series";
  const steps = [
    ...panel.at("transformations").items(),
    ...panel
      .at("data", "spec", "transformations")
      .items()
      .map((step) => step.at("spec")),
  ];
  return steps.some(leavesNothing) ? "is in a panel whose transformations leave nothing of it" : undefined;
}

const isUnseen = (hideFrom: Value<HideFrom | undefined>): boolean => hideFrom.at("viz").boolean() === true;

function hidesAll(override: Value<FieldOverride>): boolean {
  const matcher = override.at("matcher");
  const options = matcher.at("options").string() ?? "";
  const isAny =
    (matcher.at("id").string() === "byRegexp" && /^\/?\^?(?:\.\*|\.\+)\$?\/?$/.test(options)) ||
    (matcher.at("id").string() === "byType" && options === "number");
  return (
    isAny &&
    override
      .at("properties")
      .items()
      .some((it) => it.at("id").string() === "custom.hideFrom" && isUnseen(it.at("value").as<HideFrom>()))
  );
}

/** Transformations after which there is no series, as far as they are sure of it. */
function leavesNothing(step: Value<Transformation | undefined>): boolean {
  if (step.at("disabled").boolean() === true) return false;
  const options = step.at("options");
  switch (step.at("id").string()) {
    case "limit":
      return options.at("limitField").number() === 0;
    case "filterFieldsByName": {
      const include = options.at("include");
      const isOpen = (["pattern", "variable"] as const).some((key) => include.at(key).exists);
      return (
        (include.at("names").exists && !isOpen && include.at("names").strings().every(isTime)) ||
        /^\/?\.[*+]\/?$/.test(options.at("exclude", "pattern").string() ?? "")
      );
    }
    case "filterByRefId":
      return (
        options.at("include").string() === "" || /^\/?\.[*+]\/?$/.test(options.at("exclude").string() ?? "")
      );
    case "organize":
      return options.at("excludeByName", "Value").boolean() === true;
    default:
      return false;
  }
}

const isTime = (name: string): boolean => /^time$/i.test(name);

/** In the newer schema a query is a kind and what is said of it. */
const isHidden = (query: Value<PanelQuery>): boolean =>
  [query.at("hide"), query.at("spec", "hidden")].some((value) => value.boolean() === true);

/** A formula draws what it makes of queries that are hidden themselves. */
const isRead = (query: Value<PanelQuery>, formulas: string): boolean => {
  const name = query.at("refId").string() ?? query.at("spec", "refId").string() ?? "";
  return /^\w+$/.test(name) && new RegExp(`\\b${name}\\b`).test(formulas);
};

const expressionsIn = (query: Value<PanelQuery>): string[] =>
  [query.at("expression"), query.at("spec", "query", "spec", "expression")].flatMap(
    (value) => (isHidden(query) ? undefined : value.string()) ?? [],
  );

/** The source itself, or that of the variable which it is; undefined where the dashboard has no such variable. */
function resolved(source: SourceName, variables: Place["variables"]): SourceName | undefined {
  const isVariable = /^(?:\$\{[a-z]\w*(?::\w+)?\}|\$[a-z]\w*|\[\[\w+\]\])$/i.test(source.uid ?? "");
  const variable = isVariable ? variables.get(variablesIn(source.uid ?? "")[0] ?? "") : undefined;
  if (!isVariable) return source;
  return variable && { type: variable.type ?? source.type, uid: variable.uid };
}

interface Variable extends SourceName {
  readonly hasValue: boolean;
}

/** Variables of a dashboard, each also as the data source that it may stand for. */
function variablesOf(document: Value<DashboardModel>): Map<string, Variable> {
  const classic = document.at("templating", "list").items();
  const kinds = document
    .at("variables")
    .items()
    .map((it) => it.at("spec"));
  return new Map(
    [...classic, ...kinds].flatMap((variable): [string, Variable][] => {
      const name = variable.at("name").string();
      const type = variable.at("pluginId").string() ?? variable.at("query").string();
      const current = variable.at("current", "value").string();
      if (name === undefined) return [];
      const isSource = variable.at("type").string() === "datasource" || variable.at("pluginId").exists;
      const uid = chosen(current) ?? (isSource ? undefined : type);
      return [[name, { uid, hasValue: hasValue(variable), ...(isSource && { type }) }]];
    }),
  );
}

/** A variable without a choice takes what Grafana has by default. */
const chosen = (current: string | undefined): string | undefined =>
  current === undefined || current === "" || current.startsWith("$") ? undefined : current;

/** Whether it is given one, or something to choose from. */
const hasValue = (variable: Value<DashboardVariable>): boolean =>
  [
    variable.at("query"),
    variable.at("current", "value"),
    variable.at("allValue"),
    variable.at("pluginId"),
  ].some(
    (value) => (value.string() ?? "") !== "" || value.items().length > 0 || value.entries().length > 0,
  ) || variable.at("options").items().length > 0;
