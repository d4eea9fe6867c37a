import * as z from "zod";
import {
  cronSchedule,
  dateOnly,
  digits,
  emailAddress,
  hostAndPort,
  httpsUrl,
  identifier,
  line,
  slackChannel,
  slug,
  text,
  timeOfDay,
  timeZone,
  urlPath,
  whole,
} from "./kinds.ts";
import { withoutRepeats } from "./repeats.ts";

/** Error tracking, by Sentry. The DSN is no setting: the stack declares the key and hands its DSN on. */
export const errorTrackingSchema = z
  .strictObject({
    organization: slug.meta({ description: "Slug of the Sentry organization.", checklist: ["5.1", "C.9"] }),
    team: slug.optional().meta({
      description:
        "Slug of the team that the stack declares. By default the project's name, followed by the stage except in production.",
    }),
    pagerDutyIntegration: digits.optional().meta({
      description:
        "Number of the PagerDuty integration that is installed in the organization, in quotes. Without it, alerts are only mailed.",
      checklist: ["5.1", "S6.3"],
    }),
    region: z.enum(["us", "de"]).default("de").meta({
      description: "Where Sentry keeps the organization's data. Sentry cannot move it later.",
    }),
    keyRateLimit: z
      .strictObject({
        count: whole(1, 1_000_000).default(300).meta({ description: "Events accepted in a window." }),
        windowSeconds: whole(1, 86_400).default(60).meta({ description: "Window in seconds." }),
      })
      .prefault({})
      .meta({
        description:
          "Rate limit of the key, which is public. Events above it are dropped. It needs the plan Business.",
      }),
  })
  .meta({ description: "Error tracking, by Sentry.", checklist: ["5.1", "5.2", "2.8"] });

const muteTiming = z
  .strictObject({
    weekdays: z
      .array(z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))
      .min(1)
      .max(7)
      .default(["sunday"])
      .meta({ description: "Days of the maintenance window." }),
    start: timeOfDay.default("03:00").meta({ description: "Start, in UTC." }),
    end: timeOfDay.default("04:00").meta({ description: "End, in UTC, on the same day." }),
  })
  .refine(({ start, end }) => start < end, {
    error: "an end after observability.muteTiming.start",
    path: ["end"],
    when: ({ value }) => wellFormedWindow.safeParse(value).success,
  })
  .prefault({})
  .meta({ description: "Maintenance window, in which only critical alerts are sent." });

const wellFormedWindow = z.object({ start: timeOfDay, end: timeOfDay });

/** Metrics, dashboards and alerts, on a stack of Grafana Cloud. */
export const observabilitySchema = z
  .strictObject({
    grafana: z
      .strictObject({
        url: httpsUrl.meta({ description: "URL of the Grafana stack.", checklist: ["5.5", "C.8"] }),
        stackId: digits.meta({
          description: "Number of the stack, in quotes. The scrape job and the load tests belong to it.",
        }),
        dataSource: slug.default("grafanacloud-prom").meta({
          description:
            "UID of the Prometheus data source. The default is the one that comes with a Grafana Cloud stack.",
        }),
        routes: z
          .enum(["replace", "keep"], { error: '"replace" or "keep"' })
          .default("replace")
          .meta({
            description:
              "The notification policy of the Grafana organization, of which there is one: the program replaces it with its own, or keeps what is there and lets each alert rule name its contact point itself.",
            checklist: ["S6.3"],
          }),
        prometheus: z
          .strictObject({
            url: httpsUrl.meta({ description: "URL of the server's API." }),
            username: line.meta({ description: "Name that Grafana logs in with." }),
          })
          .optional()
          .meta({
            description:
              "A Prometheus server to declare as that data source instead of the stack's own. It must have the series of the hosts and of the health checks.",
          }),
      })
      .meta({ description: "The Grafana stack. Tokens come from the environment." }),
    metricsPath: urlPath.default("/api/metrics").meta({
      description: "Path of the metrics. It requires the token METRICS_TOKEN.",
      checklist: ["5.4"],
    }),
    scrapeIntervalSeconds: z
      .literal([30, 60, 120], { error: "30, 60 or 120 seconds" })
      .default(60)
      .meta({ description: "How often the metrics are scraped, in seconds.", expected: "30, 60 or 120" }),
    syntheticProbes: z
      .array(identifier)
      .min(1)
      .max(20)
      .default(["Frankfurt", "London", "NorthVirginia"])
      .meta({
        description: "Public probes of Grafana Synthetic Monitoring that call the health checks.",
        checklist: ["5.7", "A.3"],
      }),
    slackChannel: slackChannel.default("#optropic-alerts").meta({
      description: "Slack channel for alerts. The webhook's URL is a secret of the stack.",
      checklist: ["S6.3"],
    }),
    muteTiming,
  })
  .meta({ description: "Metrics, dashboards and alerts, by Grafana.", checklist: ["5.5", "5.6", "S6.2"] });

