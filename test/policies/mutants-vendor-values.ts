import { vercel } from "../../policies/model/tokens.ts";
import { headerRule, headerRules, pageHeaders } from "./edge-rules.ts";
import { secret, unknown, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Values that a vendor refuses or takes for less, and monitors that watch something else. */
export const vendorValueMutants: readonly Mutant[] = [
  {
    policy: "ruleset-values",
    what: "a rule on headers has an action of another phase",
    break: (stack) =>
      withProps(stack, "edge-response-headers", {
        rules: [
          ...headerRules(pageHeaders),
          { ...headerRule({ "X-Version": "1" }), expression: 'http.host eq "x.example"', action: "route" },
        ],
      }),
  },
  {
    policy: "variable-names",
    what: "a name has a dash",
    break: (stack) => [
      ...stack,
      {
        type: vercel.variable,
        name: "web-extra",
        props: {
          projectId: unknown,
          key: "FEATURE-FLAGS",
          value: secret("on"),
          sensitive: true,
          targets: ["production"],
        },
        from: { projectId: ["web-project"] },
      },
    ],
  },
  {
    policy: "domain-redirect-status",
    what: "a domain redirects with 200",
    break: (stack) => withProps(stack, "web-redirect", { redirectStatusCode: 200 }),
  },
  {
    policy: "database-grant-values",
    what: "a sequence may be deleted from",
    break: (stack) =>
      withProps(stack, "database-application-sequence-grant", { privileges: ["SELECT", "USAGE", "DELETE"] }),
  },
  {
    policy: "backup-bucket-rules-meet",
    what: "the lifecycle is of another jurisdiction",
    break: (stack) => withProps(stack, "backups-lifecycle", { jurisdiction: "fedramp" }),
  },
  {
    policy: "monitors-watch-platform",
    what: "the alert tells only of staging",
    break: (stack) => withProps(stack, "errors-incident-alert", { environment: "staging" }),
  },
];
