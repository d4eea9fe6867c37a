import type { types, ZeroTrustAccessApplicationArgs } from "@pulumi/cloudflare";
import { fault, type Resource, type ResourceOf, type Stack, type Value } from "../../framework/index.ts";
import type { CorsAnswer } from "../../model/adapter.ts";
import { entries, isAllowOrigin } from "../../model/cors.ts";
import { cloudflare } from "../../model/tokens.ts";
import { accessPlaces } from "../../model/zones.ts";
import { actsOn, literals, usesPattern } from "../../values/cloudflare-expression.ts";
import { representativePaths } from "../../values/representative-paths.ts";
import { placeParts } from "../../values/star-pattern.ts";

function ruleAnswers(stack: Stack): CorsAnswer[] {
  return stack
    .ofType(cloudflare.ruleset)
    .flatMap((ruleset) =>
      entries(ruleset.at("rules"), (rules) => rules.items()).flatMap((rule) =>
        entries(rule.at("actionParameters", "headers"), (headers) => headers.entries()).flatMap(
          ([name, change]) => [
            ...(isAllowOrigin(name) ? [toAnswer(ruleset, rule, change)] : []),
            ...(name.toLowerCase() === "origin" ? [toPretense(ruleset, rule, change)] : []),
          ],
        ),
      ),
    );
}

/** An expression usually repeats the caller's origin: then the rule itself must say which origins it is for. */
function toAnswer(
  ruleset: Resource,
  rule: Value<types.input.RulesetRule>,
  change: Value<types.input.RulesetRuleActionParametersHeaders>,
): CorsAnswer {
  const isSent = () => rule.at("enabled").boolean() !== false && change.at("operation").string() !== "remove";
  const isRepeated = () => change.at("expression").string() !== undefined;
  // Fonts and scripts of a CDN are read by any site: nobody's data is in them.
  const isOfFiles = () =>
    change.at("value").string() === "*" && actsOnFilesAlone(rule.at("expression").string() ?? "");
  return {
    resource: ruleset,
    origin: () => (isSent() && !isRepeated() && !isOfFiles() ? change.at("value") : undefined),
    repeats: () => {
      const foreign =
        isSent() && isRepeated() ? foreignOrigin(rule.at("expression").string() ?? "") : undefined;
      return foreign === undefined
        ? undefined
        : fault(change, `A rule may answer the origin ${foreign} with Access-Control-Allow-Origin.`);
    },
  };
}

/** A rule that gives requests an origin of its choice: the host then allows whoever calls. */
function toPretense(
  ruleset: Resource,
  rule: Value<types.input.RulesetRule>,
  change: Value<types.input.RulesetRuleActionParametersHeaders>,
): CorsAnswer {
  return {
    resource: ruleset,
    origin: () => undefined,
    repeats: () =>
      rule.at("enabled").boolean() === false || change.at("operation").string() === "remove"
        ? undefined
        : fault(
            change,
            `A rule of ${ruleset.name} sets the header Origin of requests, so the host allows every origin.`,
          ),
  };
}

/** Whether a rule surely leaves alone everything but files by their folder. */
function actsOnFilesAlone(expression: string): boolean {
  const paths = representativePaths(literals(expression), ["/", "/api/"]).filter(
    (path) => !fileFolder.test(path),
  );
  return (
    !usesPattern(expression) &&
    ["", ...literals(expression)].every((host) =>
      paths.every((path) => actsOn(expression, { host, path, scheme: "https" }) === false),
    )
  );
}

const fileFolder = /^\/(?:static|assets|fonts|images|_next\/static|_nuxt|_astro|_app)(?:\/|$)/;

/**
 * An origin of nobody's list on which a rule may act; undefined where it surely acts on none. Beside one that has
 * nothing to do with the platform, those that begin, end or look like what the rule compares with.
 */
function foreignOrigin(expression: string): string | undefined {
  const named = literals(expression).map((text) => text.replace(/^https?:\/\//, "").replace(/^\.|\/$/g, ""));
  // A regular expression is tried with the names in it: what goes before them, and what a dot may be.
  const patterned = usesPattern(expression)
    ? literals(expression).flatMap(
        (text) => text.replaceAll("\\.", ".").match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi) ?? [],
      )
    : [];
  const hosts = [
    "attacker.example",
    ...patterned.flatMap((text) => [
      `attacker-${text}`,
      `attacker${text}`,
      `${text}.attacker.example`,
      // The first dot of three labels or more: of two, no name is left.
      ...(/\..*\./.test(text) ? [text.replace(".", "x")] : []),
      `attacker.${text.replace(".", "x")}`,
    ]),
    ...named.flatMap((text) => [`${text}.attacker.example`, `attacker-${text}`, `attacker.${text}`]),
  ];
  const origins = hosts.flatMap((host) => [`https://${host}`, `http://${host}`]);
  return ["null", ...origins, ...named.map((host) => `http://${host}`)].find(
    (origin) => actsOn(expression, { ...anyRequest, origin }) !== false,
  );
}

/** Of the host nothing is known, but that it is not one that a rule may name. */
const anyRequest = { host: "", path: "/", isOpenEnded: true, scheme: "https" } as const;

function bucketAnswers(stack: Stack): CorsAnswer[] {
  return stack.ofType(cloudflare.r2Cors).flatMap((cors) =>
    entries(cors.at("rules"), (rules) => rules.items()).flatMap((rule) =>
      entries(rule.at("allowed", "origins"), (origins) => origins.items()).map((origin) => ({
        resource: cors,
        origin: () => origin,
      })),
    ),
  );
}

/** Access answers preflights in place of the host that it stands before, with origins of its own. */
function accessAnswers(stack: Stack): CorsAnswer[] {
  return stack.ofType(cloudflare.access).flatMap((application) => {
    const cors = application.at("corsHeaders");
    if (!cors.isUnknown && !cors.exists) return [];
    const all = cors.at("allowAllOrigins");
    const hosts = () => accessHosts(application);
    return [
      {
        resource: application,
        hosts,
        origin: () => undefined,
        repeats: () =>
          all.boolean() === true
            ? fault(all, `${application.name} answers preflights of every origin.`)
            : undefined,
      },
      ...entries(cors.at("allowedOrigins"), (origins) => origins.items()).map((origin) => ({
        resource: application,
        hosts,
        origin: () => origin,
      })),
    ];
  });
}

const accessHosts = (application: ResourceOf<ZeroTrustAccessApplicationArgs>): string[] =>
  accessPlaces(application).flatMap((place) => placeParts(place.string() ?? "").slice(0, 1));

/** Rules on response headers, buckets and sign-ins. */
export const corsAnswers = (stack: Stack): CorsAnswer[] => [
  ...ruleAnswers(stack),
  ...bucketAnswers(stack),
  ...accessAnswers(stack),
];
