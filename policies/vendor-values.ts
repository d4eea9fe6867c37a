import type { types } from "@pulumi/cloudflare";
import { fault, judge, policy, type Value, type Verdict, violation } from "./framework/index.ts";
import { isGiven } from "./model/given.ts";
import { cloudflare, postgresql, vercel } from "./model/tokens.ts";
import { firstWrong, isOneOf, isThere } from "./model/value-checks.ts";
import { declaredVariables } from "./model/variables.ts";
import { isExpression } from "./values/cloudflare-expression.ts";
import {
  headerOperations,
  needsParameters,
  phaseActions,
  privilegesOf,
  rulesetKinds,
} from "./values/ruleset-values.ts";

// Values that a preview passes on and the vendor refuses, or takes for less than was meant.

export const rulesetValues = policy({
  name: "ruleset-values",
  items: ["4.2", "4.4", "4.5", "6.8"],
  title:
    "Every rule at Cloudflare must have a kind, an action, parameters and an expression that its phase takes.",
  severity: "high",
  fix: "Use the actions of the phase, such as rewrite for response headers, with actionParameters and an expression.",
  url: "https://developers.cloudflare.com/ruleset-engine/reference/phases-list/",
  check: (stack) =>
    stack.ofType(cloudflare.ruleset).flatMap((ruleset) => {
      const phase = ruleset.at("phase");
      const actions = phase.isUnknown ? undefined : phaseActions.get(phase.string() ?? "");
      return [
        judge(ruleset, () => isOneOf(ruleset.at("kind"), rulesetKinds, `The kind of ${ruleset.name}`)),
        ...(ruleset.at("rules").isUnknown ? [] : ruleset.at("rules").items()).map((rule) =>
          judge(ruleset, () => judgeRule(rule, actions, ruleset.name)),
        ),
      ];
    }),
});

type Rule = Value<types.input.RulesetRule>;

function judgeRule(rule: Rule, actions: readonly string[] | undefined, name: string): Verdict {
  const action = rule.at("action");
  const parameters = rule.at("actionParameters");
  const text = action.string() ?? "";
  const expression = rule.at("expression");
  const characteristics = rule.at("ratelimit", "characteristics");
  return firstWrong([
    isThere(action, `The action of a rule of ${name}`),
    actions === undefined || isOneOf(action, actions, `The action of a rule of ${name}`),
    isThere(expression, `The expression of a rule of ${name}`),
    isExpression(expression.string() ?? "") ||
      fault(
        expression,
        `A rule of ${name} has ${JSON.stringify(expression.string())}, which is not an expression.`,
      ),
    !needsParameters.has(text) ||
      parameters.isUnknown ||
      parameters.entries().length > 0 ||
      fault(parameters, `A rule of ${name} has the action ${text} and says nothing of what to do.`),
    ...headersOf(parameters).flatMap(([header, change]) => [
      isThere(change.at("operation"), `The operation on ${header} of a rule of ${name}`),
      isOneOf(change.at("operation"), headerOperations, `The operation on ${header} of a rule of ${name}`),
    ]),
    !isGiven(rule.at("ratelimit")) ||
      characteristics.isUnknown ||
      characteristics.strings().includes("cf.colo.id") ||
      fault(
        characteristics,
        `A rate limit of ${name} does not count by cf.colo.id, without which Cloudflare takes none.`,
      ),
    !isGiven(rule.at("ratelimit")) ||
      characteristics.isUnknown ||
      characteristics.strings().some((key) => key !== "cf.colo.id") ||
      fault(
        characteristics,
        `A rate limit of ${name} counts everybody together: one visitor can use up what all have.`,
      ),
  ]);
}

function headersOf(parameters: ReturnType<typeof parametersOf>) {
  const headers = parameters.at("headers");
  return headers.isUnknown ? [] : headers.entries();
}

const parametersOf = (rule: Rule) => rule.at("actionParameters");

export const variableNames = policy({
  name: "variable-names",
  items: ["2.2", "7R.3", "7V.3"],
  title: "Every variable must have a name that a process can have, and one value for one place.",
  severity: "high",
  fix: "Name it with letters, digits and underscores, such as DATABASE_URL; leave out gitBranch for production.",
  url: "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html",
  check: (stack) => [
    ...declaredVariables(stack).map((variable) =>
      judge(variable.resource, () => {
        const name = variable.name();
        return (
          name === undefined ||
          /^[A-Za-z_]\w*$/.test(name) ||
          fault(variable.value, `${JSON.stringify(name)} is not the name of a variable.`)
        );
      }),
    ),
    ...stack.ofType(vercel.variable).map((variable) =>
      judge(variable, () => {
        const targets = variable.at("targets");
        const wrong = targets.items().find((target) => !vercelTargets.has(target.string() ?? ""));
        const branch = variable.at("gitBranch");
        if (wrong !== undefined) {
          return fault(
            wrong,
            `${variable.name} is for ${JSON.stringify(wrong.string())}, which is no target at Vercel.`,
          );
        }
        return (
          !isGiven(branch) ||
          !targets.strings().includes("production") ||
          fault(
            branch,
            `${variable.name} is for production and for one branch of previews, which Vercel refuses.`,
          )
        );
      }),
    ),
  ],
});

