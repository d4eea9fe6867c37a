import type * as grafanaTypes from "@pulumi/grafana";
import { parseJson } from "../../../lib/json.ts";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  known,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import type { QueryModel } from "../../model/grafana-documents.ts";
import type { Route } from "../../model/route.ts";
import { grafana } from "../../model/tokens.ts";
import { firstWrong, isAddress, isOneOf, isThere, matches, untidy } from "../../model/value-checks.ts";
import { durationSeconds } from "../../values/duration.ts";
import { documentsOf } from "./dashboards.ts";
import { cloudLogs, cloudMetrics, isExpression, isOfInstance, usualSource } from "./sources.ts";

export function judgeMonitoringValues(stack: Stack): Finding[] {
  return [
    ...stack
      .ofType(grafana.ruleGroup, grafana.contactPoint, grafana.notificationPolicy, grafana.scrapeJob)
      .map((resource) => judge(resource, () => untidy(resource.at()) ?? true)),
    ...stack
      .ofType(grafana.ruleGroup)
      .map((group) =>
        judge(group, () =>
          firstWrong([
            isThere(group.at("name"), `The name of ${group.name}`),
            judgeFolder(stack, group.at("folderUid")),
            ...(group.at("rules").isUnknown ? [] : group.at("rules").items()).map((rule) =>
              judgeRule(stack, rule),
            ),
          ]),
        ),
      ),
    ...stack
      .ofType(grafana.contactPoint)
      .map((point) =>
        judge(point, () =>
          firstWrong(
            (point.at("emails").isUnknown ? [] : point.at("emails").items())
              .flatMap((mail) => (mail.at("addresses").isUnknown ? [] : mail.at("addresses").items()))
              .map((address) =>
                matches(
                  address,
                  isAddress,
                  (text) => `${point.name} sends mail to ${text}, which is not an address.`,
                ),
              ),
          ),
        ),
      ),
    ...stack
      .ofType(grafana.notificationPolicy)
      .map((tree) =>
        judge(tree, () =>
          firstWrong([
            isThere(tree.at("contactPoint"), `The contact point of ${tree.name}`),
            judgeRoute(tree.at().as<Route>(), tree.name),
          ]),
        ),
      ),
    ...stack
      .ofType(grafana.scrapeJob)
      .map((job) =>
        judge(job, () =>
          firstWrong([
            isThere(job.at("name"), `The name of ${job.name}, by which alerts know its series,`),
            isOneOf(job.at("scrapeIntervalSeconds"), [30, 60, 120], `The interval of ${job.name}`),
            !job.at("authenticationBearerToken").isUnknown && job.at("authenticationBearerToken").exists
              ? isThere(job.at("authenticationBearerToken"), `The token of ${job.name}`)
              : true,
          ]),
        ),
      ),
    ...stack.ofType(grafana.dashboard).map((dashboard) =>
      judge(dashboard, () => {
        const config = dashboard.at("configJson");
        const document = config.isUnknown ? {} : parseJson(config.string() ?? "");
        const isDocument = typeof document === "object" && document !== null && !Array.isArray(document);
        return isDocument || fault(config, `The configJson of ${dashboard.name} is not an object in JSON.`);
      }),
    ),
    ...ofOrganizations(stack),
    ...twins(stack),
  ];
}

/** Of two resources that are one thing at Grafana, the one that is written last replaces the other. */
function twins(stack: Stack): Finding[] {
  const seen = new Map<string, string>();
  const places = [
    ...stack
      .ofType(grafana.notificationPolicy)
      .map((tree) => ({ at: tree.at(), key: "notification policy" })),
    ...stack.ofType(grafana.routingTree).map((tree) => ({
      at: tree.at("metadata", "uid"),
      key: treeNamed(textIn(tree.at("metadata", "uid"))),
    })),
    ...stack
      .ofType(grafana.contactPoint)
      .map((point) => ({ at: point.at("name"), key: `contact point ${textIn(point.at("name"))}` })),
    ...stack
      .ofType(grafana.muteTiming)
      .map((timing) => ({ at: timing.at("name"), key: `mute timing ${textIn(timing.at("name"))}` })),
    ...stack.ofType(grafana.ruleGroup).map((group) => ({
      at: group.at("name"),
      key: `rule group ${textIn(group.at("name"))} of the folder ${folderOf(group.at("folderUid"))}`,
    })),
    ...documentsOf(stack).map(({ uid }) => ({ at: uid, key: `dashboard ${textIn(uid)}` })),
  ];
  return places.map(({ at, key: own }) =>
    judge(at.resource, () => {
      const organization = known(() => organizationIn(at.resource)) ?? standard;
      const key = `${own}, ${organization}`;
      const other = seen.get(key);
      seen.set(key, at.resource.name);
      return (
        other === undefined ||
        own.includes(unnamed) ||
        fault(
          at,
          `${at.resource.name} and ${other} are one ${own}, of which Grafana keeps what is written last.`,
          "Declare it once, with all that it is to have, or give one of them another name.",
        )
      );
    }),
  );
}

