import { every, type Resource, type Stack, type Value } from "../framework/index.ts";
import { isPlaceholder } from "../values/placeholder.ts";
import { isGiven } from "./alert-rules.ts";
import { perStack } from "./per-stack.ts";
import { grafana } from "./tokens.ts";

/** One way in which a contact point of Grafana reaches people; its reads throw UnknownRead. */
export interface Channel {
  readonly kind: string;
  /** Whether it wakes somebody: it keeps calling until a person answers. */
  readonly pages: boolean;
  readonly entry: Value;
}

interface ChannelKind {
  readonly property: string;
  readonly kind: string;
  readonly pages?: true;
  /** Whether an entry says whom it reaches; that a secret is given is enough. */
  readonly isComplete: (entry: Value) => boolean;
}

const has =
  (...keys: readonly string[]) =>
  (entry: Value): boolean =>
    keys.every((key) => isGiven(entry.at(key)));

/** The notifiers of the provider's contact points, by the property that lists them. */
const kinds: readonly ChannelKind[] = [
  { property: "emails", kind: "e-mail", isComplete: hasAddresses },
  { property: "slacks", kind: "Slack", isComplete: (it) => has("url")(it) || has("token", "recipient")(it) },
  { property: "pagerduties", kind: "PagerDuty", pages: true, isComplete: has("integrationKey") },
  { property: "oncalls", kind: "Grafana OnCall", pages: true, isComplete: has("url") },
  { property: "opsgenies", kind: "Opsgenie", pages: true, isComplete: has("apiKey") },
  { property: "victorops", kind: "Splunk On-Call", pages: true, isComplete: has("url") },
  { property: "teams", kind: "Microsoft Teams", isComplete: has("url") },
  { property: "googlechats", kind: "Google Chat", isComplete: has("url") },
  { property: "discords", kind: "Discord", isComplete: has("url") },
  { property: "telegrams", kind: "Telegram", isComplete: has("token", "chatId") },
  { property: "webexes", kind: "Webex", isComplete: has("roomId") },
  { property: "pushovers", kind: "Pushover", isComplete: has("userKey", "apiToken") },
  { property: "sns", kind: "Amazon SNS", isComplete: has("topic") },
  { property: "webhooks", kind: "webhook", isComplete: has("url") },
];

/** Contact points that the stack declares. */
export const contactPoints: (stack: Stack) => readonly Resource[] = perStack((stack) =>
  stack.ofType(grafana.contactPoint),
);

/** The channels of a contact point that reach somebody. Throws UnknownRead. */
export function channelsOf(contactPoint: Resource): Channel[] {
  return kinds.flatMap(({ property, kind, pages, isComplete }) =>
    contactPoint
      .at(property)
      .items()
      .filter(isComplete)
      .map((entry) => ({ kind, pages: pages === true, entry })),
  );
}

function hasAddresses(entry: Value): boolean {
  const addresses = entry.at("addresses").items();
  return addresses.length > 0 && every(addresses, (address) => !isPlaceholder(address.string() ?? ""));
}
