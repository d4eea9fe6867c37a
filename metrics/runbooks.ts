import type { AlertName } from "./alerts.ts";

/** What to do when an alert fires: each line is one step, in Markdown. */
export interface Runbook {
  /** What it means to those who use the platform. */
  readonly impact: string;
  /** What to look at, the likeliest cause first. */
  readonly checks: readonly string[];
  /** What ends the harm, then what mends its cause. */
  readonly remedies: readonly string[];
}

const release =
  "Was there a release shortly before? The build on the dashboard and the host's list of deployments say so.";
const rollBack =
  "If it began with a release, roll back before you look for the cause: `npx optropic rollback --reason \"…\"`. Where the command cannot reach a host, use Vercel's Instant Rollback or Render's Rollback on the dashboard.";

/** One for each alert: the compiler asks for it. */
export const runbooks: Readonly<Record<AlertName, Runbook>> = {
  "high-error-rate": {
    impact: "People see errors, or what they do is lost.",
    checks: [
      release,
      "Which routes fail? The dashboard shows failures by route: one route points to code, all of them to the database, a variable or the host.",
      "What does Sentry name as new or frequent since the alert began?",
      "Are there alerts about the database? If so, work on those first.",
      "Do the hosts' status pages (Vercel, Render, Supabase, Cloudflare) report an incident?",
    ],
    remedies: [
      rollBack,
      "If a vendor is down, say so on the status page and wait for it; do not deploy meanwhile.",
      "If one route fails, switch off what calls it, where it has a switch.",
    ],
  },
  "high-latency-p95": {
    impact: "One request in twenty is slow enough to be noticed.",
    checks: [
      release,
      "Which routes are slow? The dashboard shows latency by route.",
      "Is the database slow? Compare with the time of statements and the list of the slowest ones on the database's dashboard.",
      "Is something at its limit: processor, event loop, memory, connections?",
      "Has traffic grown? If it comes from few addresses, look at Cloudflare's security events.",
    ],
    remedies: [
      rollBack,
      "If the processor or the event loop is at its limit, raise `api.scaling.max` for the time being.",
      "If one statement is slow, add the index that its plan lacks; if it locks others, end it with `pg_cancel_backend`.",
    ],
  },
  "high-latency-p99": {
    impact: "One request in a hundred takes very long; people with many requests meet it on every visit.",
    checks: [
      release,
      "Is P95 high too? Then all is slow: follow [high-latency-p95](high-latency-p95.md).",
      "If P99 alone is high, look for what only some requests do: a rare route, a large customer, a cold start, waiting for a connection or a lock.",
      "Do requests wait for a connection? Follow [database-connections](database-connections.md).",
    ],
    remedies: [
      rollBack,
      "End statements that hold locks: `pg_blocking_pids` names them, `pg_cancel_backend` ends them.",
      "Put a time limit on calls to other services which have none.",
    ],
  },
  "service-down": {
    impact:
      "The host answers nobody, or its metrics cannot be read, in which case no other alert about it can fire.",
    checks: [
      "Does the health check answer? Open `/api/health` of the host. If it does, only the metrics are missing: was `METRICS_TOKEN` changed, or the path?",
      "Does the host's status page report an incident?",
      "Did the last deployment start? Read its log at the host: a missing variable and a failed migration show there.",
      "Does the name resolve, and is the certificate valid? Cloudflare answers 521 to 526 when it cannot reach the host.",
    ],
    remedies: [
      rollBack,
      "If the process keeps crashing, read the end of its log; if it ran out of memory, follow [high-memory](high-memory.md).",
      "If the vendor is down for long, announce it on the status page.",
    ],
  },
  "health-check-failing": {
    impact: "People in several regions cannot use the host.",
    checks: [
      "Which answer do the checks get? Grafana's synthetic monitoring shows status, time and the step that failed for each region.",
      "A 5xx status: follow [service-down](service-down.md). A 403 or 429: a rule of the firewall or a rate limit meets the checks.",
      "A failure of DNS or TLS: look at the zone's records and certificate at Cloudflare.",
      "Does the health check itself depend on something that is down? Its answer names what it tested.",
    ],
    remedies: [
      rollBack,
      "If a change of the edge began it, deploy the stack's previous version.",
      "If it is the database, follow [database-connection-errors](database-connection-errors.md).",
    ],
  },
  "high-memory": {
    impact: "Soon the host ends the process, and the requests in flight fail.",
    checks: [
      "Does memory rise steadily since the last start (a leak), or did it jump (large requests, more traffic)?",
      release,
      "Does the curve drop at each restart? Then requests are failing already.",
    ],
    remedies: [
      "Restart the instances one after the other: it buys time.",
      rollBack,
      "If it is traffic, raise the plan or the number of instances.",
      "If it leaks, take a heap snapshot of a process before its restart, and compare it with one of a fresh process.",
    ],
  },
  "error-budget-burn-fast": {
    impact: "At this rate the errors that are allowed in 30 days are used up in two.",
    checks: [
      "Follow [high-error-rate](high-error-rate.md): this alert says that it is severe, not what it is.",
      "Since when? The long window includes an outage that is over: the short one must be high too.",
    ],
    remedies: [
      rollBack,
      "Stop releases until the cause is known.",
      "Open an incident, and say so on the status page.",
    ],
  },
  "error-budget-burn-slow": {
    impact: "At this rate the errors that are allowed in 30 days are used up in five.",
    checks: [
      "Follow [high-error-rate](high-error-rate.md).",
      "Look for what fails all the time but rarely: one route, one customer, one instance, a job.",
    ],
    remedies: [rollBack, "Stop releases that are not about this until the rate is down."],
  },
  "error-budget-burn-steady": {
    impact: "Nothing is broken at the moment, but at this rate the objective of the month is missed.",
    checks: [
      "Which errors add up? Sort Sentry's issues of the last three days by number of events.",
      "Are they of one kind, such as timeouts of one service or one slow statement?",
    ],
    remedies: [
      "Plan the repair for this week, before new features.",
      "If the objective is wrong, change `objectives.errorRatePercent` in a reviewed change; above 1 % the policies refuse it.",
    ],
  },
  "database-connections": {
    impact: "When no connection is left, requests wait for one and then fail.",
    checks: [
      "Are connections active, or idle in transaction? The latter are transactions that nobody ends: code that awaits something else inside of one.",
      "Are statements slow? Then each one holds its connection longer: see the slowest statements.",
      "Has the number of instances grown? Each has `database.pool.connectionsPerInstance`.",
      "Does anything connect past the pooler? `select usename, application_name, count(*) from pg_stat_activity group by 1, 2` tells.",
    ],
    remedies: [
      "End transactions that are idle for minutes: `pg_terminate_backend`, after a look at what they are.",
      "Raise `database.pool.size` only as far as the compute size allows (Supabase lists the limits), and `connectionsPerInstance` with it.",
      "Set `idle_in_transaction_session_timeout` for the application's role.",
    ],
  },
  "database-connection-errors": {
    impact: "Requests that need the database fail.",
    checks: [
      "What does the error say? In Sentry: refused or timed out points to the database or the network, too many clients to the pool, a failed password to a rotation.",
      "Does Supabase's status page report an incident, and is the project paused or restarting?",
      "Is the pool full? Follow [database-connections](database-connections.md).",
      "Were secrets rotated, or `database.allowedNetworks` changed? Then the hosts may still have the old URL, or be shut out.",
    ],
    remedies: [
      "If secrets were rotated, deploy the stack again, so that hosts and database have the same.",
      "If networks were changed, undo that change.",
      "If the database does not come back, decide on a restore while the recovery time objective leaves time for it.",
    ],
  },
  "backup-overdue": {
    impact: "Nothing is lost yet. A failure now would lose more than the recovery point objective allows.",
    checks: [
      "Did the backup job run? Its log is at Render, under the cron job's runs; Sentry's cron monitor shows missed ones.",
      "What did it end with? A failed dump (connection, permission), a failed upload (token, lock of the bucket), or a lack of disk.",
      "Is the backup in the bucket, though the alert says not? Then the API cannot read the bucket: the series is stale.",
    ],
    remedies: [
      "Start the job by hand at Render, and check that it completes.",
      "While it cannot run, rely on point-in-time recovery, and do not apply migrations.",
      "If it takes longer than its interval allows, change `backups.schedule`, not the objective.",
    ],
  },
  "metrics-missing": {
    impact: "Alerts and dashboards that read the series say nothing, which looks like health.",
    checks: [
      "Which series, and of which host? The alert's labels say so. With `up`, the scrape job is gone or off: look at Grafana's connections.",
      "Is the host down? Then [service-down](service-down.md) fires as well: follow that one.",
      "Did a release stop exporting it? Compare the endpoint's answer with [the metrics](../metrics.md).",
      "`probe_success`: the synthetic check is off, or its probes are.",
    ],
    remedies: [
      "Deploy the stack again if a scrape job or a check was changed by hand.",
      "Roll back a release that lost the series, or export it again.",
      "Watch the hosts by hand until it is back: logs, Sentry and the health checks do not need metrics.",
    ],
  },
};