const person = z
  .strictObject({
    name: line.meta({ description: "Name of the person or role." }),
    email: emailAddress.meta({ description: "The person's address at PagerDuty." }),
  })
  .meta({ expected: "a mapping of name and email" });

/** Who is called, by PagerDuty. */
export const onCallSchema = z
  .strictObject({
    account: slug.meta({ description: "Subdomain of the PagerDuty account." }),
    people: z
      .array(person)
      .min(1)
      // A level of an escalation has ten targets at most, and the last level is everyone.
      .max(10)
      .superRefine(
        withoutRepeats(
          "an address that nobody else in the list has",
          ({ email }) => email.toLowerCase(),
          "email",
        ),
      )
      .meta({ description: "People in the rotation, in order.", checklist: ["S6.4"] }),
    invite: z.boolean().default(true).meta({
      description:
        "Whether the stack declares the people as users, which invites them. If false, they must already be users.",
    }),
    timeZone: timeZone.default("Etc/UTC").meta({ description: "Time zone of the rotation." }),
    start: dateOnly.meta({ description: "Day on which the first rotation starts." }),
    handoffHour: whole(0, 23).default(9).meta({ description: "Hour of the handoff, in the time zone." }),
    rotationDays: whole(1, 28)
      .default(7)
      .meta({
        description: "Days that one person is on call before the next takes over.",
        checklist: ["S6.4"],
      }),
    escalation: z
      .strictObject({
        firstMinutes: whole(1, 1440).default(10).meta({
          description: "Minutes until an unacknowledged incident goes to the second level.",
        }),
        secondMinutes: whole(1, 1440).default(20).meta({
          description: "Minutes until it goes to everyone, and then starts over.",
        }),
        repeat: whole(0, 9).default(2).meta({ description: "How many times it starts over." }),
      })
      .prefault({})
      .meta({ description: "Escalation of incidents that nobody has acknowledged.", checklist: ["S6.5"] }),
  })
  .meta({ description: "Who is paged, through PagerDuty. The token comes from the environment." });

/** Where the logs of both hosts go. */
export const logsSchema = z
  .strictObject({
    aggregator: z.enum(["loki", "datadog", "cloudwatch"]).meta({
      description: "Where the logs are kept: Grafana Loki, Datadog or Amazon CloudWatch.",
      checklist: ["5.9"],
    }),
    endpoint: httpsUrl.meta({
      description: "URL that Vercel posts JSON to. For Loki, the URL of a collector: see docs/logs.md.",
    }),
    syslog: hostAndPort.meta({
      description: "Host and port of the collector that Render sends syslog to, over TLS: see docs/logs.md.",
    }),
  })
  .meta({ description: "Where the logs of both hosts go. The token is a secret of the stack." });

/** The load test, of staging only. */
export const loadTestSchema = z
  .strictObject({
    virtualUsers: whole(1, 1000)
      .default(10)
      .meta({
        description: "Concurrent users. Together they must stay below the rate limits of the edge.",
        checklist: ["6.1"],
      }),
    user: emailAddress.optional().meta({
      description:
        "Address of the load test's own user in staging. If omitted, nobody logs in. Its password is a secret of the stack.",
    }),
    paths: z.array(urlPath).max(20).default([]).meta({
      description:
        "Paths of the API that a user requests in each round, in addition to the home page and the health check.",
    }),
    pauseSeconds: whole(1, 300)
      .default(5)
      .meta({ description: "Pause of a user after each round, in seconds." }),
    durationSeconds: whole(10, 3600).default(300).meta({
      description: "Length of a test in seconds, including its ramps.",
    }),
    soakMinutes: whole(1, 1440)
      .default(120)
      .meta({
        description: "Length of a soak test in minutes.",
        checklist: ["6.6"],
      }),
    loadZone: text("a load zone such as amazon:de:frankfurt", 60, /^[a-z]+:[a-z]{2}:[a-z]+$/)
      .default("amazon:de:frankfurt")
      .meta({ description: "Load zone from which Grafana k6 runs the test." }),
    start: dateOnly.default("2026-01-05").meta({
      description: "First day of the schedule.",
    }),
    schedule: cronSchedule.default("30 4 * * 1").meta({
      description: "When Grafana k6 runs the test: five cron fields, in UTC.",
    }),
  })
  .prefault({})
  .meta({ description: "The load test, for staging only. Its thresholds are the objectives." });

/** Pages that people open; those of dashboards and errors follow from the other settings. */
export const linksSchema = z
  .strictObject({
    statusPage: httpsUrl.meta({ description: "Public status page.", checklist: ["C.10"] }),
    runbooks: httpsUrl.meta({
      description: "URL of the runbooks. Each alert links to one of them.",
      checklist: ["5.6"],
    }),
  })
  .meta({
    description: "Pages for people. The links to dashboards and errors follow from other settings.",
  });
