import { sentry, vercel } from "../../policies/model/tokens.ts";
import { change, type Fixture, secret, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

const written = "https://0123456789abcdef0123456789abcdef@o0.ingest.de.sentry.io/0";
const withSecretKey = `https://0123456789abcdef:${"f0e1d2c3".repeat(4)}@o0.ingest.de.sentry.io/0`;

/** Ways to break items 5.1 and 5.2, and what the error tracker keeps of item 4.10. */
export const errorTrackingMutants: readonly Mutant[] = [
  {
    policy: "error-tracking-project",
    what: "there is no project",
    break: (stack) => without(stack, "errors-project"),
    takesMore: true,
  },
  {
    policy: "error-tracking-origins",
    what: "the project names no pages",
    break: (stack) => withProps(stack, "errors-project", { clientSecurity: undefined }),
  },
  ...["*", "https://*", "*:443"].map(
    (origin): Mutant => ({
      policy: "error-tracking-origins",
      what: `the project takes events from ${origin}`,
      break: (stack) =>
        withProps(stack, "errors-project", {
          clientSecurity: { allowedDomains: ["https://optropic.example", origin] },
        }),
    }),
  ),
  {
    policy: "error-tracking-key",
    what: "there is no key",
    break: (stack) => without(stack, "errors-key"),
    takesMore: true,
  },
  {
    policy: "error-tracking-key",
    what: "the key is another project's",
    break: (stack) =>
      madeFrom(withProps(stack, "errors-key", { project: "other" }), "errors-key", "project", []),
  },
  {
    policy: "error-tracking-key",
    what: "the key has no rate limit, and nothing protects against spikes",
    break: (stack) =>
      withProps(
        withProps(stack, "errors-key", { rateLimitCount: undefined, rateLimitWindow: undefined }),
        "errors-spike-protection",
        { enabled: false },
      ),
  },
  {
    policy: "error-tracking-key",
    what: "the key takes no events at all",
    break: (stack) => withProps(stack, "errors-key", { rateLimitCount: 0 }),
  },
  {
    policy: "error-tracking-key",
    what: "the key is switched off",
    break: (stack) => withProps(stack, "errors-key", { isActive: false }),
  },
  {
    policy: "sentry-dsn-wired",
    what: "the DSN is written in the program",
    break: (stack) => writtenDsn(stack, written),
  },
  {
    policy: "sentry-dsn-wired",
    what: "the DSN is written in the program at Render",
    break: (stack) => withGroupDsn(stack, { value: written }),
  },
  {
    policy: "sentry-dsn-wired",
    what: "the DSN is made from something else",
    break: (stack) =>
      madeFrom(
        withProps(stack, "web-SENTRY_DSN", { value: secret("https://key@o0.ingest.de.sentry.io/1") }),
        "web-SENTRY_DSN",
        "value",
        ["errors-project"],
      ),
  },
  {
    policy: "sentry-dsn-wired",
    what: "one host has no DSN",
    break: (stack) => without(stack, "web-SENTRY_DSN"),
    takesMore: true,
  },
  {
    policy: "sentry-dsn",
    what: "the DSN of a host is empty",
    break: (stack) => withGroupDsn(stack, { value: "" }),
    takesMore: true,
  },
  {
    policy: "error-tracking-scrubs",
    what: "the loader script records pages",
    break: (stack) =>
      withProps(stack, "errors-key", {
        javascriptLoaderScript: { sessionReplayEnabled: true, debugEnabled: false },
      }),
  },
  {
    policy: "error-tracking-scrubs",
    what: "the loader script prints every event",
    break: (stack) =>
      withProps(stack, "errors-key", {
        javascriptLoaderScript: { sessionReplayEnabled: false, debugEnabled: true },
      }),
  },
  {
    policy: "error-tracking-scrubs",
    what: "the organisation does not scrub",
    break: (stack) => [
      ...stack,
      {
        type: sentry.organizationScrubbing,
        name: "scrubbing",
        props: { organization: "example-organization", dataScrubber: true },
      },
    ],
  },
  {
    policy: "error-tracking-scrubs",
    what: "personal data is sent with each error",
    break: (stack) => [...stack, variable("SENTRY_SEND_DEFAULT_PII", "true")],
  },
  {
    policy: "sentry-dsn-wired",
    what: "the DSN holds the secret key",
    break: (stack) => withProps(stack, "web-SENTRY_DSN", { value: secret(withSecretKey) }),
    takesMore: true,
  },
  {
    policy: "error-tracking-issue-alert",
    what: "nobody is told of issues",
    break: (stack) => without(stack, "errors-issue-alert"),
  },
  {
    policy: "error-tracking-issue-alert",
    what: "the alert on issues is off",
    break: (stack) => withProps(stack, "errors-issue-alert", { enabled: false }),
  },
  {
    policy: "error-tracking-issue-alert",
    what: "nobody is told of regressed issues",
    break: (stack) => withProps(stack, "errors-issue-alert", { triggerConditions: [{ firstSeenEvent: {} }] }),
  },
  {
    policy: "error-tracking-issue-alert",
    what: "the alert on issues does nothing",
    break: (stack) =>
      withProps(stack, "errors-issue-alert", { actionFilters: [{ logicType: "all", actions: [] }] }),
  },
  {
    policy: "error-tracking-issue-alert",
    what: "the alert on issues is about a monitor",
    break: (stack) => madeFrom(stack, "errors-issue-alert", "monitorIds", ["errors-error-rate"]),
  },
  {
    policy: "error-tracking-error-rate",
    what: "there is no monitor of the error rate",
    break: (stack) => without(stack, "errors-error-rate"),
  },
  {
    policy: "error-tracking-error-rate",
    what: "the monitor counts requests",
    break: (stack) => withProps(stack, "errors-error-rate", { aggregate: "count()" }),
  },
  {
    policy: "error-tracking-error-rate",
    what: "the threshold is 2 %",
    break: (stack) =>
      withConditions(stack, [
        { type: "gt", comparison: 0.02, conditionResult: 75 },
        { type: "lte", comparison: 0.02, conditionResult: 0 },
      ]),
  },
  {
    policy: "error-tracking-error-rate",
    what: "the threshold is given in percent",
    break: (stack) =>
      withConditions(stack, [
        { type: "gt", comparison: 1, conditionResult: 75 },
        { type: "lte", comparison: 1, conditionResult: 0 },
      ]),
  },
  {
    policy: "error-tracking-error-rate",
    what: "the threshold resolves the issue",
    break: (stack) => withConditions(stack, [{ type: "gt", comparison: 0.01, conditionResult: 0 }]),
  },
  {
    policy: "error-tracking-error-rate",
    what: "the rate is compared with what is usual",
    break: (stack) => withProps(stack, "errors-error-rate", { issueDetection: { type: "dynamic" } }),
  },
  {
    policy: "error-tracking-monitors-routed",
    what: "a monitor is off",
    break: (stack) => withProps(stack, "errors-uptime-api", { enabled: false }),
  },
  {
    policy: "error-tracking-monitors-routed",
    what: "no alert is about the monitors",
    break: (stack) => without(stack, "errors-incident-alert"),
  },
  {
    policy: "error-tracking-monitors-routed",
    what: "the alert on monitors is off",
    break: (stack) => withProps(stack, "errors-incident-alert", { enabled: false }),
  },
  {
    policy: "error-tracking-monitors-routed",
    what: "the alert leaves out the backup",
    break: (stack) =>
      madeFrom(stack, "errors-incident-alert", "monitorIds", [
        "errors-error-rate",
        "errors-uptime-web",
        "errors-uptime-api",
      ]),
  },
  {
    policy: "error-tracking-incidents-page",
    what: "incidents go by e-mail alone",
    break: (stack) =>
      withProps(stack, "errors-incident-alert", {
        actionFilters: [
          { logicType: "all", actions: [{ email: { targetType: "team", targetId: unknown } }] },
        ],
      }),
  },
];

function madeFrom(stack: Fixture[], name: string, property: string, sources: string[]): Fixture[] {
  return change(stack, name, (fixture) => ({ ...fixture, from: { ...fixture.from, [property]: sources } }));
}

function writtenDsn(stack: Fixture[], value: string): Fixture[] {
  return madeFrom(
    withProps(stack, "web-SENTRY_DSN", { value: secret(value) }),
    "web-SENTRY_DSN",
    "value",
    [],
  );
}

/** The stack with SENTRY_DSN of the environment group replaced. */
function withGroupDsn(stack: Fixture[], variable: { value: string }): Fixture[] {
  return change(stack, "api-variables", (group) => ({
    ...group,
    props: { ...group.props, envVars: { ...Object(group.props.envVars), SENTRY_DSN: variable } },
  }));
}

function withConditions(stack: Fixture[], conditions: readonly object[]): Fixture[] {
  return withProps(stack, "errors-error-rate", { conditionGroup: { logicType: "any", conditions } });
}

/** Another variable of the Vercel project. */
function variable(key: string, value: string): Fixture {
  return {
    type: vercel.variable,
    name: `web-${key}`,
    props: { projectId: unknown, key, value: secret(value), sensitive: false, targets: ["production"] },
    from: { projectId: ["web-project"] },
  };
}