const vercelTargets: ReadonlySet<string> = new Set(["production", "preview", "development"]);

export const redirectStatus = policy({
  name: "domain-redirect-status",
  items: ["7.6", "7V.4"],
  title: "A domain that redirects must do so with a status that browsers follow.",
  severity: "medium",
  fix: "Set redirectStatusCode to 308, or to 301, 302 or 307.",
  url: "https://vercel.com/docs/domains/working-with-domains/deploying-and-redirecting",
  check: (stack) =>
    stack.ofType(vercel.domain).map((domain) =>
      judge(domain, () => {
        const status = domain.at("redirectStatusCode");
        const isGone = domain.at("redirect").string() === "";
        return isGone
          ? fault(domain.at("redirect"), `${domain.name} redirects to nothing.`)
          : isOneOf(status, [301, 302, 307, 308], `The redirectStatusCode of ${domain.name}`);
      }),
    ),
});

export const grantValues = policy({
  name: "database-grant-values",
  items: ["3.1"],
  title: "Every grant and role must have kinds of objects, privileges and limits that PostgreSQL knows.",
  severity: "medium",
  fix: "Use objectType such as table and privileges such as SELECT; leave out a connectionLimit of 0, by which nobody gets in.",
  url: "https://www.postgresql.org/docs/current/ddl-priv.html",
  check: (stack) => [
    ...stack.ofType(postgresql.grant, postgresql.defaultPrivileges).map((grant) =>
      judge(grant, () => {
        const kind = grant.at("objectType").string() ?? "";
        const privileges = privilegesOf.get(kind);
        if (privileges === undefined) {
          return fault(
            grant.at("objectType"),
            `${grant.name} is about ${JSON.stringify(kind)}, which is no kind of object.`,
          );
        }
        const wrong = grant
          .at("privileges")
          .items()
          .find((item) => ![...privileges, "ALL"].includes(item.string()?.toUpperCase() ?? ""));
        return (
          wrong === undefined ||
          fault(
            wrong,
            `${grant.name} grants ${JSON.stringify(wrong.string())}, which is no privilege of a ${kind}.`,
          )
        );
      }),
    ),
    ...stack.ofType(postgresql.role).flatMap((role) => {
      const limit = role.at("connectionLimit");
      const isShut = !limit.isUnknown && limit.number() === 0 && role.at("login").boolean() === true;
      return isShut ? [violation(fault(limit, `${role.name} may log in and have no connection.`), role)] : [];
    }),
  ],
});

export const bucketRulesMeet = policy({
  name: "backup-bucket-rules-meet",
  items: ["8.2", "8.3"],
  title: "The lifecycle and the lock of a bucket must be of the same account and jurisdiction as the bucket.",
  severity: "high",
  fix: "Give them the accountId and the jurisdiction of the bucket, and conditions of type Age, Date or Indefinite.",
  url: "https://developers.cloudflare.com/r2/reference/data-location/#jurisdictional-restrictions",
  check: (stack) =>
    stack.ofType(cloudflare.r2Lifecycle, cloudflare.r2Lock).map((rules) =>
      judge(rules, () => {
        const name = rules.at("bucketName");
        const bucket = stack
          .ofType(cloudflare.r2Bucket)
          .find(
            (it) =>
              rules.dependenciesOf("bucketName").includes(it) ||
              (!name.isUnknown && !it.at("name").isUnknown && it.at("name").string() === name.string()),
          );
        if (bucket === undefined) return true;
        for (const [property, normal] of [
          ["accountId", undefined],
          ["jurisdiction", "default"],
        ] as const) {
          const [own, other] = [bucket.at(property), rules.at(property)];
          if (own.isUnknown || other.isUnknown) continue;
          if ((own.string() ?? normal) !== (other.string() ?? normal)) {
            return fault(
              other,
              `${rules.name} is for the ${property} ${other.string() ?? normal ?? "of nobody"}, and the bucket is in ${own.string() ?? normal ?? "none"}: it does not hold there.`,
            );
          }
        }
        const conditions = rules
          .at("rules")
          .items()
          .flatMap((rule) => rule.as<unknown>())
          .flatMap((rule) => [rule.at("condition"), rule.at("deleteObjectsTransition", "condition")])
          .filter((condition) => condition.exists);
        return firstWrong(
          conditions.flatMap((condition) => [
            isThere(condition.at("type"), `The type of a condition of ${rules.name}`),
            isOneOf(
              condition.at("type"),
              ["Age", "Date", "Indefinite"],
              `The type of a condition of ${rules.name}`,
            ),
          ]),
        );
      }),
    ),
});
