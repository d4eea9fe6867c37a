import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomic } from "../../lib/files.ts";
import { backupJob, contract } from "../../metrics/contract.ts";
import { sendRequest } from "./http.ts";
import type { Reporter, Success } from "./report.ts";

const success = "optropic_backup_last_success_timestamp_seconds";
const series = { [success]: contract[success], ...backupJob };

type Values = Partial<Record<typeof success | keyof typeof backupJob, number>>;

const maximumBytes = 64 * 1024;

/** Metrics in Prometheus' text format. */
export function metricsText(values: Values): string {
  return Object.entries(series)
    .flatMap(([name, { type, help }]) => {
      const value = Object.entries(values).find(([each]) => each === name)?.[1];
      return value === undefined
        ? []
        : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/**
 * Writes the metrics to a file that node exporter's textfile collector reads, in one step. After a failure the
 * values of the last success stay: https://github.com/prometheus/node_exporter#textfile-collector
 */
export function metricsFile(path: string, now: () => Date = () => new Date()): Reporter {
  return {
    name: "metrics file",
    succeeded: async (backup) => write(path, valuesOf(backup, now())),
    failed: async () => write(path, { ...valuesIn(path), ...runOf(now(), false) }),
  };
}

/**
 * Pushes the metrics to a Pushgateway, grouped by job and stack. After a failure only those of the run are
 * replaced: https://github.com/prometheus/pushgateway#api
 */
export function pushgateway(url: string, stack: string, now: () => Date = () => new Date()): Reporter {
  const push = async (values: Values): Promise<void> => {
    const target = new URL(url);
    const path = target.pathname.replace(/\/+$/, "");
    target.pathname = `${path}/metrics/job/optropic-backup/stack/${encodeURIComponent(stack)}`;
    await sendRequest(target, {
      method: "POST",
      headers: { "content-type": "text/plain; version=0.0.4" },
      body: metricsText(values),
    });
  };
  return {
    name: "push of metrics",
    succeeded: (backup) => push(valuesOf(backup, now())),
    failed: () => push(runOf(now(), false)),
  };
}

/** The folder is the collector's. Below some, such as /proc, making one would never end. */
function write(path: string, values: Values): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Error(`${folder} does not exist`);
  }
  writeAtomic(path, metricsText(values));
}

function valuesOf(backup: Success, now: Date): Values {
  return {
    [success]: Date.parse(backup.takenAt) / 1000,
    optropic_backup_duration_seconds: backup.durationMs / 1000,
    optropic_backup_size_bytes: backup.bytes,
    ...runOf(now, true),
  };
}

function runOf(now: Date, isGood: boolean): Values {
  return {
    optropic_backup_last_run_timestamp_seconds: Math.floor(now.getTime() / 1000),
    optropic_backup_last_run_success: isGood ? 1 : 0,
  };
}

/** What a file says of the last success; nothing where it is not one of ours. */
function valuesIn(path: string): Values {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > maximumBytes) return {};
  const values: Values = {};
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [name = "", text = "", ...rest] = line.split(" ");
    const value = Number(text);
    if (rest.length > 0 || text === "" || !Number.isFinite(value) || !isName(name)) continue;
    values[name] = value;
  }
  return values;
}

function isName(text: string): text is keyof Values {
  return Object.hasOwn(series, text);
}
