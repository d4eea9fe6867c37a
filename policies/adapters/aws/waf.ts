import {
  type Fault,
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
} from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import { cloudFront, waf } from "../../model/aws-tokens.ts";
import type { RateLimit } from "../../model/edge.ts";
import { isGiven } from "../../model/given.ts";
import type { SampleRequest } from "../../values/sample-request.ts";

type Acl = ResourceOf<args.WebAclArgs>;
type Rule = Value<args.AclRule>;
type Statement = Value<args.Statement>;
type Match = Value<args.Match>;

/** The web ACL of a distribution or a load balancer. */
export function aclOf(stack: Stack, edge: Resource): Acl | undefined {
  const named = edge.is(cloudFront.distribution) ? namedAcl(stack, edge) : undefined;
  return (
    named ??
    stack
      .ofType(waf.association)
      .filter(
        (association) =>
          association.refersTo(edge, "resourceArn") ||
          association.dependenciesOf("resourceArn").includes(edge),
      )
      .flatMap((association) => association.dependenciesOf("webAclArn"))
      .find((it) => it.is(waf.acl))
  );
}

/** The one that a distribution names. */
function namedAcl(stack: Stack, distribution: ResourceOf<args.DistributionArgs>): Acl | undefined {
  const name = distribution.at("webAclId");
  const own = isGiven(name)
    ? distribution.dependenciesOf("webAclId").find((it) => it.is(waf.acl))
    : undefined;
  const id = name.isUnknown ? undefined : name.string();
  return own ?? (id === undefined ? undefined : stack.ofType(waf.acl).find((acl) => acl.id === id));
}

/** Amazon's rule groups against injection. */
const groups = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"] as const;

/** What keeps the managed rules from requests: they are missing, only count, or a rule before them lets past. */
export function managedFault(acl: Acl | undefined): Fault | undefined {
  if (acl === undefined) {
    return { found: "no web ACL with managed rules acts on it" };
  }
  const acting: Rule[] = [];
  for (const group of groups) {
    const rule = rulesOf(acl).find(
      (candidate) => candidate.at("statement", "managedRuleGroupStatement", "name").string() === group,
    );
    if (rule === undefined) {
      return fault(acl.at("rules"), `${acl.name} does not have the rule group ${group}`);
    }
    acting.push(rule);
    const statement = rule.at("statement", "managedRuleGroupStatement");
    const override = rule.at("overrideAction");
    if (override.at("count").exists) {
      return fault(override, `the rule group ${group} only counts`);
    }
    if (statement.at("scopeDownStatement").exists) {
      return unproved(
        statement.at("scopeDownStatement"),
        `the rule group ${group} acts only on some requests`,
        "Remove scopeDownStatement, or waive this policy for the resource.",
      );
    }
    const counted = statement
      .at("ruleActionOverrides")
      .items()
      .find((it) => it.at("actionToUse", "count").exists || it.at("actionToUse", "allow").exists);
    const excluded = statement.at("excludedRules").items()[0];
    const weakened = counted ?? excluded;
    if (weakened !== undefined && essential.test(weakened.at("name").string() ?? "")) {
      return fault(weakened, `the rule ${weakened.at("name").string()} of ${group} does not block`);
    }
  }
  const allowing = acting.map((rule) => allowingBefore(acl, rule)).find((it) => it !== undefined);
  return (
    allowing &&
    unproved(
      allowing,
      `the rule ${allowing.at("name").string()} of ${acl.name} lets requests past the rules after it`,
      "Remove the rule, or give it a higher priority number than the managed rules and the rate limits have.",
    )
  );
}

/** Rules that a site with a database and pages cannot do without. */
const essential = /SQLi|CrossSiteScripting|GenericRFI|GenericLFI|RestrictedExtensions/i;

/** A rule that allows ends the judgment of a request: what comes after it, by its priority, does not act. */
function allowingBefore(acl: Acl, rule: Rule): Rule | undefined {
  const place = rule.at("priority").number() ?? Number.POSITIVE_INFINITY;
  return rulesOf(acl).find(
    (other) =>
      other.at("action", "allow").exists &&
      (other.at("priority").number() ?? Number.NEGATIVE_INFINITY) <= place,
  );
}