const unnamed = "without a name";

const textIn = (value: AnyValue): string => known(() => value.string()) ?? unnamed;

/** The tree of that name is the one that a notification policy is. */
const treeNamed = (uid: string): string =>
  uid === "default" || uid === "user-defined" ? "notification policy" : `routing tree ${uid}`;

/** Before it exists, a folder has no uid, but what makes it has a name. */
const folderOf = (uid: AnyValue): string =>
  known(() => uid.string()) ??
  uid.resource
    .sourcesOf(uid)
    .map(({ name }) => name)
    .join(" ");

const organizationIn = (resource: AnyValue["resource"]): string =>
  resource.is<{ orgId?: unknown }>(resource.type) ? organizationOf(resource.at("orgId")) : standard;

/** What is in another organization than the routes is not seen by them, nor by those who look at the others. */
function ofOrganizations(stack: Stack): Finding[] {
  const all = stack.all().flatMap((resource) => {
    const isOfOne = organized.test(resource.type) && resource.is<{ orgId?: unknown }>(resource.type);
    return isOfOne ? [{ resource, at: resource.at("orgId") }] : [];
  });
  const routes = all.filter(({ resource }) => resource.is(grafana.notificationPolicy));
  const routed = routes.map((route) => known(() => organizationOf(route.at)));
  const usual = routed[0] ?? standard;
  return all.map(({ resource, at }) =>
    judge(resource, () => {
      const own = organizationOf(at);
      return (
        own === usual ||
        routed.includes(own) ||
        fault(
          at,
          `${resource.name} is in the organization ${own} of Grafana, and what routes alerts in ${usual}.`,
          "Leave orgId out of every resource of Grafana, or give all of them the same.",
        )
      );
    }),
  );
}

const organized =
  /^grafana:(?:alerting\/(?:ruleGroup|contactPoint|notificationPolicy|muteTiming)|oss\/(?:dashboard|folder|dataSource)):/;

/** Without a word it is the one that Grafana has from the start, and Grafana Cloud alone. */
const standard = "1";

function organizationOf(at: AnyValue): string {
  const text = at.string() ?? String(at.number() ?? "");
  return text === "" || text === "0" ? standard : text;
}

const folderType = "grafana:oss/folder:Folder";

/** A folder that the stack declares or, where it declares none, one that is there already. */
function judgeFolder(stack: Stack, uid: AnyValue): Verdict {
  const folders = stack.all().filter(({ type }) => type === folderType);
  const text = uid.isUnknown ? undefined : (uid.string() ?? "");
  if (text === undefined || uid.resource.sourcesOf(uid).some(({ type }) => type === folderType)) return true;
  if (text === "") return isThere(uid, "The folderUid");
  const known = folders.flatMap((folder) =>
    folder.is<{ uid?: string }>(folderType) ? folder.at("uid") : [],
  );
  return (
    folders.length === 0 ||
    known.some((one) => one.isUnknown || one.string() === text) ||
    unproved(
      uid,
      `The folderUid is ${JSON.stringify(text)}, and no folder of the stack has that uid.`,
      "Take the uid from the grafana.oss.Folder, or declare the folder that is meant.",
    )
  );
}

type Rule = Value<grafanaTypes.types.input.alerting.RuleGroupRule>;

function judgeRule(stack: Stack, rule: Rule): Verdict {
  if (rule.isUnknown || rule.at("datas").isUnknown) return true;
  const datas = rule.at("datas").items();
  const ids = datas.map((data) => data.at("refId"));
  const texts = ids.every((id) => !id.isUnknown) ? ids.map((id) => id.string() ?? "") : [];
  return firstWrong([
    isThere(rule.at("name"), "The name of a rule"),
    ...ids.map((id) => isThere(id, "The refId of a query")),
    new Set(texts).size === texts.length ||
      fault(rule.at("datas"), "Two queries of a rule have the same refId."),
    ...datas.map((data) => judgeSource(stack, data)),
  ]);
}

