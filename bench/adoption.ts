import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adoptionSteps, stateAfter, stepsIn } from "../test/adopt/steps.ts";
import { startEstate } from "../test/vendors/fake/estate.ts";
import { usageOf } from "./usage.ts";

/**
 * Measures the steps of docs/adoption.md that test/cli/judge.test.ts runs, on the same platform, whose vendors answer
 * on this machine: `node bench/adoption.ts`. Each command is a process of its own. What Pulumi itself does is not among them.
 */
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "adoption-"));
const estate = await startEstate();

async function step(name: string, args: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const env = { ...process.env, ...estate.whole };
  const { processorMs, result } = await usageOf(
    () =>
      new Promise<{ status: number; stderr: string }>((resolve) => {
        const command = [join(root, "cli", "optropic.js"), ...args];
        execFile(process.execPath, command, { env, maxBuffer: 1e8 }, (error, _, stderr) =>
          resolve({ status: typeof error?.code === "number" ? error.code : 0, stderr }),
        );
      }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`| ${name} | ${seconds.toFixed(1)} | ${(processorMs / 1000).toFixed(1)} | ${result.status} |`);
  if (/^error:/m.test(result.stderr)) throw new Error(result.stderr);
}

try {
  const { commands, imports, own, makeProject } = await stepsIn(folder);
  console.log("| step | seconds | processor seconds | exit status |\n| --- | --- | --- | --- |");
  for (const name of adoptionSteps) {
    if (name === "5. doctor") makeProject();
    if (name === "8. doctor after the import") writeFileSync(own, stateAfter(imports));
    await step(name, commands[name]);
  }
} finally {
  rmSync(folder, { recursive: true });
  await estate.stop();
}
