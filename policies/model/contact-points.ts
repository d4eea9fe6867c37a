import type { alerting } from "@pulumi/grafana";
import {
  type AnyValue,
  type Child,
  every,
  type Item,
  type Key,
  type ResourceOf,
  type Stack,
  type Value,
} from "../framework/index.ts";
import { reachesNobody } from "../values/placeholder.ts";
import type { Channel } from "./alert-rule.ts";
import { isGiven } from "./given.ts";
import { perStack } from "./per-stack.ts";
import { grafana } from "./tokens.ts";

export type ContactPoint = ResourceOf<alerting.ContactPointArgs>;

interface ChannelKind {
  readonly kind: string;
  readonly pages?: true;
  /** How many of its entries say whom they reach. Throws UnknownRead. */
  readonly count: (point: ContactPoint) => number;
}

/** Counts the entries of a list that have all of the keys; that a secret is given is enough. */
const having =
  <L extends Key<alerting.ContactPointArgs>>(
    list: L,
    ...keys: readonly Key<Item<Child<alerting.ContactPointArgs, L>>>[]
  ) =>
  (point: ContactPoint): number =>
    point
      .at(list)
      .items()
      .filter((entry) => keys.every((key) => isFilled(entry.at(key)))).length;

/** Whether a value is given, known or not, and is not an empty text. */
const isFilled = (value: AnyValue): boolean => value.isUnknown || (isGiven(value) && value.string() !== "");

/** The notifiers of the provider's contact points. */
const kinds: readonly ChannelKind[] = [
  { kind: "e-mail", count: (point) => point.at("emails").items().filter(hasAddresses).length },
  { kind: "Slack", count: (point) => point.at("slacks").items().filter(reachesSlack).length },
  { kind: "PagerDuty", pages: true, count: having("pagerduties", "integrationKey") },
  { kind: "Grafana OnCall", pages: true, count: having("oncalls", "url") },
  { kind: "Opsgenie", pages: true, count: having("opsgenies", "apiKey") },
  { kind: "Splunk On-Call", pages: true, count: having("victorops", "url") },
  { kind: "Microsoft Teams", count: having("teams", "url") },
  { kind: "Google Chat", count: having("googlechats", "url") },
  { kind: "Discord", count: having("discords", "url") },
  { kind: "Telegram", count: having("telegrams", "token", "chatId") },
  { kind: "Webex", count: having("webexes", "roomId") },
  { kind: "Pushover", count: having("pushovers", "userKey", "apiToken") },
  { kind: "Amazon SNS", count: having("sns", "topic") },
  { kind: "Jira", count: having("jiras", "apiUrl", "project") },
  { kind: "LINE", count: having("lines", "token") },
  { kind: "Threema", count: having("threemas", "gatewayId", "recipientId", "apiSecret") },
  { kind: "WeCom", count: (point) => point.at("wecoms").items().filter(reachesWeCom).length },
  { kind: "DingTalk", count: having("dingdings", "url") },
];

/** Contact points that the stack declares. */
export const contactPoints: (stack: Stack) => readonly ContactPoint[] = perStack((stack) =>
  stack.ofType(grafana.contactPoint),
);

/** The channels of a contact point that reach somebody. Throws UnknownRead. */
export function channelsOf(point: ContactPoint): Channel[] {
  const own = kinds.flatMap(({ kind, pages = false, count }) =>
    Array.from({ length: count(point) }, (): Channel => ({ kind, pages })),
  );
  const webhooks = point
    .at("webhooks")
    .items()
    .filter((entry) => isFilled(entry.at("url")));
  return [...own, ...webhooks.map((entry) => webhookTo(entry.at("url")))];
}

/** Where a webhook leads decides whether it pages; one that is not known yet may. */
function webhookTo(url: AnyValue): Channel {
  return {
    kind: "webhook",
    get pages() {
      const { protocol, hostname = "" } = URL.parse(url.string() ?? "") ?? {};
      return protocol === "https:" && pagersByWebhook.test(hostname);
    },
  };
}

/** Hosts at which services for incidents take the alerts of Grafana, and call whoever is on call until somebody answers. */
const pagersByWebhook =
  /^(?:api\.incident\.io|(?:webhooks|api)\.rootly\.com|(?:api|signals)\.firehydrant\.(?:io|com)|uptime\.betterstack\.com|uptime\.betteruptime\.com|api\.(?:eu\.)?squadcast\.com|api\.ilert\.com|[\w-]+\.xmatters\.com|(?:www|events)\.zenduty\.com|api\.pagertree\.com|notify\.alertops\.com|hooks\.spike\.sh|allquiet\.app|connect\.signl4\.com)$/i;

type Entry<L extends Key<alerting.ContactPointArgs>> = Value<Item<Child<alerting.ContactPointArgs, L>>>;

function hasAddresses(entry: Entry<"emails">): boolean {
  const addresses = entry.at("addresses").items();
  return addresses.length > 0 && every(addresses, (address) => !reachesNobody(address.string() ?? ""));
}

/** By a webhook, or by an application of the company. */
function reachesWeCom(entry: Entry<"wecoms">): boolean {
  return isFilled(entry.at("url")) || (isFilled(entry.at("agentId")) && isFilled(entry.at("secret")));
}

/** By a webhook, or by a token and a channel. */
function reachesSlack(entry: Entry<"slacks">): boolean {
  const url = entry.at("url");
  const isChat = url.isUnknown || isChatUrl(url.string() ?? "");
  return (isFilled(url) && isChat) || (isFilled(entry.at("token")) && isFilled(entry.at("recipient")));
}

/** Slack's own address, or that of a chat which takes the same messages; a path of letters alone stands for a secret. */
function isChatUrl(text: string): boolean {
  const { protocol, hostname = "" } = URL.parse(text) ?? {};
  return protocol === undefined || (protocol === "https:" && chatHosts.test(hostname));
}

const chatHosts =
  /^hooks\.slack(?:-gov)?\.com$|^(?:canary\.|ptb\.)?discord(?:app)?\.com$|\.mattermost\.(?:com|cloud)$|\.rocket\.chat$|^(?:chat|mattermost|mm|rocket|rocketchat|zulip|slack)[\w-]*\./i;

/** The name by which routes know it; without one, the provider uses the name of the resource. Throws UnknownRead. */
export const nameOf = (point: ContactPoint): string => point.at("name").string() ?? point.name;
