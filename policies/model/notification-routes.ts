import { type AnyValue, type Resource, type Stack, undecided, type Value } from "../framework/index.ts";
import { isOperator, takes } from "../values/metric-names.ts";
import type { AlertRule } from "./alert-rules.ts";
import { isGiven } from "./given.ts";
import type { Route, Wait } from "./route.ts";
import { grafana } from "./tokens.ts";

/** A message about an alert. */
export interface Delivery {
  /** Name of the contact point. */
  readonly contactPoint: AnyValue;
  /** Whether there are times at which it is not sent. */
  readonly isMuted: boolean;
  /** When it is not sent, or only sent. */
  readonly timings: readonly Timed[];
  /** How long it waits, as the route that has it says or those above it. */
  readonly waits: Waits;
}

/** Names of mute timings that a route uses. */
export interface Timed {
  readonly name: AnyValue;
  /** Whether messages are sent at these times alone. */
  readonly isActive: boolean;
}

/** How long messages wait: before the first of a group, before the next, before the same again. */
export type Waits = Readonly<Record<Wait, AnyValue | undefined>>;

const waits = ["groupWait", "groupInterval", "repeatInterval"] as const;
const noWaits: Waits = { groupWait: undefined, groupInterval: undefined, repeatInterval: undefined };

/** The messages that an alert leads to, in one of the cases that the declaration leaves open. */
export type Deliveries = readonly Delivery[];

/** More cases than this cannot be told apart. */
const mostCases = 256;

/**
 * Where an alert's messages go, in each case that is possible: whether a route that asks for a label of the
 * measured series takes the alert shows only when it fires. Empty where no policy routes it. Throws UnknownRead.
 *
 * Source: Grafana, Alerting, Notification policies: the first route that matches takes an alert, and those
 * after it only if it says `continue`; one without a contact point has that of its parent; mute timings are
 * not inherited.
 */
export function deliveriesOf(stack: Stack, rule: AlertRule): Deliveries[] {
  const own = rule.grafana?.at("notificationSettings");
  if (own !== undefined && isGiven(own)) {
    const times = own.as<Pick<Route, Timing | Wait>>();
    return [[delivery(times, own.at("contactPoint"), waitsOf(times, noWaits))]];
  }
  const [policy] = stack.ofType(grafana.notificationPolicy);
  return policy === undefined
    ? []
    : routed(policy.at().as<Route>(), policy.at("contactPoint"), noWaits, rule);
}

function routed(route: Value<Route>, inherited: AnyValue, above: Waits, rule: AlertRule): Deliveries[] {
  const times = waitsOf(route.as<Pick<Route, Timing | Wait>>(), above);
  const own = route.at("contactPoint");
  const contactPoint = isGiven(own) ? own : inherited;
  let cases: { deliveries: Deliveries; isTaken: boolean }[] = [{ deliveries: [], isTaken: false }];
  for (const child of route.at("policies").items()) {
    const matches = matchesAll(child, rule);
    if (matches === false) {
      continue;
    }
    const below = routed(child, contactPoint, times, rule);
    const goesOn = child.at("continue").boolean() === true;
    cases = cases.flatMap((one) => {
      if (one.isTaken) {
        return [one];
      }
      const taken = below.map((more) => ({
        deliveries: [...one.deliveries, ...more],
        isTaken: !goesOn,
      }));
      return matches === true ? taken : [one, ...taken];
    });
    if (cases.length > mostCases) {
      return undecided(route);
    }
  }
  return cases.map(({ deliveries }) =>
    deliveries.length > 0
      ? deliveries
      : [delivery(route.as<Pick<Route, Timing | Wait>>(), contactPoint, times)],
  );
}

type Timing = "activeTimings" | "muteTimings";

function delivery(route: Value<Pick<Route, Timing | Wait>>, contactPoint: AnyValue, own: Waits): Delivery {
  const timings = (["muteTimings", "activeTimings"] as const).flatMap((property): Timed[] => {
    const names = route.at(property);
    const all: readonly AnyValue[] = names.isUnknown ? [names] : names.items();
    return all.map((name) => ({ name, isActive: property === "activeTimings" }));
  });
  return { contactPoint, isMuted: timings.length > 0, timings, waits: own };
}

function waitsOf(route: Value<Pick<Route, Wait>>, above: Waits): Waits {
  const own = (wait: Wait) => (isGiven(route.at(wait)) ? route.at(wait) : above[wait]);
  const [groupWait, groupInterval, repeatInterval] = waits.map(own);
  return { groupWait, groupInterval, repeatInterval };
}

/** Undefined where a label that is asked for may come with the series. */
function matchesAll(route: Value<Route>, rule: AlertRule): boolean | undefined {
  const answers = route
    .at("matchers")
    .items()
    .map((matcher) => {
      const label = labelOf(rule, matcher.at("label").string() ?? "");
      const operator = matcher.at("match").string();
      const value = matcher.at("value").string();
      return label === undefined || value === undefined || !isOperator(operator)
        ? undefined
        : takes({ label: "", operator, value }, label);
    });
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

/** What a rule gives a label; undefined where the series may, or a template does. */
function labelOf({ grafana: entry, resource }: AlertRule, label: string): string | undefined {
  if (entry === undefined) {
    return undefined;
  }
  if (label === "grafana_folder") {
    return folderOf(resource);
  }
  const value = label === "alertname" ? entry.at("name") : entry.at("labels", label);
  const text = value.isUnknown ? undefined : value.string();
  return text?.includes("{{") ? undefined : text;
}

/** Grafana labels each alert with the title of its folder; of one in another, it has both. */
function folderOf(group: Resource): string | undefined {
  if (!group.is(grafana.ruleGroup)) {
    return undefined;
  }
  const [folder, ...others] = group.dependenciesOf("folderUid").filter((source) => source.is(grafana.folder));
  return folder?.is(grafana.folder) && others.length === 0 && !isGiven(folder.at("parentFolderUid"))
    ? folder.at("title").string()
    : undefined;
}
