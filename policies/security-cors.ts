import {
  type AnyValue,
  fault,
  judge,
  judgeStack,
  known,
  policy,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { domains } from "./model/domains.ts";
import { corsAnswers, corsOrigins } from "./model/facts.ts";
import { isOwnName } from "./model/own-names.ts";
import { applicationHosts, type Host, judgeVariables } from "./model/variables.ts";
import { judgeOrigins, originFault, splitOrigins } from "./values/origins.ts";
import { shownValue } from "./values/shown-value.ts";

// Item 4.3.

export const corsOriginsListed = policy({
  name: "cors-origins-listed",
  items: ["4.3"],
  title: "Every host of the application must list the origins that may call it.",
  severity: "high",
  fix: "Set the variable CORS_ORIGINS on the host to https origins separated by commas, such as https://app.example.com.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS",
  check: (stack) => {
    const hosts = applicationHosts(stack);
    return hosts.length === 0
      ? [judgeStack(() => "No host is declared, so none lists the origins that may call it.")]
      : hosts.map((host) => judge(host.resource, () => listsOrigins(host)));
  },
});

export const corsOriginsExact = policy({
  name: "cors-origins-exact",
  items: ["4.3"],
  title:
    "Every origin that may call the API must be an exact https origin of the platform, or one that the settings list.",
  severity: "critical",
  fix: "List each origin as https://host, without a wildcard, a path or plain http, and declare the host as a domain or in the DNS of the stack. List a partner's origin in the stack's settings, such as edge.corsOrigins.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS",
  check: (stack, _threshold, { isSupplied }) => [
    ...judgeVariables(stack, isOriginList, (value, name) => judgeList(stack, value, name, isSupplied)),
    ...judgeVariables(stack, isOriginSwitch, judgeSwitch),
  ],
});

export const corsHeader = policy({
  name: "cors-header-restricted",
  items: ["4.3"],
  title: "No rule may answer every origin with Access-Control-Allow-Origin.",
  severity: "critical",
  fix: "Name one https origin in the rule or the bucket, or leave the header to the application, which knows the list.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Origin",
  check: (stack) => [
    ...corsAnswers(stack).map(({ resource, origin, repeats, hosts }) =>
      judge(resource, () => {
        const value = origin();
        const isOthers = hosts !== undefined && !hosts().some((host) => isServed(stack, host));
        if (isOthers) return true;
        return repeats?.() ?? (value === undefined || judgeHeader(stack, value));
      }),
    ),
    ...corsOrigins(stack).map((origin) => judge(origin.resource, () => judgeHeader(stack, origin))),
  ],
});

/** Whether the stack serves a host; `*.example.com` is each name below it. */
function isServed(stack: Stack, host: string): boolean {
  const [, parent] = /^\*(\..+)$/.exec(host) ?? [];
  return domains(stack).some((domain) => {
    const name = known(() => (domain.isServing() ? domain.name.string()?.toLowerCase() : undefined));
    return name !== undefined && (name === host || (parent !== undefined && name.endsWith(parent)));
  });
}

/** The name that this platform gives the list, and the names that others give it. */
const isOriginList = (name: string): boolean =>
  /^(?:\w+_)?(?:CORS_(?:ALLOWED_|ALLOW_)?(?:ORIGINS?|DOMAINS?|WHITELIST)|(?:CORS_)?ALLOW(?:ED)?_ORIGINS?|ORIGIN_WHITELIST|TRUSTED_ORIGINS?|CORS)(?:_\w+)?$/i.test(
    name,
  ) && !isOriginSwitch(name);

/** Names of what widens the list by a pattern, or does away with it. */
const isOriginSwitch = (name: string): boolean =>
  /(?:CORS|ORIGINS?)\w*_?(?:REG_?EXP?|PATTERNS?|SUFFIX(?:ES)?|ALL|ANY|REFLECT\w*|DISABLED?|WILDCARDS?|CREDENTIALS|METHODS|HEADERS|MAX_AGE|ENABLED)$/i.test(
    name,
  ) || /(?:ALLOW_ALL|ALLOW_ANY|REFLECT|DISABLE)_?(?:CORS|ORIGINS?)/i.test(name);

/** No pattern can be proved to stand for listed origins alone. */
function judgeSwitch(value: string, name: string): true | string {
  const text = value.trim().toLowerCase();
  if (
    /CREDENTIALS$|METHODS$|HEADERS$|MAX_AGE$|ENABLED$/i.test(name) ||
    ["", "false", "0", "no", "off"].includes(text)
  ) {
    return true;
  }
  return `${name} is ${shownValue(value)}, which allows origins that no list names; list them in CORS_ORIGINS.`;
}

function listsOrigins(host: Host): Verdict {
  const isListed = some(host.variables, (variable) => isOriginList(variable.name() ?? ""));
  return isListed || "No variable lists the origins that may call this host: CORS_ORIGINS is missing.";
}

/** Origins are public, so a message may repeat them; a long one is cut. */
function judgeList(
  stack: Stack,
  value: string,
  name: string,
  isSupplied: (text: string) => boolean,
): true | string {
  const [first, ...others] = judgeOrigins(value);
  if (first === undefined) {
    const foreign = splitOrigins(value).find(
      (origin) => !isOwnName(stack, new URL(origin).hostname) && !isSupplied(origin),
    );
    return (
      foreign === undefined ||
      `${name} has ${JSON.stringify(foreign.slice(0, 80))}: its host is not a name of the platform, and no setting lists it.`
    );
  }
  const entry = first.entry === "" ? "" : ` has ${JSON.stringify(first.entry.slice(0, 80))}`;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `${name}${entry}: ${first.message}${more}.`;
}

function judgeHeader(stack: Stack, value: AnyValue): Verdict {
  const text = value.string();
  const wrong =
    text === undefined
      ? undefined
      : (originFault(text.trim()) ??
        (isOwnName(stack, new URL(text.trim()).hostname)
          ? undefined
          : "its host is not a name of the platform"));
  return (
    wrong === undefined || fault(value, `Access-Control-Allow-Origin is ${JSON.stringify(text)}: ${wrong}.`)
  );
}
