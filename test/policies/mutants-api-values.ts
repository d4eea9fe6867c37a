import { cloudflare, cloudflareTokens, grafana } from "../../policies/model/tokens.ts";
import { withLimits } from "./edge-edits.ts";
import { apiExpression, limitRule, loginExpression, zoned, zoneSetting } from "./edge-rules.ts";
import { change, type Fixture, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Values that only an API would reject. */
export const apiValueMutants: readonly Mutant[] = [
  {
    policy: "zone-setting-values",
    what: "HTTP/3 is to be yes",
    break: (stack) => withProps(stack, "edge-http3", { value: "yes" }),
  },
  {
    policy: "zone-setting-values",
    what: "the time for browsers is text",
    break: (stack) => withProps(stack, "edge-browser-cache-ttl", { value: "0" }),
  },
  {
    policy: "zone-setting-values",
    what: "a challenge holds for 31 minutes",
    break: (stack) => [...stack, zoneSetting("challenge_ttl", 1860)],
  },
  {
    policy: "zone-setting-values",
    what: "a setting is misspelled",
    break: (stack) => [...stack, zoneSetting("web_sockets", "on")],
  },
  {
    policy: "zone-setting-values",
    what: "browsers keep files for 100 seconds",
    break: (stack) => withProps(stack, "edge-browser-cache-ttl", { value: 100 }),
    takesMore: true,
  },
  {
    policy: "zone-setting-values",
    what: "the reports of network errors are a word",
    break: (stack) => [...stack, zoneSetting("nel", "on")],
  },
  {
    policy: "dns-record-ttl",
    what: "a proxied record lives for five minutes",
    break: (stack) => withProps(stack, "edge-api", { ttl: 300 }),
  },
  {
    policy: "dns-record-ttl",
    what: "a record lives for five seconds",
    break: (stack) => [
      ...stack,
      zoned(cloudflare.dnsRecord, "edge-note", { type: "TXT", name: "note", content: "x", ttl: 5 }),
    ],
  },
  {
    policy: "rate-limit-periods",
    what: "an address is blocked for 601 seconds",
    break: (stack) =>
      withLimits(stack, [
        limitRule(loginExpression, 10),
        {
          ...limitRule(apiExpression, 300),
          ratelimit: { ...limitRule(apiExpression, 300).ratelimit, mitigationTimeout: 601 },
        },
      ]),
  },
  {
    policy: "alert-values",
    what: "a state is misspelled",
    break: (stack) => everyRule(stack, { noDataState: "Ok" }),
  },
  {
    policy: "alert-values",
    what: "the maintenance window is nowhere",
    break: (stack) =>
      withProps(stack, "observability-maintenance", {
        intervals: [
          { weekdays: ["sunday"], times: [{ start: "03:00", end: "04:00" }], location: "Middle-earth/Shire" },
        ],
      }),
  },
  {
    policy: "alert-values",
    what: "the day of the maintenance window is short for one",
    break: (stack) =>
      withProps(stack, "observability-maintenance", {
        intervals: [{ weekdays: ["sun"], times: [{ start: "03:00", end: "04:00" }], location: "UTC" }],
      }),
    takesMore: true,
  },
  {
    policy: "alert-values",
    what: "rules are evaluated each 15 seconds",
    break: (stack) =>
      stack.map((fixture) =>
        fixture.type === grafana.ruleGroup
          ? { ...fixture, props: { ...fixture.props, intervalSeconds: 15 } }
          : fixture,
      ),
  },
  {
    policy: "alert-values",
    what: "the maintenance window ends before it starts",
    break: (stack) =>
      withProps(stack, "observability-maintenance", {
        intervals: [{ weekdays: ["sunday"], times: [{ start: "04:00", end: "03:00" }], location: "UTC" }],
      }),
    takesMore: true,
  },
  ...[{ actionDuration: "2h" }, { actionDuration: "30s" }, { rateLimit: { window: 5 } }].map((edit) => ({
    policy: "firewall-values",
    what: `Vercel's firewall is told ${JSON.stringify(edit)}`,
    break: (stack: Fixture[]) => withFirewallRule(stack, edit),
    takesMore: edit.rateLimit !== undefined,
  })),
  ...["2026-12-24", "2026-02-30T10:00:00Z", "tomorrow", "2026-01-05T00:00:00Z"].map((starts) => ({
    policy: "alert-values",
    what: `a load test runs once, at ${starts}`,
    break: (stack: Fixture[]) => [...stack, loadTestAt({ starts })],
  })),
  {
    policy: "alert-values",
    what: "a load test starts on a day, without a time, and recurs",
    break: (stack) => [...stack, loadTestAt({ starts: "2026-01-05", cron: { schedule: "30 4 * * 1" } })],
  },
  {
    policy: "health-check-method",
    what: "the health check fetches",
    break: (stack) =>
      change(stack, "observability-health-web", (fixture) => ({
        ...fixture,
        props: {
          ...fixture.props,
          settings: { http: { ...Object(fixture.props.settings).http, method: "FETCH" } },
        },
      })),
  },
  {
    policy: "token-resources",
    what: "the resources of a token are a list",
    break: (stack) => [
      ...stack,
      {
        type: cloudflareTokens[0],
        name: "reader-token",
        props: {
          name: "reader",
          policies: [
            {
              effect: "allow",
              permissionGroups: [{ id: "6a018a9f2fc74eb6b293b0c548f38b39" }],
              resources: "[]",
            },
          ],
        },
      },
    ],
  },
  {
    policy: "token-resources",
    what: "the token's resources are not JSON",
    break: (stack) => withResources(stack, "com.cloudflare.api.account.*"),
    takesMore: true,
  },
];

function everyRule(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  return change(stack, "observability-alerts-monitoring", (fixture) => {
    const rules: unknown = fixture.props.rules;
    return {
      ...fixture,
      props: {
        ...fixture.props,
        rules: Array.isArray(rules) ? rules.map((rule) => ({ ...rule, ...edit })) : [],
      },
    };
  });
}

function withResources(stack: Fixture[], resources: string): Fixture[] {
  return change(stack, "backups-token", (fixture) => {
    const policies: unknown = fixture.props.policies;
    return {
      ...fixture,
      props: {
        ...fixture.props,
        policies: Array.isArray(policies) ? policies.map((entry) => ({ ...entry, resources })) : [],
      },
    };
  });
}

function loadTestAt(props: Readonly<Record<string, unknown>>): Fixture {
  return { type: grafana.k6Schedule, name: "load-test-again", props: { loadTestId: "1", ...props } };
}

/** The first rule of Vercel's firewall with other values in its action. */
function withFirewallRule(
  stack: Fixture[],
  { rateLimit, ...edit }: { actionDuration?: string; rateLimit?: Readonly<Record<string, unknown>> },
): Fixture[] {
  return change(stack, "web-firewall", (fixture) => {
    const { rules: list } = Object(fixture.props.rules);
    const [first, ...others] = list;
    const action = { ...first.action, ...edit, rateLimit: { ...first.action.rateLimit, ...rateLimit } };
    return { ...fixture, props: { ...fixture.props, rules: { rules: [{ ...first, action }, ...others] } } };
  });
}
