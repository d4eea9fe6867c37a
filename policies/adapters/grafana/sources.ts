import { known, type Stack } from "../../framework/index.ts";
import { perStack } from "../../model/per-stack.ts";
import { grafana, grafanaSources } from "../../model/tokens.ts";
import { isOfOtherStage } from "../../values/stage-names.ts";

/** Data sources of which each stack of Grafana Cloud has one. */
export const cloudMetrics = /^grafanacloud-(?:[\w-]+-)?prom$/;

export const cloudLogs = /^grafanacloud-(?:[\w-]+-)?logs$/;

export const isExpression = (uid: string): boolean => uid === "__expr__" || uid === "-100";

/** Sources are named for the instance that they are of, without its hyphens; at an address of one's own it has any name. */
export function isOfInstance(stack: Stack, uid: string): boolean {
  const [, name] = /^grafanacloud-(.+)-(?:prom|logs)$/.exec(uid) ?? [];
  const urls = stack
    .ofType(grafana.provider)
    .map((provider) => known(() => provider.at("url").string()) ?? "");
  const instances = urls.map((url) => /^https:\/\/([\w-]+)\.grafana\.net\/?$/.exec(url)?.[1]);
  const bare = (text: string) => text.replaceAll("-", "");
  return (
    name === undefined ||
    instances.length === 0 ||
    instances.some((instance) => instance === undefined || bare(instance) === bare(name))
  );
}

/** Queries and expressions of the alert rules, as far as they are known. */
export const alertQueries = (stack: Stack) =>
  stack
    .ofType(grafana.ruleGroup)
    .flatMap((group) => known(() => group.at("rules").items()) ?? [])
    .flatMap((rule) => known(() => rule.at("datas").items()) ?? []);

/** The data source that most queries of alerts ask: one that is asked once, beside it, is likely misspelled. */
export const usualSource = perStack((stack: Stack): string | undefined => {
  const counts = new Map<string, number>();
  for (const data of alertQueries(stack)) {
    const uid = data.at("datasourceUid");
    const text = uid.isUnknown ? "" : (uid.string() ?? "");
    if (text !== "" && !isExpression(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0];
});

/** A data source as a dashboard names it, by what it says of it: without a word it is the one that Grafana has by default. */
export interface SourceName {
  readonly type?: string | undefined;
  /** Its uid or, in older dashboards, its name. */
  readonly uid?: string | undefined;
}

const promqlTypes = /prometheus|mimir|thanos|cortex|victoria/i;

const noMetrics = /^(?:testdata|-- (?:Grafana|Dashboard) --|grafana)$|testdata|^grafanacloud-(?:usage|ml)/i;

/** Why queries of PromQL to a data source do not read the platform's metrics; undefined where they may. */
export function sourceFault(stack: Stack, { type, uid }: SourceName): string | undefined {
  if (type !== undefined && !promqlTypes.test(type)) return `asks a data source of the type ${type}`;
  if (uid === undefined || uid === "" || uid === "default") return undefined;
  const usual = usualSource(stack);
  const own = stack
    .ofType(grafanaSources.dataSource)
    .find((source) => known(() => [source.at("uid"), source.at("name")].some((it) => it.string() === uid)));
  if (own !== undefined) {
    const ownType = known(() => own.at("type").string());
    return ownType === undefined || promqlTypes.test(ownType)
      ? undefined
      : `asks the data source ${uid} of the type ${ownType}`;
  }
  const isUsual = uid === usual || (cloudMetrics.test(uid) && isOfInstance(stack, uid));
  // Without a type it may be a name, which alerts never use.
  const mayBe = usual === undefined || (type === undefined && !/^[a-z0-9]{8,}$/.test(uid));
  if (isUsual || (mayBe && !noMetrics.test(uid) && !isOfOtherStage(uid))) return undefined;
  return usual === undefined
    ? `asks the data source ${uid}`
    : `asks the data source ${uid}, and alerts ask ${usual}`;
}
