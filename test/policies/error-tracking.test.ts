import { describe, expect, test } from "vitest";
import { sentryDsn } from "../../policies/environment.ts";
import * as errorTracking from "../../policies/error-tracking.ts";
import * as errorTrackingAlerts from "../../policies/error-tracking-alerts.ts";
import { sentry, stackReference } from "../../policies/model/tokens.ts";
import {
  change,
  type Fixture,
  outcomeOf,
  staging,
  unknown,
  violated,
  without,
  withProps,
} from "./fixture.ts";
import { componentParts, passingStack } from "./passing-stack.ts";

test("a stack without error tracking violates what must be there", () => {
  const bare = without(passingStack(), ...componentParts("errors"));
  expect(violated(bare)).toEqual([
    "error-tracking-error-rate",
    "error-tracking-incidents-page",
    "error-tracking-issue-alert",
    "error-tracking-key",
    "error-tracking-monitors-routed",
    "error-tracking-origins",
    "error-tracking-project",
    "sentry-dsn-wired",
  ]);
});

describe("what a preview does not know", () => {
  test.each([
    { policy: errorTrackingAlerts.issueAlert, name: "errors-issue-alert", property: "triggerConditions" },
    { policy: errorTrackingAlerts.errorRate, name: "errors-error-rate", property: "aggregate" },
    { policy: errorTrackingAlerts.monitorsRouted, name: "errors-incident-alert", property: "enabled" },
  ])("leaves $policy.name open: $property of $name", ({ policy, name, property }) => {
    const stack = withProps(passingStack(), name, { [property]: unknown });
    expect(outcomeOf(policy, stack).status).toBe("unknown");
  });

  test("takes the DSN in a map of variables for the stack's, unless another stack may give it", () => {
    const stack = without(passingStack(), "web-SENTRY_DSN", "web-project");
    expect(outcomeOf(errorTracking.sentryDsnWired, stack).status).toBe("passed");
    const shared = [
      ...change(stack, "api-variables", (fixture) => ({
        ...fixture,
        from: { ...fixture.from, envVars: [...(fixture.from?.envVars ?? []), "other"] },
      })),
      { type: stackReference, name: "other", props: { name: "acme/optropic/shared" } },
    ];
    expect(outcomeOf(errorTracking.sentryDsnWired, shared).status).toBe("unknown");
  });
});

describe("SENTRY_DSN as a recommended variable", () => {
  const web = (value: unknown, from: string[]) =>
    change(passingStack(), "web-SENTRY_DSN", (fixture) => ({
      ...fixture,
      props: { ...fixture.props, value },
      from: { ...fixture.from, value: from },
    }));

  test.each<[string, string, unknown, string[]]>([
    ["is there where it is made from a key", "passed", unknown, ["errors-key"]],
    ["is there where it is written", "passed", "https://key@o1.ingest.sentry.io/1", []],
    ["may be there where it is unknown", "unknown", unknown, []],
    ["is not there where it is empty", "violated", "", []],
  ])("%s", (_, status, value, from) => {
    expect(outcomeOf(sentryDsn, web(value, from)).status).toBe(status);
  });
});

describe("once the key exists", () => {
  const own = "https://0123abcd@o1.ingest.de.sentry.io/42";
  const deployed = (dsn: string) =>
    change(withVariables(passingStack(), dsn), "errors-key", (key) => ({
      ...key,
      outputs: { id: "key", dsn: { public: own, csp: "https://o1.ingest.de.sentry.io/api/42/csp-report/" } },
    }));

  test("its DSN is told by value", () => {
    expect(outcomeOf(errorTracking.sentryDsnWired, deployed(own)).status).toBe("passed");
  });

  test("another project's DSN is too, whatever it is made from", () => {
    const outcome = outcomeOf(errorTracking.sentryDsnWired, deployed(own.replace("42", "43")));
    expect(outcome.violations).toHaveLength(2);
    expect(outcome.violations[0]?.found).not.toContain("ingest");
  });
});