export function limitsOf(acl: Acl | undefined): RateLimit[] {
  if (acl === undefined) {
    return [];
  }
  return rulesOf(acl).flatMap((rule): RateLimit[] => {
    const statement = rule.at("statement", "rateBasedStatement");
    const limit = statement.at("limit").number();
    const stops = (["block", "challenge", "captcha"] as const).some(
      (action) => rule.at("action", action).exists,
    );
    if (limit === undefined || !stops || allowingBefore(acl, rule) !== undefined) {
      return [];
    }
    const scope = statement.at("scopeDownStatement");
    const acts = (request: SampleRequest) => !scope.exists || takes(scope, request) === true;
    return [
      {
        resource: acl,
        rate: limit / (statement.at("evaluationWindowSec").number() ?? 300),
        names: textsIn(scope),
        usesPattern: usesPattern(scope),
        chosenKey: chosenKey(statement),
        actsOn: acts,
        counts: acts,
      },
    ];
  });
}

const rulesOf = (acl: Acl): Rule[] => acl.at("rules").items();

/** A forwarded address is a header, which the caller writes. */
function chosenKey(statement: Value<args.RateBased>): string | undefined {
  const kind = statement.at("aggregateKeyType").string() ?? "IP";
  return kind === "IP" || kind === "CONSTANT" ? undefined : kind;
}

/** Whether a statement matches a request; undefined where that is not known. */
function takes(statement: Statement, request: SampleRequest): boolean | undefined {
  const inner = (kind: "andStatement" | "orStatement") => statement.at(kind, "statements").items();
  if (statement.at("andStatement").exists) {
    const answers = inner("andStatement").map((one) => takes(one, request));
    return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
  }
  if (statement.at("orStatement").exists) {
    const answers = inner("orStatement").map((one) => takes(one, request));
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  }
  if (statement.at("notStatement").exists) {
    const [one] = statement.at("notStatement", "statements").items();
    const answer = one && takes(one, request);
    return answer === undefined ? undefined : !answer;
  }
  const [match, pattern] = [statement.at("byteMatchStatement"), statement.at("regexMatchStatement")];
  return match.exists
    ? matches(match, request)
    : pattern.exists
      ? matchesPattern(pattern, request)
      : undefined;
}

const usesPattern = (scope: Statement): boolean =>
  scope.at("regexMatchStatement").exists ||
  (["andStatement", "orStatement", "notStatement"] as const).some((kind) =>
    scope.at(kind, "statements").items().some(usesPattern),
  );

/** A path of which only the beginning is known may go on so that a pattern matches no longer. */
function matchesPattern(match: Match, request: SampleRequest): boolean | undefined {
  const text = fieldOf(match, request);
  const pattern = match.at("regexString").string();
  if (text === undefined || pattern === undefined || request.isOpenEnded === true) {
    return undefined;
  }
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return undefined;
  }
}

/** What a statement looks at, as its transformations leave it. */
function fieldOf(match: Match, request: SampleRequest): string | undefined {
  const field = match.at("fieldToMatch");
  const header = field.at("singleHeader", "name").string()?.toLowerCase();
  const text = field.at("uriPath").exists
    ? request.path
    : field.at("method").exists
      ? request.method
      : header === "host"
        ? request.host
        : undefined;
  const isLower = match
    .at("textTransformations")
    .items()
    .some((one) => one.at("type").string() === "LOWERCASE");
  return isLower ? text?.toLowerCase() : text;
}

function matches(match: Match, request: SampleRequest): boolean | undefined {
  const field = match.at("fieldToMatch");
  const own = fieldOf(match, request);
  const wanted = match.at("searchString").string();
  if (own === undefined || wanted === undefined) {
    return undefined;
  }
  const isOpen = request.isOpenEnded === true && field.at("uriPath").exists;
  switch (match.at("positionalConstraint").string()) {
    case "STARTS_WITH":
      return own.startsWith(wanted) || (isOpen && wanted.startsWith(own) ? undefined : false);
    case "EXACTLY":
      return isOpen ? (wanted.startsWith(own) ? undefined : false) : own === wanted;
    case "CONTAINS":
      return own.includes(wanted) || (isOpen ? undefined : false);
    case "ENDS_WITH":
      return isOpen ? undefined : own.endsWith(wanted);
    default:
      return undefined;
  }
}

function textsIn(statement: Statement): string[] {
  return [
    ...(known(() => statement.at("byteMatchStatement", "searchString").string()) ?? "")
      .split(" ")
      .filter((text) => text !== ""),
    ...(["andStatement", "orStatement", "notStatement"] as const).flatMap((kind) =>
      statement.at(kind, "statements").items().flatMap(textsIn),
    ),
  ];
}
