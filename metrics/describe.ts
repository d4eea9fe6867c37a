import { fileURLToPath } from "node:url";
import { markdownTable } from "../lib/table.ts";
import { backupJob, contract, external, labels, type Metric } from "./contract.ts";

/** The reference of the metrics, in Markdown: docs/metrics.md is this text, and a test compares them. */
export function metricsReference(): string {
  const own = Object.entries(contract);
  const histograms = own.filter(([, { type }]) => type === "histogram");
  return `${[
    introduction,
    `## Series\n\n${seriesTable(own)}`,
    `## Buckets\n\nUpper bounds of the histograms. An objective is measured exactly where it is one of them.\n\n${histograms.map(buckets).join("\n")}`,
    `## Labels\n\n${labelTable()}`,
    endpoint,
    `${job}\n\n${seriesTable(Object.entries(backupJob))}`,
    `## Series of others\n\nAlerts and dashboards read these too; nothing has to export them.\n\n${seriesTable(Object.entries(external))}`,
  ].join("\n\n")}\n`;
}

const introduction = `# Metrics

<!-- Generated: node metrics/describe.ts > docs/metrics.md -->

What both hosts export at \`/api/metrics\`, in Prometheus' text format, and what dashboards, alerts and probes read.
\`metrics/contract.ts\` names the series; every query is built from it by \`metrics/queries.ts\` and
\`metrics/indicators.ts\`, every alert by \`metrics/alerts.ts\`. The alerts are in [runbooks](runbooks/README.md).`;

const endpoint = `## What a host has to do

- Answer \`GET /api/metrics\` only to who sends the token of the variable \`METRICS_TOKEN\` as a bearer token (item 5.4).
- Answer for the entire host. A scrape goes through a load balancer and reaches one instance of several, a function on Vercel even a new one: a counter of one instance alone seems to be reset whenever another answers, and its rate is then far too high. Either the instances share their values (a store of their own, or Prometheus' remote write instead of the scrape), or each series has a label that names its instance.
- Start counters at 0 before the first event, or the first increase is not seen: \`optropic_db_connection_errors_total\`, and \`optropic_http_requests_total\` with the status 500 on the route \`unmatched\`.
- Report what belongs to the database from the API alone: cache hits, replication, slow statements and the time of the newest backup, which the API reads from the bucket.
- Keep labels bounded: a label that holds a path, an id or an address makes a series of each.`;

const job = `## The backup job

The alert \`backup-overdue\` reads \`optropic_backup_last_success_timestamp_seconds\`, whoever reports it. Beside the
API, \`optropic backup\` reports it by itself, with the series below:

- \`BACKUP_METRICS_FILE\` names a file for node exporter's textfile collector, such as \`/var/lib/node_exporter/optropic_backup.prom\`. It is written in one step; after a failure, the values of the last success stay.
- \`BACKUP_PUSHGATEWAY_URL\` is the address of a Pushgateway or of what is compatible with it. The group is \`job="optropic-backup"\` and \`stack="NAME"\`. The alert takes the newest time that it finds, so give each stage a Prometheus of its own.`;

function seriesTable(series: readonly (readonly [string, Metric])[]): string {
  return markdownTable(
    ["series", "type", "unit", "labels", "meaning"],
    series.map(([name, { type, unit, labels, help }]) => [
      `\`${name}\``,
      type,
      unit,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
    ]),
  );
}

function buckets([name, metric]: readonly [string, Metric]): string {
  return `- \`${name}\`: ${metric.buckets?.join(", ")} ${metric.unit}.`;
}

function labelTable(): string {
  return markdownTable(
    ["label", "value"],
    Object.entries(labels).map(([label, value]) => [`\`${label}\``, value]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(metricsReference());
