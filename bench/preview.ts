import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { stop } from "esbuild";
import { type PreviewDocument, preview } from "../preview/index.ts";
import { pack, prepare } from "../tools/prepare.ts";
import { usageOf } from "./usage.ts";

/**
 * Measures the offline preview: `node bench/preview.ts [runs] [large]`, where `large` adds 50,000 resources. Prints
 * a table for bench/README.md; figures of different machines or of different runs are not for comparison, ratios
 * within one run are.
 */
const runs = Number(process.argv[2] ?? 5);
const sizes = process.argv.slice(3);
const root = join(import.meta.dirname, "..");
const policyPacks = [join(root, "policies")];

async function main(): Promise<void> {
  await prepare(root, pack);
  // What bundles the pack is no part of a preview, and would go on beside it.
  await stop();
  const [cpu] = cpus();
  console.log(
    `Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
  );
  console.log(
    "| case | runs | median ms | fastest | slowest | program ms | packs loaded ms | processor ms | peak MiB |",
  );
  console.log(`|${" --- |".repeat(9)}`);
  const production = await measure("production, with the pack", runs, () =>
    preview({ cwd: root, stack: "production", policyPacks }),
  );
  const alone = await measure("production, without a pack", runs, () =>
    preview({ cwd: root, stack: "production" }),
  );
  const empty = await measure("no resources, with the pack", 3, () => many(0));
  const thousand = await measure("1,000 resources, with the pack", 3, () => many(1000));
  const tenThousand = await measure("10,000 resources, with the pack", 1, () => many(10_000));
  const large = sizes.includes("large")
    ? await measure("50,000 resources, with the pack", 1, () => many(50_000))
    : undefined;
  const ratio = (one: number, other: number): string => (one / other).toFixed(2);
  const each = (of: Measured, count: number): string =>
    `${ratio(of.totalMs - empty.totalMs, count)} ms (${ratio(of.processorMs - empty.processorMs, count)} ms of processor time)`;
  console.log(`
The pack costs ${ratio(production.totalMs, alone.totalMs)} times the time of the production preview without it, and ${ratio(production.processorMs, alone.processorMs)} times the processor time.
Without the fixed start, a resource costs ${each(thousand, 1000)} at 1,000 and ${each(tenThousand, 10_000)} at 10,000.`);
  if (large !== undefined)
    console.log(
      `50,000 resources take ${ratio(large.totalMs, tenThousand.totalMs)} times as long as 10,000.`,
    );
}

function many(count: number): Promise<PreviewDocument> {
  return preview({
    cwd: join(root, "bench", "many"),
    stack: "bench",
    policyPacks,
    config: [`count=${count}`],
    timeoutMs: 600_000,
  });
}

/** Medians of some runs, in milliseconds. */
interface Measured {
  totalMs: number;
  processorMs: number;
}

async function measure(label: string, times: number, run: () => Promise<PreviewDocument>): Promise<Measured> {
  const results: { total: number; program: number; packs: number; processor: number; peak: number }[] = [];
  for (let index = 0; index < times; index += 1) {
    const { result, processorMs, peakBytes } = await usageOf(run);
    const { summary, timings } = result;
    results.push({
      total: summary.durationMs,
      program: timings.programMs,
      packs: timings.packsLoadedMs,
      processor: processorMs,
      peak: peakBytes / 2 ** 20,
    });
  }
  const total = results.map((result) => result.total);
  const totalMs = median(total);
  const processorMs = median(results.map(({ processor }) => processor));
  const columns = [
    ...[totalMs, Math.min(...total), Math.max(...total)],
    ...[median(results.map(({ program }) => program)), median(results.map(({ packs }) => packs))],
    ...[processorMs, Math.max(...results.map(({ peak }) => peak))],
  ].map((value) => Math.round(value));
  console.log(`| ${[label, times, ...columns].join(" | ")} |`);
  return { totalMs, processorMs };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await main();
