import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { vi } from "vitest";
import * as z from "zod";
import type { RuleFile } from "../../../metrics/prometheus.ts";

export interface Target {
  readonly address: string;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Prometheus of Debian's package `prometheus`, on a loopback port. */
export interface Prometheus {
  readonly origin: string;
  /** The series that an expression returns now. */
  query(expr: string): Promise<Sample[]>;
  /** The alerts that are pending or firing. */
  alerts(): Promise<Alert[]>;
  /** Types and texts of the series that were scraped. */
  metadata(): Promise<z.infer<typeof metadataSchema>>;
  stop(): Promise<void>;
}

const labelsSchema = z.record(z.string(), z.string());
const sampleSchema = z.object({
  metric: labelsSchema,
  value: z.tuple([z.number(), z.string()]).transform(([, value]) => Number(value.replace("Inf", "Infinity"))),
});
const alertSchema = z.object({ labels: labelsSchema, annotations: labelsSchema, state: z.string() });
const metadataSchema = z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string() })));

export type Sample = z.infer<typeof sampleSchema>;
export type Alert = z.infer<typeof alertSchema>;

/** Starts one that scrapes the targets and evaluates the rules five times a second. */
export async function startPrometheus(targets: readonly Target[], rules: RuleFile): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "optropic-prometheus-"));
  const interval = "200ms";
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ["rules.yml"],
    scrape_configs: targets.map(({ address, path, labels }, index) => ({
      job_name: `target-${index}`,
      metrics_path: path,
      honor_labels: true,
      static_configs: [{ targets: [address], labels }],
    })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  await writeFile(join(folder, "rules.yml"), JSON.stringify(rules));
  const child = spawn(
    "prometheus",
    ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  await once(child, "spawn").catch((cause: unknown) => {
    throw new Error("Prometheus cannot be started: install Debian's package prometheus.", { cause });
  });
  const ended = once(child, "exit");
  const origin = `http://${await addressOf(child.stderr)}`;

  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(`${origin}/api/v1/${path}`);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${JSON.stringify(answer)}`);
    return z.object({ data: schema }).parse(answer).data;
  }

  const prometheus: Prometheus = {
    origin,
    query: async (expr) => {
      const path = `query?query=${encodeURIComponent(expr)}`;
      return (await read(path, z.object({ result: z.array(sampleSchema) }))).result;
    },
    alerts: async () => (await read("alerts", z.object({ alerts: z.array(alertSchema) }))).alerts,
    metadata: () => read("metadata", metadataSchema),
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
  try {
    await vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error("Prometheus ended.");
        if (!(await fetch(`${origin}/-/ready`)).ok) throw new Error("Prometheus is not ready.");
      },
      { timeout: 120_000, interval: 50 },
    );
  } catch (error) {
    await prometheus.stop();
    throw error;
  }
  return prometheus;
}

/** Where it listens, which is any free port, by what it prints. */
function addressOf(stderr: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const [, address] = /"Listening on".* address=(\S+:\d+)/.exec(log) ?? [];
      if (address !== undefined) resolve(address);
    });
    stderr.once("close", () => reject(new Error(`Prometheus ended:\n${log}`)));
  });
}
