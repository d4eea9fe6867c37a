import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { type PreviewDocument, preview } from "../preview/index.ts";

/**
 * Measures the offline preview: `npm run bench [runs]`. Prints a table for bench/README.md; figures of
 * different machines or of different runs are not for comparison, ratios within one run are.
 */
const runs = Number(process.argv[2] ?? 5);
const root = join(import.meta.dirname, "..");
const policyPacks = [join(root, "policies")];

async function main(): Promise<void> {
  const [cpu] = cpus();
  console.log(
    `Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
  );
  console.log("| case | runs | median ms | fastest | slowest | program ms | packs loaded ms |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  const production = await measure("production, with the pack", runs, () =>
    preview({ cwd: root, stack: "production", policyPacks }),
  );
  const alone = await measure("production, without a pack", runs, () =>
    preview({ cwd: root, stack: "production" }),
  );
  const empty = await measure("no resources, with the pack", 3, () => many(0));
  const thousand = await measure("1,000 resources, with the pack", 3, () => many(1000));
  const tenThousand = await measure("10,000 resources, with the pack", 1, () => many(10_000));
  const perThousand = thousand / 1000;
  const perTenThousand = tenThousand / 10_000;
  const marginal = (total: number, count: number): string => ((total - empty) / count).toFixed(2);
  console.log(`
The pack costs ${(production / alone).toFixed(2)} times the production preview without it.
A resource costs ${perThousand.toFixed(2)} ms at 1,000 and ${perTenThousand.toFixed(2)} ms at 10,000: ${(perTenThousand / perThousand).toFixed(2)} times as much.
Without the fixed start: ${marginal(thousand, 1000)} ms and ${marginal(tenThousand, 10_000)} ms.`);
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

/** @returns the median, in milliseconds */
async function measure(label: string, times: number, run: () => Promise<PreviewDocument>): Promise<number> {
  const results: { total: number; program: number; packs: number }[] = [];
  for (let index = 0; index < times; index += 1) {
    const { summary, timings } = await run();
    results.push({ total: summary.durationMs, program: timings.programMs, packs: timings.packsLoadedMs });
  }
  const total = results.map((result) => result.total);
  const columns = [
    median(total),
    Math.min(...total),
    Math.max(...total),
    median(results.map((result) => result.program)),
    median(results.map((result) => result.packs)),
  ].map((value) => Math.round(value));
  console.log(`| ${[label, times, ...columns].join(" | ")} |`);
  return median(total);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await main();