type Data = Value<grafanaTypes.types.input.alerting.RuleGroupRuleData>;

function judgeSource(stack: Stack, data: Data): Verdict {
  const uid = data.at("datasourceUid");
  const model = data.at("model");
  if (uid.isUnknown || model.isUnknown) return true;
  const text = uid.string() ?? "";
  const query = model.json<QueryModel>();
  const isFormula = !query.at("expr").exists && query.at("type").exists;
  if (isFormula) {
    return (
      isExpression(text) ||
      fault(uid, `An expression has the data source ${JSON.stringify(text)}, not "__expr__".`)
    );
  }
  const { from, to } = { from: data.at("relativeTimeRange", "from"), to: data.at("relativeTimeRange", "to") };
  if (!from.isUnknown && !to.isUnknown && (from.number() ?? 0) <= (to.number() ?? 0)) {
    return fault(from, "The time range of a query ends before it begins, which Grafana refuses.");
  }
  const usual = usualSource(stack);
  const ofCloud = query.at("datasource", "type").string() === "loki" ? cloudLogs : cloudMetrics;
  return (
    (text !== "" &&
      (usual === undefined || text === usual || (ofCloud.test(text) && isOfInstance(stack, text)))) ||
    unproved(
      uid,
      `A query asks the data source ${JSON.stringify(text)}, and the others ask ${JSON.stringify(usual ?? "")}.`,
      "Correct the uid, or take it from a grafana.oss.DataSource of the stack.",
    )
  );
}

const operators = ["=", "!=", "=~", "!~"];

/** A message that waits longer than this is about something that is over. */
const longestWaitSeconds = 6 * 3600;

function judgeRoute(route: Value<Route>, name: string): Verdict {
  const below = route.at("policies").isUnknown ? [] : route.at("policies").items();
  return firstWrong([
    ...(["groupWait", "groupInterval", "repeatInterval"] as const).map((wait) =>
      judgeWait(route.at(wait), wait),
    ),
    ...below.map((child, index) => judgeChild(child.as<Route>(), name, index === below.length - 1)),
  ]);
}

function judgeChild(child: Value<Route>, name: string, isLast: boolean): Verdict {
  const matchers = child.at("matchers");
  if (child.isUnknown || matchers.isUnknown) return true;
  const own = matchers.items();
  return firstWrong([
    own.length > 0 ||
      isLast ||
      fault(
        matchers,
        `${name} has a route without matchers, which takes every alert from those after it or beside them.`,
      ),
    ...own.map((matcher) => judgeMatcher(matcher)),
    judgeRoute(child, name),
  ]);
}

type Matcher = Value<grafanaTypes.types.input.alerting.NotificationPolicyPolicyMatcher>;

function judgeMatcher(matcher: Matcher): Verdict {
  if (matcher.isUnknown) return true;
  const value = matcher.at("value");
  return firstWrong([
    isThere(matcher.at("label"), "The label of a matcher"),
    matches(
      matcher.at("label"),
      (text) => /^[A-Za-z_]\w*$/.test(text),
      (text) => `A matcher is on ${text}, which is not a label name.`,
    ),
    matcher.at("match").isUnknown ||
      matcher.at("match").exists ||
      fault(matcher.at("match"), "A matcher has no operator."),
    isOneOf(matcher.at("match"), operators, "The operator of a matcher"),
    value.isUnknown || value.string() !== undefined || fault(value, "A matcher has no value."),
    matcher.at("label").string() === "severity" && matcher.at("match").string() === "="
      ? isOneOf(value, severities, "The severity that a route is for")
      : true,
  ]);
}

const severities = ["critical", "error", "high", "warning", "low", "info"];

/** Grafana refuses an interval of 0; without a wait it sends at once. */
function judgeWait(wait: AnyValue, what: string): Verdict {
  const text = wait.isUnknown ? undefined : wait.string();
  if (text === undefined) return true;
  const seconds = durationSeconds(text);
  if (seconds === undefined || text === "")
    return fault(wait, `${what} is ${JSON.stringify(text)}, which is not a duration.`);
  if (seconds === 0 && what !== "groupWait") return fault(wait, `${what} is 0, which Grafana refuses.`);
  return (
    what !== "groupWait" ||
    seconds <= longestWaitSeconds ||
    fault(wait, `A message waits ${text} before it is sent.`)
  );
}
