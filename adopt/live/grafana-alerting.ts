import { snakeCase } from "../../lib/text.ts";
// What Grafana's provisioning API answers, in the words of its Terraform provider:
// https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Answer = Readonly<Record<string, unknown>>;

/** Blocks of the provider by the API's types; others are the same word. */
const blocks: Readonly<Record<string, string>> = {
  "prometheus-alertmanager": "alertmanager",
  googlechat: "googlechat",
};

/** Settings that name nobody's secret. The address of a webhook is one. */
const shown = new Set(["recipient", "severity", "class", "component", "group", "summary", "title", "room"]);

/** Receivers of one contact point. What the API gives as a secret, or may be one, is withheld. */
export function contactPointAttributes(receivers: readonly { type: string; settings: unknown }[]): {
  attributes: Record<string, Json>;
  withheld: string[][];
} {
  const attributes: Record<string, Json[]> = {};
  const withheld: string[][] = [];
  for (const { type, settings } of receivers) {
    const block = blocks[type] ?? type;
    const own: Record<string, Json> = {};
    for (const [key, value] of entriesOf(settings)) {
      if (key === "addresses" && typeof value === "string")
        own.addresses = value.split(/[;,\s]+/).filter((address) => address !== "");
      else if (shown.has(key) && typeof value === "string") own[key] = value;
      else withheld.push([block, String(attributes[block]?.length ?? 0), snakeCase(key)]);
    }
    attributes[block] = [...(attributes[block] ?? []), own];
  }
  return { attributes, withheld };
}

/** One node of the tree and those below it. */
export function policyAttributes(node: Answer, depth = 0): Record<string, Json> {
  const routes = depth < deepest ? listOf(node.routes) : [];
  const matchers = listOf(node.object_matchers).map(
    (matcher): Json => ({
      label: textAt(matcher, "0"),
      match: textAt(matcher, "1"),
      value: textAt(matcher, "2"),
    }),
  );
  return defined({
    contact_point: text(node.receiver),
    group_by: texts(node.group_by),
    group_wait: text(node.group_wait),
    group_interval: text(node.group_interval),
    repeat_interval: text(node.repeat_interval),
    continue: node.continue === true ? true : undefined,
    mute_timings: texts(node.mute_time_intervals),
    matcher: matchers.length > 0 ? matchers : undefined,
    policy: routes.length > 0 ? routes.map((route) => policyAttributes(route, depth + 1)) : undefined,
  });
}

/** Grafana's own limit of the provider's schema. */
const deepest = 4;

/** A rule with its queries, whose models the provider has as text. */
export function ruleAttributes(rule: Answer): Record<string, Json> {
  return defined({
    uid: text(rule.uid),
    name: text(rule.title),
    condition: text(rule.condition),
    for: text(rule.for),
    no_data_state: text(rule.noDataState),
    exec_err_state: text(rule.execErrState),
    is_paused: rule.isPaused === true ? true : undefined,
    labels: textMap(rule.labels),
    annotations: textMap(rule.annotations),
    data: listOf(rule.data).map(queryAttributes),
    notification_settings: notificationOf(rule.notification_settings),
  });
}

function queryAttributes(query: Answer): Json {
  const range = Object.fromEntries(entriesOf(query.relativeTimeRange));
  return defined({
    ref_id: text(query.refId),
    datasource_uid: text(query.datasourceUid),
    query_type: text(query.queryType) || undefined,
    relative_time_range: { from: Number(range.from ?? 0), to: Number(range.to ?? 0) },
    model: JSON.stringify(query.model ?? {}),
  });
}

function notificationOf(settings: unknown): Json | undefined {
  const receiver = Object.fromEntries(entriesOf(settings)).receiver;
  return typeof receiver === "string" ? { contact_point: receiver } : undefined;
}

function defined(attributes: Record<string, Json | undefined>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function listOf(value: unknown): Answer[] {
  return Array.isArray(value) ? value.map((one): Answer => Object.fromEntries(entriesOf(one))) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textAt(value: Answer, key: string): string {
  return text(value[key]) ?? "";
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

function textMap(value: unknown): Record<string, string> | undefined {
  const entries = entriesOf(value).flatMap(([key, one]): [string, string][] =>
    typeof one === "string" ? [[key, one]] : [],
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
