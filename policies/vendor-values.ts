import { fault, judge, policy } from "./framework/index.ts";
import { rejected } from "./model/rejected.ts";
import { declaredVariables } from "./model/variables.ts";

// Values that a preview passes on and the vendor refuses, or takes for less than was meant.

export const rulesetValues = policy({
  name: "ruleset-values",
  items: ["4.2", "4.4", "4.5", "6.8"],
  title:
    "Every rule at Cloudflare must have a kind, an action, parameters and an expression that its phase takes.",
  severity: "high",
  fix: "Use the actions of the phase, such as rewrite for response headers, with actionParameters and an expression.",
  url: "https://developers.cloudflare.com/ruleset-engine/reference/phases-list/",
  check: (stack, _threshold, context) => rejected(stack, "edgeRules", context),
});

export const variableNames = policy({
  name: "variable-names",
  items: ["2.2", "7R.3", "7V.3"],
  title: "Every variable must have a name that a process can have, and one value for one place.",
  severity: "high",
  fix: "Name it with letters, digits and underscores, such as DATABASE_URL; leave out gitBranch for production.",
  url: "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html",
  check: (stack, _threshold, context) => [
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
    ...rejected(stack, "variables", context),
  ],
});

export const redirectStatus = policy({
  name: "domain-redirect-status",
  items: ["7.6", "7V.4"],
  title: "A domain that redirects must do so with a status that browsers follow.",
  severity: "medium",
  fix: "Set redirectStatusCode to 308, or to 301, 302 or 307.",
  url: "https://vercel.com/docs/domains/working-with-domains/deploying-and-redirecting",
  check: (stack, _threshold, context) => rejected(stack, "redirects", context),
});

export const grantValues = policy({
  name: "database-grant-values",
  items: ["3.1"],
  title: "Every grant and role must have kinds of objects, privileges and limits that PostgreSQL knows.",
  severity: "medium",
  fix: "Use objectType such as table and privileges such as SELECT; leave out a connectionLimit of 0, by which nobody gets in.",
  url: "https://www.postgresql.org/docs/current/ddl-priv.html",
  check: (stack, _threshold, context) => rejected(stack, "grants", context),
});

export const bucketRulesMeet = policy({
  name: "backup-bucket-rules-meet",
  items: ["8.2", "8.3"],
  title: "The lifecycle and the lock of a bucket must be of the same account and jurisdiction as the bucket.",
  severity: "high",
  fix: "Give them the accountId and the jurisdiction of the bucket, and conditions of type Age, Date or Indefinite.",
  url: "https://developers.cloudflare.com/r2/reference/data-location/#jurisdictional-restrictions",
  check: (stack, _threshold, context) => rejected(stack, "bucketRules", context),
});
