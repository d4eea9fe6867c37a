import type * as pulumi from "@pulumi/pulumi";
import { declare, given } from "../declare.ts";

const runbook = "https://wiki.shop.example/runbooks";

/** Alarms of CloudWatch and monitors of Datadog, on-call at Opsgenie. */
export function monitoring(zone: string, options: pulumi.CustomResourceOptions): void {
  const pages = topic("pages", options, [
    ["https", "https://api.opsgenie.com/v1/json/cloudwatch"],
    ["email", `oncall@${zone}`],
  ]);
  const mails = topic("mails", options, [["email", `team@${zone}`]]);
  const alarm = (name: string, severity: "critical" | "warning", inputs: pulumi.Inputs) =>
    declare(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      name,
      {
        name,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 3,
        period: 60,
        treatMissingData: "breaching",
        alarmDescription: `${runbook}/${name}`,
        alarmActions: [given(severity === "critical" ? pages : mails)],
        tags: { severity },
        ...inputs,
      },
      options,
    );
  const balanced = { namespace: "AWS/ApplicationELB", dimensions: { LoadBalancer: "app/balancer/1" } };
  alarm("errors", "critical", {
    threshold: 1,
    period: undefined,
    metricQueries: [
      query("m1", "HTTPCode_Target_5XX_Count"),
      query("m2", "RequestCount"),
      { id: "e1", expression: "100*(m1/m2)", returnData: true },
    ],
  });
  alarm("latency-p95", "warning", {
    ...balanced,
    metricName: "TargetResponseTime",
    extendedStatistic: "p95",
    threshold: 0.5,
  });
  alarm("latency-p99", "warning", {
    ...balanced,
    metricName: "TargetResponseTime",
    extendedStatistic: "p99",
    threshold: 1,
  });
  alarm("down", "critical", {
    ...balanced,
    metricName: "HealthyHostCount",
    statistic: "Minimum",
    threshold: 1,
    comparisonOperator: "LessThanThreshold",
  });
  alarm("memory", "warning", {
    namespace: "AWS/ECS",
    metricName: "MemoryUtilization",
    statistic: "Maximum",
    threshold: 90,
  });
  alarm("connections", "warning", {
    namespace: "AWS/RDS",
    metricName: "DatabaseConnections",
    statistic: "Maximum",
    threshold: 400,
  });
  alarm("connection-errors", "warning", {
    namespace: "AWS/RDS",
    metricName: "DatabaseConnectionsSetupFailed",
    statistic: "Sum",
    threshold: 1,
  });
  for (const host of [zone, `api.${zone}`]) {
    const check = declare(
      "aws:route53/healthCheck:HealthCheck",
      `check-${host}`,
      {
        type: "HTTPS",
        fqdn: host,
        port: 443,
        resourcePath: "/health",
        requestInterval: 30,
        failureThreshold: 2,
      },
      options,
    );
    alarm(`health-${host}`, "critical", {
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      statistic: "Minimum",
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      dimensions: { HealthCheckId: given(check) },
    });
  }
  declare("datadog:index/monitor:Monitor", "checkout-latency", {
    name: "Checkout is slow",
    type: "query alert",
    query: "percentile(last_5m):p95:trace.http.request{service:api} > 0.5",
    message: `See ${runbook}/checkout @slack-shop`,
    priority: "3",
    monitorThresholds: { critical: "0.5" },
  });
  declare(
    "aws:cloudwatch/dashboard:Dashboard",
    "dashboard",
    {
      dashboardName: "shop",
      dashboardBody: JSON.stringify({
        widgets: ["TargetResponseTime", "RequestCount", "HTTPCode_Target_5XX_Count", "CPUUtilization"].map(
          (metric) => ({
            type: "metric",
            properties: { metrics: [["AWS/ApplicationELB", metric]] },
          }),
        ),
      }),
    },
    options,
  );
  onCall();
}

const query = (id: string, metricName: string) => ({
  id,
  metric: { namespace: "AWS/ApplicationELB", metricName, period: 60, stat: "Sum" },
});

function topic(
  name: string,
  options: pulumi.CustomResourceOptions,
  addresses: readonly (readonly [string, string])[],
) {
  const own = declare("aws:sns/topic:Topic", name, { name }, options);
  for (const [protocol, endpoint] of addresses) {
    declare(
      "aws:sns/topicSubscription:TopicSubscription",
      `${name}-${protocol}`,
      { topic: given(own), protocol, endpoint },
      options,
    );
  }
  return own;
}

function onCall(): void {
  const [first, second] = ["ada", "grace"].map((name) =>
    declare("opsgenie:index/user:User", name, {
      username: `${name}@shop.example`,
      fullName: name,
      role: "User",
    }),
  );
  const schedule = declare("opsgenie:index/schedule:Schedule", "schedule", {
    name: "shop",
    timezone: "Europe/Berlin",
  });
  declare("opsgenie:index/scheduleRotation:ScheduleRotation", "rotation", {
    scheduleId: given(schedule),
    startDate: "2026-01-05T08:00:00Z",
    type: "weekly",
    length: 1,
    participants: [first, second].map((user) => ({ type: "user", id: user && given(user) })),
  });
  declare("opsgenie:index/escalation:Escalation", "escalation", {
    name: "shop",
    rules: [
      {
        condition: "if-not-acked",
        notifyType: "default",
        delay: 1,
        recipients: [{ type: "schedule", id: given(schedule) }],
      },
      {
        condition: "if-not-acked",
        notifyType: "all",
        delay: 15,
        recipients: [{ type: "user", id: second && given(second) }],
      },
    ],
  });
}
