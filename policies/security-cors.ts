import type { types } from "@pulumi/cloudflare";
import { adapters } from "./adapters/index.ts";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  judgeStack,
  policy,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "./framework/index.ts";
import { isOwnName } from "./model/own-names.ts";
import { cloudflare, render, vercel } from "./model/tokens.ts";
import { applicationHosts, type Host, judgeVariables } from "./model/variables.ts";
import { actsOn, literals } from "./values/cloudflare-expression.ts";
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
  title: "Every origin that may call the API must be an exact https origin of the platform.",
  severity: "critical",
  fix: "List each origin as https://host, without a wildcard, a path or plain http, and declare the host as a domain or in the DNS of the stack.",
  url: "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS",
  check: (stack) => [
    ...judgeVariables(stack, isOriginList, (value, name) => judgeList(stack, value, name)),
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
    ...rulesetFindings(stack),
    ...routeFindings(stack),
    ...staticSiteFindings(stack),
    ...bucketFindings(stack),
    ...adapters
      .flatMap((adapter) => adapter.corsOrigins?.(stack) ?? [])
      .map((origin) => judge(origin.resource, () => judgeHeader(stack, origin))),
  ],
});

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
function judgeList(stack: Stack, value: string, name: string): true | string {
  const [first, ...others] = judgeOrigins(value);
  if (first === undefined) {
    const foreign = splitOrigins(value).find((origin) => !isOwnName(stack, new URL(origin).hostname));
    return (
      foreign === undefined ||
      `${name} has ${JSON.stringify(foreign.slice(0, 80))}: its host is not a name of the platform.`
    );
  }
  const entry = first.entry === "" ? "" : ` has ${JSON.stringify(first.entry.slice(0, 80))}`;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `${name}${entry}: ${first.message}${more}.`;
}

const isAllowOrigin = (name: string | undefined): boolean =>
  name?.toLowerCase() === "access-control-allow-origin";

function rulesetFindings(stack: Stack): Finding[] {
  return stack
    .ofType(cloudflare.ruleset)
    .flatMap((ruleset) =>
      entries(ruleset.at("rules"), (rules) => rules.items()).flatMap((rule) =>
        entries(rule.at("actionParameters", "headers"), (headers) => headers.entries()).flatMap(
          ([name, change]) =>
            isAllowOrigin(name) ? [judge(ruleset, () => judgeChange(stack, rule, change))] : [],
        ),
      ),
    );
}

/** An expression usually repeats the caller's origin: then the rule itself must say which origins it is for. */
function judgeChange(
  stack: Stack,
  rule: Value<types.input.RulesetRule>,
  change: Value<types.input.RulesetRuleActionParametersHeaders>,
): Verdict {
  if (rule.at("enabled").boolean() === false || change.at("operation").string() === "remove") {
    return true;
  }
  const expression = change.at("expression").string();
  if (expression !== undefined) {
    const foreign = foreignOrigin(rule.at("expression").string() ?? "");
    return (
      foreign === undefined ||
      fault(change, `A rule may answer the origin ${foreign} with Access-Control-Allow-Origin.`)
    );
  }
  return judgeHeader(stack, change.at("value"));
}

/**
 * An origin of nobody's list on which a rule may act; undefined where it surely acts on none. Beside one that has
 * nothing to do with the platform, those that begin, end or look like what the rule compares with.
 */
function foreignOrigin(expression: string): string | undefined {
  const named = literals(expression).map((text) => text.replace(/^https?:\/\//, "").replace(/^\.|\/$/g, ""));
  const hosts = [
    "attacker.example",
    ...named.flatMap((text) => [`${text}.attacker.example`, `attacker-${text}`, `attacker.${text}`]),
  ];
  const origins = hosts.flatMap((host) => [`https://${host}`, `http://${host}`]);
  return ["null", ...origins, ...named.map((host) => `http://${host}`)].find(
    (origin) => actsOn(expression, { ...anyRequest, origin }) !== false,
  );
}

/** Of the host nothing is known, but that it is not one that a rule may name. */
const anyRequest = { host: "", path: "/", isOpenEnded: true, scheme: "https" } as const;

function routeFindings(stack: Stack): Finding[] {
  return stack.ofType(vercel.route).flatMap((route) => [
    ...entries(route.at("route", "headers"), (headers) => headers.entries()).flatMap(([name, value]) =>
      isAllowOrigin(name) ? [judge(route, () => judgeHeader(stack, value))] : [],
    ),
    ...entries(route.at("route", "transforms"), (transforms) => transforms.items()).map((transform) =>
      judge(route, () => {
        const isAnswer = transform.at("type").string() === "response.headers";
        const sets = isAnswer && isAllowOrigin(transform.at("target").json().at("key").string());
        return !sets || judgeHeader(stack, transform.at("args").json());
      }),
    ),
  ]);
}

function staticSiteFindings(stack: Stack): Finding[] {
  return stack
    .ofType(render.staticSite)
    .flatMap((site) =>
      entries(site.at("headers"), (headers) => headers.items()).map((header) =>
        judge(
          site,
          () => !isAllowOrigin(header.at("name").string()) || judgeHeader(stack, header.at("value")),
        ),
      ),
    );
}

function bucketFindings(stack: Stack): Finding[] {
  return stack
    .ofType(cloudflare.r2Cors)
    .flatMap((cors) =>
      entries(cors.at("rules"), (rules) => rules.items()).flatMap((rule) =>
        entries(rule.at("allowed", "origins"), (origins) => origins.items()).map((origin) =>
          judge(cors, () => judgeHeader(stack, origin)),
        ),
      ),
    );
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

/** The entries of a list or map; empty while all of it is unknown. */
function entries<V extends AnyValue, T>(value: V, read: (value: V) => T[]): T[] {
  return value.isUnknown ? [] : read(value);
}
