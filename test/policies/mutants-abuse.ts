import { postgresql, render } from "../../policies/model/tokens.ts";
import { overridden, withApiVariable, withLimits, withPlan, withWaf } from "./edge-edits.ts";
import {
  apiExpression,
  cloudflareManaged,
  limitRule,
  loginExpression,
  owaspCore,
  ruleset,
} from "./edge-rules.ts";
import { secret, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";
import { backupJobOf } from "./mutants-database.ts";

/** Ways to break items 4.4, 4.7 and 4.10. */
export const abuseMutants: readonly Mutant[] = [
  {
    policy: "rate-limit-api",
    what: "only login is limited",
    break: (stack) => withLimits(stack, [limitRule(loginExpression, 10)]),
  },
  {
    policy: "rate-limit-api",
    what: "the API's rule only logs",
    break: (stack) =>
      withLimits(stack, [
        limitRule(loginExpression, 10),
        { ...limitRule(apiExpression, 300), action: "log" },
      ]),
  },
  {
    policy: "rate-limit-api",
    what: "the API's rule is off",
    break: (stack) =>
      withLimits(stack, [
        limitRule(loginExpression, 10),
        { ...limitRule(apiExpression, 300), enabled: false },
      ]),
  },
  {
    policy: "rate-limit-api",
    what: "the API's rule is for another host",
    break: (stack) =>
      withLimits(stack, [
        limitRule(loginExpression, 10),
        limitRule('http.host eq "optropic.example" and starts_with(http.request.uri.path, "/api/")', 300),
      ]),
  },
  {
    policy: "rate-limit-login",
    what: "login has no limit of its own",
    break: (stack) => withLimits(stack, [limitRule(apiExpression, 300)]),
  },
  {
    policy: "rate-limit-login",
    what: "login may be tried as often as anything",
    break: (stack) => withLimits(stack, [limitRule(loginExpression, 300), limitRule(apiExpression, 300)]),
  },
  {
    policy: "rate-limit-login",
    what: "login may be tried more often, by the second",
    break: (stack) =>
      withLimits(withPlan(stack, "enterprise"), [
        limitRule(loginExpression, 10),
        {
          ...limitRule(apiExpression, 300),
          ratelimit: { characteristics: ["cf.colo.id", "ip.src"], period: 3600, requestsPerPeriod: 300 },
        },
      ]),
  },
  {
    policy: "waf-managed-rules",
    what: "Cloudflare's own rules do not run",
    break: (stack) => withWaf(stack, [owaspCore()]),
  },
  {
    policy: "waf-managed-rules",
    what: "the OWASP rules do not run for the API",
    break: (stack) => withWaf(stack, [cloudflareManaged]),
  },
  {
    policy: "waf-managed-rules",
    what: "the OWASP rules only log",
    break: (stack) => withWaf(stack, [cloudflareManaged, owaspCore({ action: "log" })]),
  },
  {
    policy: "waf-managed-rules",
    what: "the OWASP score is out of reach",
    break: (stack) =>
      withWaf(stack, [cloudflareManaged, owaspCore({ action: "block", scoreThreshold: 1000 })]),
  },
  {
    policy: "waf-managed-rules",
    what: "all managed rules only log",
    break: (stack) => withWaf(stack, [overridden({ action: "log" }), owaspCore()]),
  },
  {
    policy: "waf-managed-rules",
    what: "all managed rules are off",
    break: (stack) => withWaf(stack, [overridden({ enabled: false }), owaspCore()]),
  },
  {
    policy: "waf-managed-rules",
    what: "the rules against SQL injection are off",
    break: (stack) =>
      withWaf(stack, [overridden({ categories: [{ category: "sqli", enabled: false }] }), owaspCore()]),
  },
  {
    policy: "waf-managed-rules",
    what: "a rule of the ruleset is off",
    break: (stack) => withWaf(stack, [{ ...cloudflareManaged, enabled: false }, owaspCore()]),
  },
  {
    policy: "waf-managed-rules",
    what: "the rules run on one path",
    break: (stack) =>
      withWaf(stack, [
        { ...cloudflareManaged, expression: 'starts_with(http.request.uri.path, "/login")' },
        owaspCore(),
      ]),
  },
  {
    policy: "waf-managed-rules",
    what: "the API skips them",
    break: (stack) =>
      withWaf(stack, [
        {
          action: "skip",
          expression: 'starts_with(http.request.uri.path, "/api/")',
          actionParameters: { ruleset: "current" },
        },
        cloudflareManaged,
        owaspCore(),
      ]),
  },
  {
    policy: "waf-managed-rules",
    what: "a custom rule skips them for the API",
    break: (stack) => [
      ...stack,
      ruleset("edge-waf-custom", "http_request_firewall_custom", [
        {
          action: "skip",
          expression: 'http.host eq "api.optropic.example"',
          actionParameters: { phases: ["http_request_firewall_managed"] },
        },
      ]),
    ],
  },
  {
    policy: "database-role-least-privilege",
    what: "the application's role makes databases",
    break: (stack) => withProps(stack, "database-application-role", { createDatabase: true }),
  },
  {
    policy: "database-role-least-privilege",
    what: "the application's role reads past row-level security",
    break: (stack) => withProps(stack, "database-application-role", { bypassRowLevelSecurity: true }),
  },
  {
    policy: "database-role-least-privilege",
    what: "the backup's role rules the server",
    break: (stack) => withProps(stack, "database-backup-role", { superuser: true }),
  },
  {
    policy: "database-role-least-privilege",
    what: "the application's role is the owner's equal",
    break: (stack) => withProps(stack, "database-application-role", { roles: ["postgres"] }),
  },
  {
    policy: "database-role-least-privilege",
    what: "membership is granted apart",
    break: (stack) => [
      ...stack,
      {
        type: postgresql.grantRole,
        name: "promotion",
        props: { role: unknown, grantRole: "pg_execute_server_program" },
        from: { role: ["database-application-role"] },
      },
    ],
  },
  {
    policy: "log-level-quiet",
    what: "one host logs at debug",
    break: (stack) => withProps(stack, "web-LOG_LEVEL", { value: secret("debug") }),
  },
  {
    policy: "log-level-quiet",
    what: "the API logs at trace",
    break: (stack) => withApiVariable(stack, "LOG_LEVEL", "TRACE"),
  },
  {
    policy: "log-level-quiet",
    what: "one host does not say",
    break: (stack) => without(stack, "web-LOG_LEVEL"),
  },
  {
    policy: "log-without-statements",
    what: "Prisma prints its queries",
    break: (stack) => withApiVariable(stack, "DEBUG", "prisma:query"),
  },
  {
    policy: "log-without-statements",
    what: "the database logs statements",
    break: (stack) => [
      ...stack,
      {
        type: render.postgres,
        name: "reports-database",
        props: {
          plan: "basic_1gb",
          region: "frankfurt",
          version: "17",
          ipAllowLists: [],
          parameterOverrides: { log_statement: "all" },
        },
        protect: true,
      },
      backupJobOf("reports-database"),
    ],
  },
];
