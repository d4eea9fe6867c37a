import { declare, given } from "./declare.ts";

/** Monitors of Datadog, and on-call at PagerDuty by its newer schedules. */
export function watch(domain: string): void {
  const runbook = `https://wiki.${domain}/runbooks`;
  const page = "@pagerduty-production";
  const chat = "@slack-alerts";
  for (const [name, priority, query] of [
    [
      "errors",
      1,
      "sum(last_5m):sum:trace.http.request.errors{env:prod}.as_count() / sum:trace.http.request.hits{env:prod}.as_count() > 0.01",
    ],
    ["p95", 3, "percentile(last_5m):p95:trace.http.request{env:prod} > 0.5"],
    ["p99", 3, "percentile(last_5m):p99:trace.http.request{env:prod} > 1"],
    ["memory", 3, "avg(last_10m):avg:container.memory.usage_pct{env:prod} > 0.9"],
    ["connections", 3, "avg(last_5m):max:postgresql.percent_usage_connections{env:prod} > 0.8"],
    ["connection-errors", 3, "sum(last_5m):sum:app.db.connection_errors{env:prod} > 5"],
    ["down", 1, "min(last_5m):min:app.up{env:prod} < 1"],
    ["health", 1, "min(last_5m):min:synthetics.http.response.ok{env:prod} < 1"],
  ] as const) {
    declare("datadog:index/monitor:Monitor", name, {
      name,
      type: "query alert",
      query,
      priority: String(priority),
      notifyNoData: true,
      message: `${runbook}/${name} ${priority === 1 ? page : chat}`,
    });
  }
  declare("datadog:index/syntheticsTest:SyntheticsTest", "outside", {
    name: "outside",
    type: "api",
    status: "live",
    locations: ["aws:eu-central-1", "aws:us-east-1"],
    requestDefinition: { method: "GET", url: `https://${domain}/health` },
  });
  const users = ["ada", "grace"].map((name) =>
    declare("pagerduty:index/user:User", name, { name, email: `${name}@${domain}`, role: "limited_user" }),
  );
  const schedule = declare("pagerduty:index/schedulev2:Schedulev2", "on-call", {
    name: "On call",
    timeZone: "Europe/Berlin",
    rotations: [
      {
        events: [
          {
            name: "Weeks",
            startTime: "2026-01-05T09:00:00+01:00",
            endTime: "2026-01-12T09:00:00+01:00",
            effectiveSince: "2026-01-05T09:00:00+01:00",
            recurrences: ["RRULE:FREQ=WEEKLY"],
            assignmentStrategy: {
              type: "rotating_member_assignment_strategy",
              shiftsPerMember: 1,
              members: users.map((user) => ({ type: "user_member", userId: given(user) })),
            },
          },
        ],
      },
    ],
  });
  const [, second] = users;
  declare("pagerduty:index/escalationPolicy:EscalationPolicy", "escalation", {
    name: "On call",
    rules: [
      { escalationDelayInMinutes: 10, targets: [{ type: "schedule_reference", id: given(schedule) }] },
      { escalationDelayInMinutes: 10, targets: [{ type: "user_reference", id: second && given(second) }] },
    ],
  });
}

/** What the program exports. */
export function exported(domain: string, loginPath: string) {
  const contact = (who: string) => `${who}@${domain}`;
  return {
    contacts: {
      technicalLead: contact("lead"),
      devops: contact("ops"),
      databaseAdmin: contact("data"),
      security: contact("security"),
    },
    objectives: { rtoMinutes: 120, rpoMinutes: 1440 },
    dashboardUrl: "https://app.datadoghq.eu/dashboard/abc-def-ghi",
    errorTrackingUrl: "https://app.datadoghq.eu/error-tracking",
    statusPageUrl: `https://status.${domain}`,
    healthCheckPath: "/health",
    loginPath,
  };
}