describe("other ways that hold", () => {
  test("a project and a key known by the slug alone", () => {
    const stack = change(passingStack(), "errors-key", ({ from: _, ...key }) => ({
      ...key,
      props: { ...key.props, project: "optropic-app" },
    }));
    expect(outcomeOf(errorTracking.errorTrackingKey, stack).status).toBe("passed");
  });

  test("an organisation that scrubs", () => {
    const scrubbing: Fixture = {
      type: sentry.organizationScrubbing,
      name: "scrubbing",
      props: { organization: "example", dataScrubber: true, dataScrubberDefaults: true },
    };
    expect(outcomeOf(errorTracking.errorTrackingScrubs, [...passingStack(), scrubbing]).status).toBe(
      "passed",
    );
  });

  test.each<[string, Record<string, unknown>]>([
    [
      "as lists",
      {
        conditionsV2: [{ firstSeenEvent: {} }, { regressionEvent: {} }],
        actionsV2: [{ notifyEmail: { targetType: "Team", targetIdentifier: "7" } }],
      },
    ],
    [
      "as JSON",
      {
        conditions: JSON.stringify([
          { id: "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" },
          { id: "sentry.rules.conditions.regression_event.RegressionEventCondition" },
        ]),
        actions: JSON.stringify([{ id: "sentry.mail.actions.NotifyEmailAction" }]),
      },
    ],
  ])("an issue alert from before monitors, %s", (_, props) => {
    const stack = change(passingStack(), "errors-issue-alert", ({ name }) => ({
      type: sentry.issueAlert[0],
      name,
      props,
    }));
    expect(violated(stack)).toEqual([]);
  });

  test.each([
    [0.01, []],
    [0.05, ["error-tracking-error-rate"]],
  ])("a metric alert from before monitors, at %d", (alertThreshold, expected) => {
    const stack = change(passingStack(), "errors-error-rate", ({ name }) => ({
      type: sentry.metricAlert[0],
      name,
      props: { aggregate: "failure_rate()", thresholdType: 0, triggers: [{ alertThreshold }] },
    }));
    expect(violated(stack)).toEqual(expected);
  });
});

test("monitors need not be there where alerts are from before monitors", () => {
  const monitors: readonly string[] = [sentry.metricMonitor, sentry.uptimeMonitor, sentry.cronMonitor];
  const alert: Fixture = {
    type: sentry.metricAlert[0],
    name: "errors-error-rate",
    props: { aggregate: "failure_rate()", thresholdType: 0, triggers: [{ alertThreshold: 0.01 }] },
  };
  expect(violated([...passingStack().filter(({ type }) => !monitors.includes(type)), alert])).toEqual([]);
});

test("nobody has to be paged in staging", () => {
  const stack = withProps(passingStack(), "errors-incident-alert", {
    actionFilters: [{ logicType: "all", actions: [{ email: { targetType: "team", targetId: unknown } }] }],
  });
  const [violation] = outcomeOf(errorTrackingAlerts.incidentsPage, stack, staging).violations;
  expect(violation?.enforcementLevel).toBe("advisory");
});

test.each([
  [5, "violated"],
  [10, "passed"],
  [20, "passed"],
])(
  "the error rate may be configured to be stricter than the checklist: %d in a thousand",
  (figure, status) => {
    const outcome = outcomeOf(errorTrackingAlerts.errorRate, passingStack(), undefined, {
      maximumPerThousand: figure,
    });
    expect(outcome.status).toBe(status);
  },
);

/** The stack with the DSN of both hosts known. */
function withVariables(stack: Fixture[], value: string): Fixture[] {
  return change(withProps(stack, "web-SENTRY_DSN", { value }), "api-variables", (group) => ({
    ...group,
    props: { ...group.props, envVars: { ...Object(group.props.envVars), SENTRY_DSN: { value } } },
  }));
}
