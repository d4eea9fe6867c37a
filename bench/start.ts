import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { stop } from "esbuild";
import { isPrepared, preparations, prepare } from "../tools/prepare.ts";
import { usageOf } from "./usage.ts";

/**
 * Measures how much processor time a start of each command takes: `node bench/start.ts [runs]`. Prints a table for
 * bench/README.md. Where a command needs what is not here, such as a database, it says so and ends. `--debug` has it
 * load each module by itself.
 */
const runs = Number(process.argv[2] ?? 10);
const root = join(import.meta.dirname, "..");
const commands = [
  "--help",
  "decide",
  "report",
  "attest 1.1",
  "evidence verify",
  "backup",
  "drill",
  "migrate status",
  "rollback",
  "matrix",
];

for (const each of preparations.filter((one) => !isPrepared(root, one))) await prepare(root, each);
await stop();
console.log("| command | ms of processor time, module by module | prepared |");
console.log("| --- | --- | --- |");
for (const command of commands) {
  const args = command.split(" ");
  console.log(`| ${command} | ${await measure([...args, "--debug"])} | ${await measure(args)} |`);
}

/** Milliseconds of a run, on average, once it has run. */
async function measure(args: readonly string[]): Promise<number> {
  await run(args);
  const { processorMs } = await usageOf(async () => {
    for (let count = 0; count < runs; count++) await run(args);
  });
  return Math.round(processorMs / runs);
}

async function run(args: readonly string[]): Promise<void> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(root, "cli", "optropic.js"), ...args], {
    cwd: root,
    stdio: "ignore",
    env: { PATH, HOME },
  });
  await once(child, "exit");
}
