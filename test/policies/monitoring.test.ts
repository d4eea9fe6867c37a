import { describe, expect, test } from "vitest";
import * as alertCoverage from "../../policies/alert-coverage.ts";
import * as alertDetails from "../../policies/alert-details.ts";
import * as alerts from "../../policies/alerts.ts";
import * as objectives from "../../policies/backup-objectives.ts";
import * as cdn from "../../policies/cdn.ts";
import * as contacts from "../../policies/contacts.ts";
import * as dashboards from "../../policies/dashboards.ts";
import type { Policy } from "../../policies/framework/index.ts";
import * as health from "../../policies/health.ts";
import * as logs from "../../policies/logs.ts";
import * as metrics from "../../policies/metrics.ts";
import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import * as notifications from "../../policies/notifications.ts";
import * as onCall from "../../policies/on-call.ts";
import { registry } from "../../policies/registry.ts";
import {
  allUnknown,
  type Fixture,
  outcomeOf,
  staging,
  unknown,
  violated,
  without,
  withProps,
} from "./fixture.ts";
import type { Mutant } from "./mutants.ts";
import { alertMutants } from "./mutants-alerts.ts";
import { cdnMutants, contactMutants, monitoringMutants } from "./mutants-monitoring.ts";
import { notificationMutants, onCallMutants } from "./mutants-notifications.ts";
import { componentParts, passingStack } from "./passing-stack.ts";

const sections = [
  metrics,
  dashboards,
  alerts,
  alertCoverage,
  alertDetails,
  health,
  logs,
  cdn,
  notifications,
  onCall,
  contacts,
];
const policies = sections.flatMap((section) => Object.values<Policy>(section));

const mutants: readonly Mutant[] = [
  ...alertMutants,
  ...notificationMutants,
  ...onCallMutants,
  ...monitoringMutants,
  ...cdnMutants,
  ...contactMutants,
];

describe("a violation", () => {
  test("is named by the item that it is about", () => {
    for (const { policy, break: mutate } of mutants) {
      const judged = registry.find(({ name }) => name === policy);
      const { violations } = judged ? outcomeOf(judged, mutate(passingStack())) : { violations: [] };
      expect(violations[0]?.items.length).toBeGreaterThan(0);
      expect(violations[0]?.items).toEqual(judged?.items);
    }
  });
});

describe("a stack without monitoring", () => {
  const monitoring = ["observability", "on-call", "logs"].flatMap(componentParts);
  const bare = without(passingStack(), ...monitoring, "optropic-production");

  test("violates what has to be there", () => {
    // Logs need not go anywhere; that they do not is for log-aggregation to say.
    const silent = new Set(["log-drain-every-host"]);
    const elsewhere = new Set(["log-format-json", ...Object.values<Policy>(cdn).map(({ name }) => name)]);
    const expected = policies
      .map(({ name }) => name)
      .filter((name) => !silent.has(name) && !elsewhere.has(name) && name !== "health-checked-outside");
    // The stack's exports go with it.
    const exported = Object.values<Policy>(objectives).map(({ name }) => name);
    const missing = exported.filter((name) => name !== "backup-interval");
    expect(new Set(violated(bare))).toEqual(new Set([...expected, ...missing]));
  });

  test("is advised only, in staging, of what production alone needs", () => {
    const softened = policies.filter(({ productionOnly }) => productionOnly);
    expect(softened.map(({ name }) => name).sort()).toEqual([
      "alert-backup-overdue",
      "critical-alerts-page",
      "escalation-levels",
      "escalation-to-schedule",
      "on-call-people",
      "on-call-without-gap",
      "pager-reaches-on-call",
    ]);
    for (const policy of softened) {
      const { violations } = outcomeOf(policy, bare, staging);
      expect(violations.every(({ enforcementLevel }) => enforcementLevel === "advisory")).toBe(true);
    }
  });
});

test("a contact point with an empty list of pagers is none, as an exported state has it", () => {
  expect(violated(withProps(passingStack(), "observability-slack", { pagerduties: [] }))).toEqual([]);
  const none = withProps(passingStack(), "observability-pagerduty", { pagerduties: [] });
  expect(violated(none)).toContain("pager-reaches-on-call");
});

test("metrics and health are asked of hosts of the application, not of records that lead elsewhere", () => {
  const record: Fixture = {
    type: cloudflare.dnsRecord,
    name: "edge-docs",
    props: { zoneId: unknown, type: "CNAME", name: "docs.optropic.example", content: "docs", proxied: true },
    from: { zoneId: ["edge-zone"] },
  };
  expect(violated([...passingStack(), record])).toEqual([]);
  const domain: Fixture = {
    type: vercel.domain,
    name: "web-docs",
    props: { projectId: unknown, domain: "docs.optropic.example" },
    from: { projectId: ["web-project"] },
  };
  const served = { ...record, props: { ...record.props, content: "cname.vercel-dns.com" } };
  // The application has the same metrics at each of its names.
  expect(violated([...passingStack(), served, domain])).toEqual(["health-checked-outside"]);
});

test.each(policies)("$name takes no unknown for a violation", (policy) => {
  const { status } = outcomeOf(policy, allUnknown(passingStack()));
  expect(["passed", "unknown"]).toContain(status);
});
